"""A salon as fiscal knows it: account, owner, bookings told by events, and its requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from contracts.base import Money
from contracts.booking import BookingCreated, BookingItem, BookingState, LocationChanged, LocationState
from contracts.identity import AccountRegistered, AccountState
from contracts.permissions import Permission
from kit.ids import new_id
from kit.testing import Bench, Person, settled_id
from tests.support.waiting import eventually

EVERYTHING = frozenset(permission.value for permission in Permission)


@dataclass(frozen=True)
class TestDesk:
    """A licence key and a cashier that the simulator of Checkbox knows."""

    __test__ = False

    number: int

    @property
    def licence_key(self) -> str:
        return "test-licence" if self.number == 1 else f"test-licence-{self.number}"

    @property
    def cashier_login(self) -> str:
        return "cashier" if self.number == 1 else f"cashier-{self.number}"

    @property
    def credentials(self) -> dict[str, str]:
        return {"licence_key": self.licence_key, "cashier_login": self.cashier_login, "cashier_password": "secret"}


@dataclass
class Salon:
    bench: Bench
    account_id: UUID
    location_id: UUID
    owner: Person
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(
        self, method: str, path: str, body: Any = None, *, by: Person | None = None, **headers: str
    ) -> httpx.Response:
        sent = {**(by or self.owner).headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        url = f"/api/v1/accounts/{self.account_id}{path}"
        return await self.bench.http.request(method, url, json=body, headers=sent)

    async def get(self, path: str, **more: Any) -> Any:
        answer = await self.ask("GET", path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def register(self, name: str = "Готівка", *payment_types: str, **more: Any) -> str:
        """A cash register; answers its id."""
        body = {"name": name, "payment_types": payment_types or ("cash",), **more}
        answer = await self.ask("POST", "/cash-registers", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def fiscal_register(self, desk: TestDesk, *payment_types: str, **credentials: str) -> str:
        """A register with the credentials of this desk."""
        checkbox = {**desk.credentials, **credentials}
        return await self.register(f"Каса {desk.number}", *(payment_types or ("cash", "card")), checkbox=checkbox)

    async def open_shift(self, register_id: str) -> dict[str, Any]:
        answer = await self.ask("POST", f"/cash-registers/{register_id}/fiscal-shift/open")
        assert answer.status_code == 200, answer.text
        assert answer.json()["state"] == "open"
        return dict(answer.json())

    async def receipts(self, state: str = "") -> list[dict[str, Any]]:
        """Oldest first."""
        found = (await self.get(f"/receipts?state={state}" if state else "/receipts"))["items"]
        return list(reversed(found))

    async def receipts_become(self, *states: str, within_s: float = 60.0) -> list[dict[str, Any]]:
        """Wait until the receipts, oldest first, are in these states."""
        found: list[dict[str, Any]] = []

        async def are() -> bool:
            found[:] = await self.receipts()
            return tuple(receipt["state"] for receipt in found) == states

        try:
            await eventually(are, within_s=within_s)
        except AssertionError:
            shown = [(receipt["state"], receipt["reason_code"], receipt["provider_text"]) for receipt in found]
            raise AssertionError(f"receipts are {shown}, not {states}") from None
        return found

    async def booking(self, price: int = 50_000, *, prices: tuple[int, ...] = (), **more: Any) -> UUID:
        """A confirmed booking, told by its event."""
        event = self.booking_event(price, prices=prices, **more)
        await self.bench.deliver(event)
        return event.booking.id

    def booking_event(
        self, price: int = 50_000, *, prices: tuple[int, ...] = (), version: int = 1, **more: Any
    ) -> BookingCreated:
        starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)
        items = tuple(
            BookingItem(
                id=new_id(),
                service_id=new_id(),
                service_name=f"Послуга {number}",
                staff_member_id=new_id(),
                staff_member_name="Майстриня",
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=30),
                price=Money(amount=amount),
            )
            for number, amount in enumerate(prices or (price,), 1)
        )
        state = {
            "id": new_id(),
            "code": "K7QWX2",
            "account_id": self.account_id,
            "location_id": self.location_id,
            "location_name": "Центр",
            "time_zone": "Europe/Kyiv",
            "state": "confirmed",
            "payment_state": "unpaid",
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=30),
            "items": items,
            "price": Money(amount=price),
            "source": "staff",
            "created_at": datetime.now(UTC),
            **more,
        }
        return BookingCreated(account_id=self.account_id, version=version, booking=BookingState.model_validate(state))

    async def settle(self, booking_id: UUID, *payments: Any, **more: Any) -> httpx.Response:
        """Settle with payments such as ("cash", 50_000); headers and `operating_day` by name."""
        day = {"operating_day": more.pop("operating_day")} if "operating_day" in more else {}
        body = {
            "payments": [
                payment if isinstance(payment, dict) else {"payment_type": payment[0], "amount": payment[1]}
                for payment in payments
            ],
            **day,
        }
        return await self.ask("POST", f"/bookings/{booking_id}/settlement", body, **more)

    async def settled(self, booking_id: UUID, *payments: Any, **more: Any) -> dict[str, Any]:
        answer = await self.settle(booking_id, *payments, **more)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


async def open_salon(bench: Bench) -> Salon:
    account_id, location_id = settled_id(), new_id()
    state = AccountState(
        id=account_id,
        name="Салон",
        vanity_address=f"salon-{account_id.hex[-6:]}",
        time_zone="Europe/Kyiv",
        country="UA",
        currency="UAH",
        language="uk",
    )
    await bench.deliver(AccountRegistered(account_id=account_id, version=1, account=state))
    location = LocationState(id=location_id, name="Центр", time_zone="Europe/Kyiv")
    await bench.deliver(LocationChanged(account_id=account_id, version=1, location=location))
    owner = await bench.make_member(account_id, EVERYTHING)
    return Salon(bench, account_id, location_id, owner)
