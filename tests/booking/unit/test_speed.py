"""How long a month takes; the bound is wide, so that only another order of growth crosses it."""

import random
import time
from datetime import date, timedelta

from booking.domain.availability import Busy, BusyTimes, Person, Service
from booking.domain.schedules import working_time
from booking.domain.wall_clock import WallClock

from .wall import HAIRCUT, KYIV, every_day, plan, question, uid

FIRST, LAST = date(2026, 5, 1), date(2026, 5, 31)
BOUND_S = 0.03


def team(seed: int = 1) -> list[Person]:
    """Ten people, each with a break and six bookings on every day of the month."""
    rare, clock = random.Random(seed), WallClock(KYIV)
    schedule = every_day(plan("09:00-18:00", breaks=("13:00-14:00",)))
    people = []
    for number in range(10):
        busy = []
        for n in range(31):
            day = clock.start_of(FIRST + timedelta(days=n))
            for hour in sorted(rare.sample(range(9, 18), 6)):
                at = day + hour * 60
                busy.append(Busy(at - 5, at + 55, at, at + 45, False))
        working = working_time(schedule, clock, FIRST - timedelta(days=1), LAST + timedelta(days=2))
        people.append(Person(uid(number), frozenset({HAIRCUT.id}), working, BusyTimes.of(busy)))
    return people


def test_a_month_of_ten_busy_people_is_a_matter_of_milliseconds():
    clock = WallClock(KYIV)
    window = clock.start_of(FIRST), clock.end_of(LAST)
    short = Service(HAIRCUT.id, 45, buffer_before_min=5, buffer_after_min=5)
    took = []
    for _ in range(5):
        began = time.process_time()
        offers = question(*team(), services=(short,)).offers(window)
        took.append(time.process_time() - began)
    assert len(offers) > 300
    assert min(took) < BOUND_S
