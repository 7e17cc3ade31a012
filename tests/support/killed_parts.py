"""Bookings while those who carry their events are killed, and what came of them."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.support.breakable import Breakable
from tests.support.people import Salon, Visitor, first_slots
from tests.support.waiting import eventually

KILLED = ("booking-worker", "notifications-worker")
"""The relay that publishes, and the consumer that plans."""


@dataclass(frozen=True)
class Effects:
    """What stands where, once everything is quiet."""

    booked: set[str]
    planned: set[str]
    doubled: int
    dead: int

    @property
    def lost(self) -> int:
        """Acknowledged bookings of which notifications knows nothing."""
        return len(self.booked - self.planned)


def wish(salon: Salon, slot: dict[str, Any]) -> dict[str, Any]:
    """The body of a booking of this slot."""
    return {
        "service_ids": [salon.service],
        "staff_member_id": salon.staff_member,
        "starts_at": slot["starts_at"],
        "client": {"name": "Ірина"},
    }


async def planned_bookings(breakable: Breakable, salon: Salon) -> set[str]:
    """Bookings of the salon that notifications has planned for."""
    found = await breakable.rows(
        "notifications", "SELECT DISTINCT booking_id FROM notification WHERE account_id = $1", salon.account
    )
    return {str(row["booking_id"]) for row in found if row["booking_id"]}


async def book_while_killing(breakable: Breakable, salon: Salon, client: Visitor, bookings: int, kills: int) -> Effects:
    """Make so many bookings one after another; relay and consumer are killed (-9) by turns amid them."""
    slots = (await first_slots(client, salon, days=8))[:bookings]
    assert len(slots) == bookings
    share, made = bookings // kills, list[str]()

    async def book(some: list[dict[str, Any]]) -> None:
        for slot in some:
            answer = await client.ask("POST", f"/public/{salon.vanity}/bookings", wish(salon, slot), expect=201)
            made.append(answer["id"])

    supervisor = breakable.stack.supervisor
    for number in range(kills):
        name = KILLED[number % 2]
        await asyncio.to_thread(supervisor.wait_ready, [name], timeout_s=60)  # so that each kill hits work under way
        last = bookings if number == kills - 1 else (number + 1) * share
        booking = asyncio.create_task(book(slots[number * share : last]))
        await eventually(partial(_reached, made, number * share + share // 2), step_s=0.005)
        await asyncio.to_thread(supervisor.kill, name)
        await asyncio.to_thread(supervisor.restart, name)
        await booking
    with suppress(AssertionError):  # what is missing after all that time is the answer
        await eventually(partial(_all_planned, breakable, salon, set(made)), within_s=120, step_s=0.5)
    return await _effects(breakable, salon, set(made))


async def _effects(breakable: Breakable, salon: Salon, made: set[str]) -> Effects:
    doubled = await breakable.rows(
        "notifications",
        "SELECT booking_id, kind, recipient_type, recipient_id, count(*) FROM notification WHERE account_id = $1 "
        "GROUP BY 1, 2, 3, 4 HAVING count(*) > 1",
        salon.account,
    )
    dead = await breakable.rows("notifications", "SELECT cause FROM dead_letter WHERE state = 'waiting'")
    return Effects(made, await planned_bookings(breakable, salon), len(doubled), len(dead))


async def _all_planned(breakable: Breakable, salon: Salon, made: set[str]) -> bool:
    return made == await planned_bookings(breakable, salon)


async def _reached(made: list[str], wanted: int) -> bool:
    return len(made) >= wanted
