"""A hundred visits cancelled at once while five hundred wait: `python -m tests.load.waiting_list [hours] [waiting]`.

Wanted: no hour is offered to two, none stays idle while somebody waits for it, and each goes to the next in the queue
when an offer runs out.
"""

import asyncio
import sys
import time
from collections import Counter

from sqlalchemy import text

from booking.usecases.waitlist.offer_time import serve_waitlists
from tests.booking.salon import Salon, every_day, open_salon
from tests.load.booking_bench import booking_bench
from tests.load.figures import kept

HOURS = range(9, 19)
OFFERED = text(
    """
    SELECT offer ->> 'starts_at' AS at, offer -> 'staff_member_ids' ->> 0 AS person FROM waitlist_entry
    WHERE account_id = :account AND state = 'offered'
    """
)


async def run_out(salon: Salon) -> None:
    """Let every open offer be over."""
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        await tx.execute(text("UPDATE waitlist_entry SET offer_expires_at = now() WHERE state = 'offered'"))
        await tx.execute(text("UPDATE hold SET expires_at = now()"))
        await tx.execute(text("UPDATE busy_time SET hold_expires_at = now() WHERE hold_id IS NOT NULL"))


async def offers(salon: Salon) -> Counter[tuple[str, str]]:
    """Which hours are offered now, and how often."""
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        return Counter((row.at, row.person) for row in await tx.execute(OFFERED, {"account": salon.account_id}))


async def freed_at_once(number: int, waiting: int) -> bool:
    """Cancel everything, look several times at once, let the offers run out once; whether the bar holds."""
    async with booking_bench() as (bench, _):
        salon = await open_salon(bench, schedule=every_day(("09:00", "19:00")))
        plan = every_day(("09:00", "19:00"))
        people = [salon.staff, *[await salon.add_staff(f"М{n}", schedule=plan) for n in range(-(-number // 10) - 1)]]
        wanted = [(person, hour) for person in people for hour in HOURS][:number]
        made = [await salon.booked(salon.at(f"{hour:02d}:00"), staff_member_id=person) for person, hour in wanted]
        day = salon.day().isoformat()
        wish = {"service_ids": [salon.service], "client": {"name": "Марта"}, "first_day": day, "last_day": day}
        for _ in range(waiting):
            body = {**wish, "from": "00:00", "to": "24:00"}
            joined = await salon.bench.http.post(f"{salon.site}/waitlist", json=body, headers=salon.client().headers)
            assert joined.status_code == 201, joined.text
        began = time.perf_counter()
        answers = await asyncio.gather(
            *(salon.call("POST", f"/bookings/{one['id']}/cancel", {}) for one in made),
            *(serve_waitlists(bench.service.db) for _ in range(4)),
        )
        refused = sum(answer is not None and not answer.is_success for answer in answers)
        await serve_waitlists(bench.service.db)
        first = await offers(salon)
        took = time.perf_counter() - began
        await run_out(salon)
        await serve_waitlists(bench.service.db)
        await serve_waitlists(bench.service.db)
        second = await offers(salon)
    expected = min(number, waiting)
    fine = not refused
    for name, found in (("at once", first), ("when the offers ran out", second)):
        twice = sum(times > 1 for times in found.values())
        fine &= not twice and len(found) == expected
        print(f"{name}: {len(found)} of {expected} hours offered, {twice} to two")
    print(f"waiting list: {number} cancelled × {waiting} waiting, {refused} refused, {took:.1f} s: {kept(fine)}")
    return fine


def main() -> None:
    """Free the hours and say whether the bar holds."""
    numbers = [int(word) for word in sys.argv[1:]]
    number, waiting = (numbers + [100, 500][len(numbers) :])[:2]
    sys.exit(0 if asyncio.run(freed_at_once(number, waiting)) else 1)


if __name__ == "__main__":
    main()
