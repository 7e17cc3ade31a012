"""A salon as tests know it: an account with people, services and hours, made through the public doors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx

from contracts.identity import AccountRegistered, AccountState, BookingRules
from contracts.permissions import Permission
from kit.testing import Bench, Person, settled_id

ALL_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_phones = count(1)


def hours(*spans: tuple[str, str], manual_only: bool = False) -> list[dict[str, Any]]:
    return [{"from": since, "to": until, "manual_only": manual_only} for since, until in spans]


def every_day(*spans: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {"pattern": "weekly", "days": {day: hours(*spans) for day in ALL_DAYS}, **more}


@dataclass
class Salon:
    bench: Bench
    account_id: UUID
    vanity: str
    owner: Person
    location: str
    service: str
    staff: str
    zone: ZoneInfo

    @property
    def base(self) -> str:
        return f"/api/v1/accounts/{self.account_id}"

    @property
    def site(self) -> str:
        return f"/api/v1/public/{self.vanity}"

    def day(self, ahead: int = 2) -> date:
        return datetime.now(self.zone).date() + timedelta(days=ahead)

    def at(self, clock: str, ahead: int = 2) -> str:
        """A moment by the salon's wall clock, some days ahead."""
        return self.on(self.day(ahead), clock)

    def on(self, day: date, clock: str) -> str:
        return datetime.combine(day, time.fromisoformat(clock.zfill(5)), self.zone).isoformat()

    async def call(
        self, method: str, path: str, body: Any = None, *, by: Person | None = None, **more: Any
    ) -> httpx.Response:
        headers = {**(by or self.owner).headers, **more.pop("headers", {})}
        url = path if path.startswith("/api/") else self.base + path
        return await self.bench.http.request(method, url, json=body, headers=headers, **more)

    async def ok(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        answer = await self.call(method, path, body, **more)
        assert answer.is_success, (answer.status_code, answer.text)
        return answer.json() if answer.content else None

    async def member(self, *permissions: Permission, **more: Any) -> Person:
        return await self.bench.make_member(
            self.account_id, permissions, phone_e164=a_phone(), role="master", **{"name": "Ірина", **more}
        )

    def client(self) -> Person:
        return self.bench.mint.person(a_phone())

    async def add_staff(self, name: str = "Софія", *, schedule: Any = None, **more: Any) -> str:
        body = {"name": name, "service_ids": [self.service], "accepts_bookings": True, **more}
        made = (await self.ok("POST", "/staff-members", body))["id"]
        if schedule is not False:
            plan = schedule or every_day(("09:00", "18:00"))
            await self.ok("PUT", f"/staff-members/{made}/schedule", plan)
        return made

    async def add_service(self, name: str = "Манікюр", duration_min: int = 60, amount: int = 50000, **more: Any) -> str:
        body = {
            "name": name,
            "duration_min": duration_min,
            "price": {"amount": amount, "currency": "UAH"},
            "staff_member_ids": [self.staff],
            **more,
        }
        return (await self.ok("POST", "/services", body))["id"]

    async def book(self, at: str, *, by: Person | None = None, **more: Any) -> httpx.Response:
        """By the client's own hand, on the site."""
        body = {"service_ids": [self.service], "staff_member_id": self.staff, "starts_at": at, **more}
        body.setdefault("client", {"name": "Наталія"})
        return await self.bench.http.post(f"{self.site}/bookings", json=body, headers=(by or self.client()).headers)

    async def booked(self, at: str, **more: Any) -> dict[str, Any]:
        answer = await self.book(at, **more)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def write_down(self, at: str, **more: Any) -> dict[str, Any]:
        """By staff, at the desk."""
        body = {
            "service_ids": [self.service],
            "staff_member_id": self.staff,
            "starts_at": at,
            "client": {"name": "Тарас", "phone": a_phone()},
            **more,
        }
        return await self.ok("POST", "/bookings", body)

    async def starts(self, day: date, *, site: bool = True, **query: Any) -> list[str]:
        """The offered starts of a day as clock times."""
        params = {"service_ids": self.service, "from": day.isoformat(), "to": day.isoformat(), **query}
        where = f"{self.site}/availability" if site else f"{self.base}/availability"
        answer = await self.bench.http.get(where, params=params, headers={} if site else self.owner.headers)
        assert answer.status_code == 200, answer.text
        [found] = answer.json()["days"]
        assert found["date"] == day.isoformat()
        return [datetime.fromisoformat(slot["starts_at"]).strftime("%H:%M") for slot in found["slots"]]


def a_phone() -> str:
    """A number nobody else in this run has."""
    return f"+38067{next(_phones) + 1_000_000:07d}"


async def open_salon(
    bench: Bench,
    *,
    zone: str = "Europe/Kyiv",
    schedule: Any = None,
    rules: dict[str, Any] | None = None,
    **account: Any,
) -> Salon:
    account_id = settled_id()
    owner = await bench.make_member(account_id, list(Permission), phone_e164=a_phone())
    vanity = f"salon-{account_id.hex[-12:]}"
    state = AccountState(
        id=account_id,
        name="Левада",
        vanity_address=vanity,
        time_zone=zone,
        country="UA",
        currency="UAH",
        language="uk",
        booking_rules=BookingRules(**(rules or {})),
        **account,
    )
    await bench.deliver(AccountRegistered(account_id=account_id, version=1, account=state))
    salon = Salon(bench, account_id, vanity, owner, "", "", "", ZoneInfo(zone))
    salon.location = (await salon.ok("POST", "/locations", {"name": "На Подолі", "address": "Сагайдачного, 10"}))["id"]
    staff = await salon.ok("POST", "/staff-members", {"name": "Олена", "accepts_bookings": True})
    salon.staff = staff["id"]
    salon.service = await salon.add_service("Стрижка")
    if schedule is not False:
        plan = schedule or every_day(("09:00", "18:00"))
        await salon.ok("PUT", f"/staff-members/{salon.staff}/schedule", plan)
    return salon


def utc_now() -> datetime:
    return datetime.now(UTC)
