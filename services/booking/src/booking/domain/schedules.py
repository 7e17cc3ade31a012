"""Working patterns of a staff member, and the working time they make on given days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple, Protocol
from uuid import UUID

from .intervals import Interval, merged, without
from .wall_clock import WallClock


@dataclass(frozen=True)
class Hours:
    """Working time of one day on the wall clock, `[since_min, until_min)` in minutes of the day (0…1440)."""

    since_min: int
    until_min: int
    manual_only: bool = False
    location_id: UUID | None = None


@dataclass(frozen=True)
class DayPlan:
    """What one day looks like; no hours: a day off."""

    hours: tuple[Hours, ...] = ()
    breaks: tuple[Interval, ...] = ()


DAY_OFF = DayPlan()


class Pattern(Protocol):
    """A rule that knows the plan of every day."""

    def plan(self, day: date) -> DayPlan:
        """The plan of a day."""
        ...


@dataclass(frozen=True)
class Weekly:
    """Seven plans, Monday first."""

    days: tuple[DayPlan, ...]

    def plan(self, day: date) -> DayPlan:
        """The plan of that weekday."""
        return self.days[day.weekday()]


@dataclass(frozen=True)
class Cycle:
    """`on` working days, then `off` free ones, for ever in both directions from `anchor`."""

    anchor: date
    on: int
    off: int
    day: DayPlan

    def plan(self, day: date) -> DayPlan:
        """The working plan when the day is one of the first `on` of its round."""
        return self.day if (day - self.anchor).days % (self.on + self.off) < self.on else DAY_OFF


@dataclass(frozen=True)
class Parity:
    """Even or odd days of the calendar month; after a 31st two odd days follow one another."""

    is_even: bool
    day: DayPlan

    def plan(self, day: date) -> DayPlan:
        """The working plan on days of the right parity."""
        return self.day if (day.day % 2 == 0) == self.is_even else DAY_OFF


@dataclass(frozen=True)
class Schedule:
    """A pattern with dated exceptions, each of which replaces the whole day."""

    pattern: Pattern
    exceptions: Mapping[date, DayPlan] = field(default_factory=dict)

    def plan(self, day: date) -> DayPlan:
        """What the person does that day."""
        return self.exceptions[day] if day in self.exceptions else self.pattern.plan(day)


class Shift(NamedTuple):
    """One stretch of working time in minutes; starts are counted on the grid from its beginning."""

    start: int
    end: int
    manual_only: bool = False


@dataclass(frozen=True)
class WorkingTime:
    """Stretches in order of time, and breaks, which may also lie outside of them."""

    shifts: tuple[Shift, ...] = ()
    breaks: tuple[Interval, ...] = ()

    @cached_property
    def covered(self) -> list[Interval]:
        """All minutes of the stretches, breaks not yet taken out."""
        return merged((shift.start, shift.end) for shift in self.shifts)

    @cached_property
    def kept(self) -> list[Interval]:
        """The stretches that are kept for bookings by staff."""
        return [(shift.start, shift.end) for shift in self.shifts if shift.manual_only]

    def net(self) -> list[Interval]:
        """The minutes in which bookings may lie."""
        return without(self.covered, list(self.breaks))


def days_between(first: date, last: date) -> Iterable[date]:
    """Each day, both ends included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def working_time(
    schedule: Schedule, clock: WallClock, first: date, last: date, location_id: UUID | None = None
) -> WorkingTime:
    """The working time of the days `first…last`; with a location, without the hours kept for another one."""
    shifts: list[Shift] = []
    breaks: list[Interval] = []
    for day in days_between(first, last):
        plan = schedule.plan(day)
        if not plan.hours and not plan.breaks:
            continue
        for hours in plan.hours:
            if location_id is not None and hours.location_id not in (None, location_id):
                continue
            start, end = clock.minute(day, hours.since_min), clock.minute(day, hours.until_min)
            if start < end:
                shifts.append(Shift(start, end, hours.manual_only))
        breaks.extend((clock.minute(day, since), clock.minute(day, until)) for since, until in plan.breaks)
    return WorkingTime(tuple(sorted(shifts, key=lambda shift: shift.start)), tuple(merged(breaks)))
