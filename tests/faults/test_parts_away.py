"""What people meet while a part is away, and what must hold when it is back."""

import asyncio
from functools import partial
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from tests.faults.conftest import Breakable
from tests.support.people import Salon, Visitor, first_slots
from tests.support.waiting import eventually
from zapys_dev import databases

pytestmark = [pytest.mark.faults, pytest.mark.timeout(400)]


def wish(salon: Salon, slot: dict[str, Any]) -> dict[str, Any]:
    """The body of a booking of this slot."""
    return {
        "service_ids": [salon.service],
        "staff_member_id": salon.staff_member,
        "starts_at": slot["starts_at"],
        "client": {"name": "Ірина"},
    }


async def rows(breakable: Breakable, service: str, query: str, *values: Any) -> list[Any]:
    """What a superuser reads from a service's database."""
    name = databases.database_name(service, breakable.stack.suffix)
    connection = await asyncpg.connect(f"{breakable.postgres.url.rsplit('/', 1)[0]}/{name}")
    try:
        return list(await connection.fetch(query, *values))
    finally:
        await connection.close()


async def bookings_with_plan(breakable: Breakable, salon: Salon) -> set[str]:
    """Bookings of the salon that notifications has planned for."""
    found = await rows(
        breakable, "notifications", "SELECT DISTINCT booking_id FROM notification WHERE account_id = $1", salon.account
    )
    return {str(row["booking_id"]) for row in found if row["booking_id"]}


async def test_bookings_are_taken_without_the_broker_and_their_events_arrive_later(
    breakable: Breakable, salon: Salon, client: Visitor
) -> None:
    slots = await first_slots(client, salon)
    breakable.rabbit.kill()
    made = [
        (await client.ask("POST", f"/public/{salon.vanity}/bookings", wish(salon, slot), expect=201))["id"]
        for slot in slots[:10]
    ]
    async with httpx.AsyncClient() as http:
        ready = await http.get(f"{breakable.stack.admin_url('booking', 'worker')}/ready")
        assert ready.status_code == 503
        assert ready.json()["parts"]["broker"] != "ok"
        assert (await http.get(f"{breakable.stack.admin_url('booking')}/ready")).status_code == 200  # api needs none
    await asyncio.to_thread(breakable.rabbit.start)

    async def all_planned() -> bool:
        return set(made) <= await bookings_with_plan(breakable, salon)

    await eventually(all_planned, step_s=0.3)


async def test_without_its_database_a_service_answers_503_and_is_not_ready(
    breakable: Breakable, salon: Salon, client: Visitor
) -> None:
    slots = await first_slots(client, salon)
    key = str(uuid4())
    breakable.postgres.kill()
    refused = await client.call("POST", f"/public/{salon.vanity}/bookings", wish(salon, slots[0]), key=key)
    assert refused.status_code == 503, refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert int(refused.headers["retry-after"]) >= 1
    async with httpx.AsyncClient() as http:
        ready = await http.get(f"{breakable.stack.admin_url('booking')}/ready")
        assert ready.status_code == 503
        assert (await http.get(f"{breakable.stack.admin_url('booking')}/live")).status_code == 200
    await asyncio.to_thread(breakable.postgres.start)

    async def taken_now() -> bool:
        answer = await client.call("POST", f"/public/{salon.vanity}/bookings", wish(salon, slots[0]), key=key)
        assert answer.status_code in (201, 503), answer.text
        return bool(answer.status_code == 201)

    await eventually(taken_now, step_s=0.3)
    again = await client.call("POST", f"/public/{salon.vanity}/bookings", wish(salon, slots[0]), key=key)
    assert again.status_code == 201  # the same key after a crash: the same booking
    made = await rows(breakable, "booking", "SELECT count(*) AS n FROM booking WHERE account_id = $1", salon.account)
    assert made[0]["n"] == 1


async def test_500_bookings_while_relay_and_consumer_are_killed_ten_times_each(
    breakable: Breakable, salon: Salon, client: Visitor
) -> None:
    slots = await first_slots(client, salon, days=8)
    assert len(slots) >= 500
    made: list[str] = []

    async def book(some: list[dict[str, Any]]) -> None:
        for slot in some:
            answer = await client.ask("POST", f"/public/{salon.vanity}/bookings", wish(salon, slot), expect=201)
            made.append(answer["id"])

    supervisor = breakable.stack.supervisor
    for number in range(20):
        name = ("booking-worker", "notifications-worker")[number % 2]
        await asyncio.to_thread(supervisor.wait_ready, [name], timeout_s=60)  # so that each kill hits work under way
        booking = asyncio.create_task(book(slots[number * 25 : number * 25 + 25]))
        await eventually(partial(_reached, made, number * 25 + 12), step_s=0.005)
        await asyncio.to_thread(supervisor.kill, name)
        await asyncio.to_thread(supervisor.restart, name)
        await booking
    assert len(made) == 500

    async def all_planned() -> bool:
        return set(made) == await bookings_with_plan(breakable, salon)

    await eventually(all_planned, within_s=120, step_s=0.5)
    doubled = await rows(
        breakable,
        "notifications",
        "SELECT booking_id, kind, recipient_type, recipient_id, count(*) FROM notification WHERE account_id = $1 "
        "GROUP BY 1, 2, 3, 4 HAVING count(*) > 1",
        salon.account,
    )
    assert doubled == []
    letters = await rows(breakable, "notifications", "SELECT cause FROM dead_letter WHERE state = 'waiting'")
    assert letters == []


async def _reached(made: list[str], wanted: int) -> bool:
    return len(made) >= wanted
