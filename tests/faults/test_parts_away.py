"""What people meet while a part is away, and what must hold when it is back."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from tests.support.breakable import Breakable
from tests.support.killed_parts import book_while_killing, planned_bookings, wish
from tests.support.people import Salon, Visitor, first_slots
from tests.support.restarts import book_through_restarts
from tests.support.waiting import eventually

pytestmark = pytest.mark.faults


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
        return set(made) <= await planned_bookings(breakable, salon)

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
    made = await breakable.rows("booking", "SELECT count(*) AS n FROM booking WHERE account_id = $1", salon.account)
    assert made[0]["n"] == 1


@pytest.mark.row("X4")
async def test_bookings_while_relay_and_consumer_are_killed_are_planned_once_each(
    breakable: Breakable, salon: Salon, client: Visitor
) -> None:
    """The same with 500 bookings and 20 kills: `python -m tests.load.killed_parts`."""
    effects = await book_while_killing(breakable, salon, client, bookings=150, kills=6)
    assert effects.planned == effects.booked
    assert (len(effects.booked), effects.doubled, effects.dead) == (150, 0, 0)


@pytest.mark.row("N24")
async def test_an_upgrade_of_one_part_after_another_loses_no_booking(
    breakable: Breakable, salon: Salon, client: Visitor
) -> None:
    other = Visitor(breakable.stack)
    try:
        await other.sign_in()
        seen = await book_through_restarts(
            breakable, salon, (client, other), ["booking-api", "booking-worker", "gateway"]
        )
    finally:
        await other.close()
    assert seen.is_whole, (seen.answers, len(seen.booked), len(seen.stored), seen.strange)
    assert len(seen.booked) > 10
