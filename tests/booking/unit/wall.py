"""Building blocks of the unit tests: salon time written as people write it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from booking.domain.availability import Busy, BusyTimes, Part, Person, Question, Service, Terms
from booking.domain.schedules import DayPlan, Hours, Schedule, Weekly, working_time
from booking.domain.wall_clock import WallClock, minute_of

KYIV = ZoneInfo("Europe/Kyiv")


def kyiv(written: str) -> int:
    """The minute of a Kyiv wall clock time without offset, or of a moment with one."""
    moment = datetime.fromisoformat(written)
    return minute_of(moment.replace(tzinfo=KYIV) if moment.tzinfo is None else moment)


def shown(minute: int, zone: ZoneInfo = KYIV) -> str:
    return datetime.fromtimestamp(minute * 60, UTC).astimezone(zone).strftime("%Y-%m-%dT%H:%M%z")


def clock(written: str) -> int:
    hour, minute = written.split(":")
    return int(hour) * 60 + int(minute)


def plan(*spans: str, breaks: tuple[str, ...] = (), manual: tuple[str, ...] = ()) -> DayPlan:
    """`plan("09:00-18:00", breaks=("13:00-14:00",), manual=("18:00-20:00",))`."""

    def span(written: str) -> tuple[int, int]:
        since, until = written.split("-")
        return clock(since), clock(until)

    own = [Hours(*span(one)) for one in spans] + [Hours(*span(one), manual_only=True) for one in manual]
    return DayPlan(tuple(sorted(own, key=lambda one: one.since_min)), tuple(span(one) for one in breaks))


def every_day(one: DayPlan) -> Schedule:
    return Schedule(Weekly((one,) * 7))


def uid(number: int) -> UUID:
    return UUID(int=number)


HAIRCUT = Service(uid(100), 60)


def person(
    number: int,
    schedule: Schedule | None,
    first: str,
    last: str,
    *,
    busy: tuple[Busy, ...] = (),
    zone: ZoneInfo = KYIV,
    **more,
) -> Person:
    more.setdefault("service_ids", frozenset({HAIRCUT.id}))
    working = (
        working_time(schedule, WallClock(zone), date.fromisoformat(first), date.fromisoformat(last))
        if schedule
        else None
    )
    return Person(id=uid(number), working=working, busy=BusyTimes.of(busy), **more)


def question(*people: Person, services: tuple[Service, ...] = (HAIRCUT,), closed=(), **terms) -> Question:
    held = {"grid_min": 15, "earliest": 0, "latest": 1 << 39, "is_public": True, **terms}
    return Question(tuple(Part(service, people) for service in services), Terms(**held), tuple(closed))


def busy(since: str, until: str, *, before: int = 0, after: int = 0, is_held: bool = False) -> Busy:
    start, end = kyiv(since), kyiv(until)
    return Busy(start - before, end + after, start, end, is_held)
