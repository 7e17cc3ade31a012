"""A salon of the test's own: an account with its people, its clients and its visits, told to the service by events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from contracts import Event, Money
from contracts.booking import (
    BookingCancelled,
    BookingChanged,
    BookingCreated,
    BookingItem,
    BookingRescheduled,
    BookingState,
    ClientState,
)
from contracts.http.notifications import NotificationSettings
from contracts.identity import AccountRegistered, AccountState
from contracts.permissions import Permission
from kit import context
from kit.ids import new_id
from kit.testing import Bench, Person, settled_id
from notifications.clock import Clock
from notifications.pump import Pump
from notifications.tables import NotificationRow
from notifications.usecases.follow_delivery import Follower
from notifications.usecases.replan import Replanner
from notifications.usecases.watch_providers import Watch
from tests.simulators.running import Simulators

KYIV = ZoneInfo("Europe/Kyiv")
EVERY_RIGHT = [permission.value for permission in Permission]
_numbers: Iterator[int] = count(1_100_002, 11)


def kyiv(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=KYIV).astimezone(UTC)


def next_phone(ending: str = "") -> str:
    """A number of Kyivstar that no other test writes to; the simulators read fates from the last four digits."""
    while True:
        digits = f"{next(_numbers):07d}"
        if ending:
            return f"+38067{digits[2:5]}{ending}"
        if digits[-4:] not in {"0305", "0404", *(f"{fate}" for fate in range(1001, 1012))}:
            return f"+38067{digits}"


@dataclass
class Salon:
    """One account, with the clock and the loops of the service at hand."""

    bench: Bench
    simulators: Simulators
    account_id: UUID = field(default_factory=settled_id)
    location_id: UUID = field(default_factory=new_id)
    sofia: UUID = field(default_factory=new_id)

    @property
    def token(self) -> str:
        """The token of the salon's own account at TurboSMS."""
        return f"token-{self.account_id.hex}"

    async def open(self, now: datetime, *, trial: bool = True) -> Salon:
        """Register the account here and at TurboSMS, and set the service's clock."""
        self.set_clock(now)
        await self.at_turbosms(login=f"salon-{self.account_id.hex}", password="secret")
        state = AccountState(
            id=self.account_id,
            name="Салон",
            vanity_address=f"salon-{self.account_id.hex[-12:]}",
            time_zone="Europe/Kyiv",
            country="UA",
            currency="UAH",
            language="uk",
        )
        if trial:
            await self.deliver(AccountRegistered(account_id=self.account_id, version=1, account=state))
        self.owner = await self.member("owner")
        return self

    async def member(self, role: str, *, permissions: list[str] | None = None, **more: Any) -> Person:
        rights = EVERY_RIGHT if permissions is None else permissions
        return await self.bench.make_member(self.account_id, rights, role=role, phone_e164=next_phone(), **more)

    async def deliver(self, event: Event, *, actor: Person | None = None, message_id: UUID | None = None) -> int:
        """As the broker would: outside of any request, with the actor that the envelope names."""
        with context.bound(context.RequestContext(actor_id=actor.user_id if actor else None)):
            return await self.bench.deliver(event, message_id=message_id)

    # TurboSMS, as the salon's account there sees it.

    async def at_turbosms(self, **more: Any) -> None:
        await self.simulators.put(f"/accounts/turbosms/{self.token}", {"senders": ["Salon"], **more})

    async def fault(self, mode: str, **more: Any) -> None:
        await self.simulators.fault("turbosms", mode, token=self.token, **more)

    async def accepted(self) -> Any:
        return await self.simulators.ledger("turbosms", account=self.token)

    async def requests(self) -> int:
        """How many calls with the salon's token TurboSMS has seen that want something sent."""
        asked = await self.simulators.get("/requests/turbosms", params={"path": "message/send"})
        return sum(self.token in str(request["headers"]) for request in asked["items"])

    # The clock and the loops.

    def set_clock(self, now: datetime) -> None:
        clock: Clock = self.bench.service.state["clock"]
        clock.offset = now - datetime.now(UTC)

    def pass_time(self, **spans: float) -> None:
        clock: Clock = self.bench.service.state["clock"]
        clock.offset += timedelta(**spans)

    async def send(self) -> None:
        """Let the sender do everything that is due."""
        pump: Pump[Any] = self.bench.service.state["sender"]
        await pump.drain()

    async def replan(self) -> None:
        replanner: Replanner = self.bench.service.state["replanner"]
        while await replanner.once():
            pass

    async def follow(self) -> None:
        follower: Follower = self.bench.service.state["follower"]
        await follower.once()

    async def watch(self) -> None:
        watch: Watch = self.bench.service.state["watch"]
        await watch.all_due()

    # Visits.

    def client(self, **more: Any) -> ClientState:
        usual: dict[str, Any] = {"id": new_id(), "name": "Марія", "phone_e164": next_phone(), "phone_confirmed": True}
        return ClientState(**(usual | more))

    def booking(self, starts_at: datetime, **more: Any) -> BookingState:
        item = BookingItem(
            id=new_id(),
            service_id=new_id(),
            service_name="Стрижка",
            staff_member_id=self.sofia,
            staff_member_name="Софія",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            price=Money(amount=45_000),
        )
        usual: dict[str, Any] = {
            "id": new_id(),
            "code": "7KQ2MX",
            "account_id": self.account_id,
            "location_id": self.location_id,
            "location_name": "Центр",
            "time_zone": "Europe/Kyiv",
            "state": "confirmed",
            "payment_state": "unpaid",
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(hours=1),
            "items": (item,),
            "client": self.client(),
            "price": Money(amount=45_000),
            "source": "staff",
            "created_at": starts_at - timedelta(days=10),
        }
        return BookingState(**(usual | more))

    async def book(self, starts_at: datetime, **more: Any) -> BookingState:
        booking = self.booking(starts_at, **more)
        await self.deliver(self.created(booking))
        return booking

    def created(self, booking: BookingState, version: int = 1) -> BookingCreated:
        return BookingCreated(account_id=self.account_id, version=version, booking=booking)

    def moved(self, booking: BookingState, to: datetime, version: int, **more: Any) -> BookingRescheduled:
        length = booking.ends_at - booking.starts_at
        item = booking.items[0].model_copy(update={"starts_at": to, "ends_at": to + length})
        now = booking.model_copy(update={"starts_at": to, "ends_at": to + length, "items": (item,)})
        return BookingRescheduled(
            account_id=self.account_id,
            version=version,
            booking=now,
            previous_starts_at=booking.starts_at,
            previous_staff_member_ids=tuple(one.staff_member_id for one in booking.items),
            **more,
        )

    async def move(self, booking: BookingState, to: datetime, version: int, **more: Any) -> BookingState:
        event = self.moved(booking, to, version, **more)
        await self.deliver(event)
        return event.booking

    def cancelled(self, booking: BookingState, version: int, by: str = "staff") -> BookingCancelled:
        gone = booking.model_copy(update={"state": f"cancelled_by_{by}"})
        return BookingCancelled.model_validate(
            {"account_id": self.account_id, "version": version, "booking": gone, "cancelled_by": by}
        )

    async def cancel(self, booking: BookingState, version: int, by: str = "staff") -> None:
        await self.deliver(self.cancelled(booking, version, by))

    def changed(self, booking: BookingState, version: int) -> BookingChanged:
        return BookingChanged(account_id=self.account_id, version=version, booking=booking)

    # What came of it.

    async def rows(self, booking: BookingState, kind: str | None = None, to: str = "client") -> list[NotificationRow]:
        row = NotificationRow
        async with self.bench.service.db.tx(self.account_id) as tx:
            query = select(row).where(row.booking_id == booking.id, row.recipient_type == to)
            if kind is not None:
                query = query.where(row.kind == kind)
            return list(await tx.scalars(query.order_by(row.planned_at, row.id)))

    async def row(self, booking: BookingState, kind: str, to: str = "client") -> NotificationRow:
        [found] = await self.rows(booking, kind, to)
        return found

    # The doors.

    def path(self, rest: str) -> str:
        return f"/api/v1/accounts/{self.account_id}/{rest}"

    async def get(self, rest: str, person: Person | None = None, **more: Any) -> Any:
        headers = (person or self.owner).headers | more.pop("headers", {})
        answer = await self.bench.http.get(self.path(rest), headers=headers, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def set_provider(self, provider: str = "turbosms", **more: Any) -> Any:
        usual: dict[str, Any] = {"order": 1}
        if provider == "turbosms":
            usual |= {"kind": "http-token", "token": self.token, "sender_name": "Salon"}
        elif provider == "alphasms":
            usual |= {"kind": "api-key", "key": self.token, "sender_name": "Salon"}
        else:
            usual |= {"kind": "own-balance"}
        answer = await self.bench.http.put(
            self.path(f"sms-providers/{provider}"),
            headers=self.owner.headers,
            json={name: value for name, value in (usual | more).items() if value is not None},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def set_rules(self, **changes: Any) -> None:
        settings = NotificationSettings(**changes)
        answer = await self.bench.http.put(
            self.path("notification-settings"), headers=self.owner.headers, json=settings.model_dump(mode="json")
        )
        assert answer.status_code == 200, answer.text
        await self.replan()
