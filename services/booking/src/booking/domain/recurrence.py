"""The dates of recurring bookings, on the wall clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Recurrence:
    """Every `every` days or weeks, until a day or for so many visits; `weekdays` (Monday is 0) only for weeks."""

    is_weekly: bool
    every: int
    weekdays: frozenset[int] = frozenset()
    count: int | None = None
    until: date | None = None


def dates(first: date, rule: Recurrence, most: int) -> list[date]:
    """The days of the visits, the first one always among them, at most `most`."""
    found: list[date] = []
    for day in _days(first, rule):
        if len(found) >= min(most, rule.count or most) or (rule.until is not None and day > rule.until):
            break
        found.append(day)
    return found


def _days(first: date, rule: Recurrence) -> Iterator[date]:
    if not rule.is_weekly:
        day = first
        while day.year < 2099:
            yield day
            day += timedelta(days=rule.every)
        return
    yield first
    monday = first - timedelta(days=first.weekday())
    while monday.year < 2099:
        for weekday in sorted(rule.weekdays or {first.weekday()}):
            day = monday + timedelta(days=weekday)
            if day > first:
                yield day
        monday += timedelta(weeks=rule.every)
