"""Five thousand wishes for a hundred hours, half of them half an hour later.

`python -m tests.load.booking_races [slots]`

Through booking, moving, holding and confirming, any staff member, and seats of a group. Wanted: as many bookings as
there is room, no overlap, no deadlock that a client hears of, p99 below one second. On a machine that is
shared the processor time that went by until the answer tells more than the clock; the clients' own is in it.
"""

import asyncio
import collections
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import httpx
from sqlalchemy import text

from tests.booking.salon import Salon, every_day, open_salon
from tests.load.booking_bench import booking_bench
from tests.load.figures import percentile

CLIENTS = 50
HOURS = (9, 11, 13, 15, 17)
OVERLAPS = text(
    """
    SELECT count(*) FROM booking_item a JOIN booking_item b
      ON a.account_id = b.account_id AND a.staff_member_id = b.staff_member_id AND a.id < b.id
     AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
     AND NOT (a.service_id = b.service_id AND a.starts_at = b.starts_at AND a.service_name = 'Група')
    JOIN booking x ON x.account_id = a.account_id AND x.id = a.booking_id
    JOIN booking y ON y.account_id = b.account_id AND y.id = b.booking_id
    WHERE a.account_id = :account AND x.state NOT LIKE 'cancelled%' AND y.state NOT LIKE 'cancelled%'
    """
)
Attempt = Callable[[int, str], Awaitable[httpx.Response]]


async def race(name: str, salon: Salon, slots: list[str], room: int, attempt: Attempt) -> bool:
    """Let fifty want each slot at once; print how it ended; whether all bars hold."""
    outcomes: collections.Counter[str] = collections.Counter()
    took: list[float] = []
    worked: list[float] = []
    wrong = 0

    async def one(number: int, at: str) -> str:
        began, worked_before = time.perf_counter(), time.process_time()
        answer = await attempt(number, at)
        took.append(time.perf_counter() - began)
        worked.append(time.process_time() - worked_before)
        return "won" if answer.is_success else f"{answer.status_code} {answer.json().get('code', '')}"

    for slot in slots:
        later = (datetime.fromisoformat(slot) + timedelta(minutes=30)).isoformat()
        ended = await asyncio.gather(*(one(n, later if n % 2 and room == 1 else slot) for n in range(CLIENTS)))
        outcomes.update(ended)
        wrong += ended.count("won") != room
    async with salon.bench.service.db.system_tx() as tx:
        overlaps = await tx.scalar(OVERLAPS, {"account": salon.account_id})
    failures = sum(number for outcome, number in outcomes.items() if outcome.startswith("5"))
    p99 = percentile(took, 99)
    print(
        f"{name}: {len(slots)} slots × {CLIENTS}: {dict(outcomes)}; slots with another number than {room}: {wrong}; "
        f"overlaps {overlaps}; failures {failures}; p50 {percentile(took, 50) * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, "
        f"of which this process had the processor for {percentile(worked, 99) * 1000:.0f} ms"
    )
    return not wrong and not overlaps and not failures and p99 < 1


async def races(number: int) -> bool:
    """All kinds of races; whether every bar holds."""
    async with booking_bench() as (bench, _):
        fine = True

        async def new_salon() -> tuple[Salon, list[str]]:
            salon = await open_salon(bench, schedule=every_day(("09:00", "19:00")))
            return salon, [salon.at(f"{hour:02d}:00", 2 + n) for n in range(-(-number // 5)) for hour in HOURS][:number]

        salon, slots = await new_salon()
        people = [salon.client() for _ in range(CLIENTS)]
        fine &= await race("book", salon, slots, 1, lambda n, at: salon.book(at, by=people[n]))

        salon, slots = await new_salon()
        team = [salon.staff, await salon.add_staff("Б"), await salon.add_staff("В")]
        anybody = {"staff_member_id": None}
        few = slots[: max(1, number // 5)]
        fine &= await race("any staff", salon, few, len(team), lambda n, at: salon.book(at, by=people[n], **anybody))

        salon, slots = await new_salon()
        group = await salon.add_service("Група", capacity=10)
        fine &= await race(
            "seats", salon, few_of(slots, number), 10, lambda n, at: salon.book(at, by=people[n], service_ids=[group])
        )

        salon, slots = await new_salon()
        far = [await salon.booked(salon.at(f"{9 + n % 10:02d}:00", 60 + n // 10)) for n in range(CLIENTS)]

        async def move(n: int, at: str) -> httpx.Response:
            if n % 4 < 2:
                return await salon.book(at, by=people[n])
            return await salon.call("POST", f"/bookings/{far[n]['id']}/reschedule", {"starts_at": at})

        fine &= await race("move and book", salon, few_of(slots, number), 1, move)

        salon, slots = await new_salon()

        async def hold_and_confirm(n: int, at: str) -> httpx.Response:
            body = {"service_ids": [salon.service], "staff_member_id": salon.staff, "starts_at": at}
            held = await salon.bench.http.post(f"{salon.site}/holds", json=body)
            if not held.is_success:
                return held
            form = {"hold_id": held.json()["hold_id"], "client": {"name": "Наталія"}}
            sent = (
                salon.bench.http.post(f"{salon.site}/bookings", json=form, headers=people[n].headers) for _ in range(3)
            )
            answers = await asyncio.gather(*sent)
            assert sum(answer.is_success for answer in answers) == 1
            return next(answer for answer in answers if answer.is_success)

        fine &= await race("hold and confirm", salon, few_of(slots, number), 1, hold_and_confirm)
    return fine


def few_of(slots: list[str], number: int) -> list[str]:
    """A fifth of the slots: the first kind of race has all of them."""
    return slots[: max(1, number // 5)]


def main() -> None:
    """Race and say whether the bars hold."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    fine = asyncio.run(races(number))
    print("all bars hold" if fine else "a bar is broken")
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
