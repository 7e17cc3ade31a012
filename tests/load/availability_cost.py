"""What availability costs: `python -m tests.load.availability_cost [calculator] [request] [history N]`.

Times are processor time of this process, so that neighbours on the machine count as little as possible.
calculator  one service, any of 10 people, 30 days, 60 % booked: within 0.5 ms
request     the request's own cost within 2.5 times an empty request plus its SQL
history     its cost grows at most 1.2 times from 10,000 to N bookings of the account's past (1,000,000 unless said)
"""

from __future__ import annotations

import asyncio
import gc
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import event

from booking.domain.availability import Busy, BusyTimes, Part, Person, Question, Service, Terms
from booking.domain.schedules import DayPlan, Hours, Schedule, Weekly, working_time
from booking.domain.wall_clock import WallClock
from kit.ids import new_id
from tests.booking.salon import Salon, every_day, open_salon
from tests.load.booking_bench import booking_bench
from tests.load.booking_history import fill
from tests.load.figures import kept

FIRST, DAYS, PEOPLE = date(2026, 5, 1), 30, 10


def calculator() -> None:
    """Print what a month of ten people takes, the people given anew each time."""
    clock = WallClock(ZoneInfo("Europe/Kyiv"))
    week = Schedule(Weekly((DayPlan((Hours(9 * 60, 19 * 60),)),) * 7))
    last = FIRST + timedelta(days=DAYS - 1)
    rare = random.Random(1)
    service = Service(new_id(), 60)
    days = [clock.start_of(FIRST + timedelta(days=n)) for n in range(DAYS)]
    hours = [sorted(rare.sample(range(9, 19), 6)) for _ in range(DAYS * PEOPLE)]
    busy = [
        BusyTimes.of(
            Busy(at, at + 60, at, at + 60, False)
            for n, day in enumerate(days)
            for h in hours[who * DAYS + n]
            for at in [day + h * 60]
        )
        for who in range(PEOPLE)
    ]
    took: list[float] = []
    cold: list[float] = []
    for _ in range(300):
        people = [
            Person(new_id(), frozenset({service.id}), working_time(week, clock, FIRST, last), times) for times in busy
        ]
        terms = Terms(grid_min=15, earliest=0, latest=1 << 39, is_public=True)
        window = clock.start_of(FIRST), clock.end_of(last)
        gc.collect()
        gc.disable()
        for into in (cold, took):
            question = Question((Part(service, tuple(people)),), terms)
            began = time.process_time()
            offers = question.offered(window)
            into.append((time.process_time() - began) * 1000)
        gc.enable()
    number = sum(map(len, offers.alone.values()))
    print(
        f"calculator: {number} offers of {PEOPLE} people in {DAYS} days: best {min(took):.3f} ms, median "
        f"{statistics.median(took):.3f} ms; people seen for the first time {min(cold):.3f} / "
        f"{statistics.median(cold):.3f} ms; bar 0.5 ms: {kept(statistics.median(took) <= 0.5)}"
    )


async def cpu_ms(*acts: Callable[[], Awaitable[Any]], times: int = 20, batches: int = 10) -> list[float]:
    """The processor time of one call of each, in milliseconds: the least of some batches.

    The acts take turns, so that a slower minute of the machine is one for all of them.
    """
    best = [float("inf")] * len(acts)
    for _ in range(batches):
        for number, act in enumerate(acts):
            await act()
            began = time.process_time()
            for _ in range(times):
                await act()
            best[number] = min(best[number], (time.process_time() - began) / times * 1000)
    return best


async def salon_of_ten(bench: Any) -> Salon:
    """A salon with ten people, booked to 60 % for the next thirty days, directly in the database."""
    salon = await open_salon(bench, schedule=every_day(("09:00", "19:00")))
    for n in range(PEOPLE - 1):
        await salon.add_staff(f"Майстер {n}", schedule=every_day(("09:00", "19:00")))
    return salon


def asking(salon: Salon) -> Callable[[], Awaitable[Any]]:
    """The request of a client who looks at a month with anybody."""
    query = {"service_ids": salon.service, "from": str(salon.day(1)), "to": str(salon.day(DAYS))}

    async def ask() -> None:
        answer = await salon.bench.http.get(f"{salon.site}/availability", params=query)
        assert answer.status_code == 200, answer.text

    return ask


async def request() -> None:
    """Print the request's own cost and its floor: an empty request, and its statements sent again by themselves."""
    async with booking_bench() as (bench, url):
        salon = await salon_of_ten(bench)
        await fill(url, salon, 1, DAYS, 6)
        ask = asking(salon)
        bench.http._transport.app.add_api_route("/empty", _nothing)  # type: ignore[attr-defined]
        engine = bench.service.db._engine
        said: list[tuple[str, Any]] = []

        def hear(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            said.append((statement, parameters))

        event.listen(engine.sync_engine, "before_cursor_execute", hear)
        await ask()
        event.remove(engine.sync_engine, "before_cursor_execute", hear)

        async def statements() -> None:
            async with engine.connect() as connection:
                for statement, parameters in said:
                    found = await connection.exec_driver_sql(statement, parameters)
                    if found.returns_rows:
                        found.fetchall()

        async def empty() -> None:
            await bench.http.get("/empty")

        whole, floor_sql, floor_empty = await cpu_ms(ask, statements, empty)
        ratio = whole / (floor_sql + floor_empty)
        print(
            f"request: {whole:.2f} ms; empty request {floor_empty:.2f} ms + its {len(said)} statements "
            f"{floor_sql:.2f} ms; ratio {ratio:.2f}; bar 2.5: {kept(ratio <= 2.5)}"
        )


async def _nothing() -> dict[str, str]:
    return {}


async def history(most: int) -> None:
    """Print how the request's cost grows with the past of the account, wall time included."""
    async with booking_bench() as (bench, url):
        found = []
        for bookings in (10_000, most):
            salon = await salon_of_ten(bench)
            await fill(url, salon, 1, DAYS, 6)
            days = bookings // (PEOPLE * 10)
            await fill(url, salon, -days - 1, days, 10)
            ask = asking(salon)
            [cpu] = await cpu_ms(ask)
            walls = []
            for _ in range(150):
                began = time.perf_counter()
                await ask()
                walls.append((time.perf_counter() - began) * 1000)
            found.append((bookings, cpu, min(walls), statistics.median(walls)))
            print(
                f"history of {bookings}: processor {cpu:.2f} ms, best {min(walls):.2f} ms, median {found[-1][3]:.2f} ms"
            )
        (_, cpu, best, _), (_, cpu_more, best_more, _) = found
        print(
            f"history: grows {cpu_more / cpu:.2f} times (processor), {best_more / best:.2f} times (best); "
            f"bar 1.2: {kept(max(cpu_more / cpu, best_more / best) <= 1.2)}"
        )


def main() -> None:
    """Measure what was named, or everything."""
    wanted = sys.argv[1:] or ["calculator", "request", "history"]
    if "calculator" in wanted:
        calculator()
    if "request" in wanted:
        asyncio.run(request())
    if "history" in wanted:
        numbers = [int(word) for word in wanted if word.isdigit()]
        asyncio.run(history(numbers[0] if numbers else 1_000_000))


if __name__ == "__main__":
    main()
