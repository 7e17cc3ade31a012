"""A salon that is opened for a recording: two people, two services, a day with visits."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from tests.support.people import Salon, Visitor, first_slots, open_salon
from zapys_dev.stack import Stack

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat")
_HOURS = [{"from": "09:00", "to": "13:00"}, {"from": "14:00", "to": "19:00"}]
_CLIENTS = (
    (9, 0, "Ірина Бондар", 0),
    (11, 0, "Тарас Савченко", 0),
    (15, 0, "Оксана Мельник", 0),
    (10, 0, "Максим Кравець", 1),
    (16, 0, "Юлія Ткач", 1),
)


@dataclass
class Shop:
    """A salon with two people, two services, and a day with visits."""

    salon: Salon
    session: dict[str, Any]
    people: tuple[str, str]
    day: date

    @property
    def root(self) -> str:
        return f"/accounts/{self.salon.account}"

    @property
    def manage(self) -> str:
        return f"/manage/{self.salon.account}"

    @property
    def desk(self) -> str:
        return f"/desk/{self.salon.account}?day={self.day}&view=day"

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The public API, as the owner."""
        return await self.salon.owner.ask(method, f"{self.root}{path}", body)


async def open_shop(stack: Stack) -> Shop:
    owner = Visitor(stack)
    session = await owner.sign_in()
    salon = await open_salon(owner)
    day = date.today() + timedelta(days=3)  # noqa: DTZ011 - far enough from midnight's edges
    day += timedelta(days=day.weekday() == 6)
    shop = Shop(salon, session, (salon.staff_member, ""), day)
    person = {"name": "Андрій", "location_ids": [salon.location], "service_ids": [salon.service]}
    second = (await shop.ask("POST", "/staff-members", person))["id"]
    shop.people = (salon.staff_member, second)
    await shop.ask(
        "POST",
        "/services",
        {
            "name": "Фарбування",
            "duration_min": 120,
            "price": {"amount": 150000, "currency": "UAH"},
            "bookable_online": True,
            "buffer_before_min": 0,
            "buffer_after_min": 0,
            "staff_member_ids": list(shop.people),
            "location_ids": [salon.location],
        },
    )
    schedule = {"pattern": "weekly", "days": dict.fromkeys(_WEEK, _HOURS)}
    for who in shop.people:
        await shop.ask("PUT", f"/staff-members/{who}/schedule", schedule)
    slots = await first_slots(owner, salon, days_ahead=(day - date.today()).days, days=1)  # noqa: DTZ011
    offset = slots[0]["starts_at"][19:]
    for hour, minute, name, person_number in _CLIENTS:
        body = {
            "service_ids": [salon.service],
            "staff_member_id": shop.people[person_number],
            "starts_at": f"{day}T{hour:02}:{minute:02}:00{offset}",
            "client": {"name": name},
        }
        await shop.ask("POST", "/bookings", body)
    return shop


async def add_register(shop: Shop) -> str:
    """A register with receipts and an open shift; the one that is there already, if there is."""
    there = (await shop.ask("GET", "/cash-registers"))["items"]
    if there:
        return str(there[0]["id"])
    number = 2 + uuid4().int % 98  # of the simulator's; hardly one that another run left open
    body = {
        "name": "Готівка",
        "payment_types": ["cash"],
        "checkbox": {
            "licence_key": f"test-licence-{number}",
            "cashier_login": f"cashier-{number}",
            "cashier_password": "secret",
        },
    }
    made = await shop.ask("POST", "/cash-registers", body)
    await shop.ask("POST", f"/cash-registers/{made['id']}/fiscal-shift/open")
    while (await shop.ask("GET", "/cash-registers"))["items"][0]["fiscal_shift"]["state"] != "open":
        await asyncio.sleep(0.3)
    return str(made["id"])
