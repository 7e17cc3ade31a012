"""Schedules as they are stored (the form in which the API takes them) turned into patterns of the domain."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from .domain.intervals import Interval
from .domain.schedules import Cycle, DayPlan, Hours, Parity, Pattern, Schedule, Weekly, WorkingTime, working_time
from .domain.wall_clock import clock_of

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def pattern_of(stored: Mapping[str, Any]) -> Pattern:
    """The rule behind a stored pattern."""
    match stored["pattern"]:
        case "weekly":
            breaks = stored.get("breaks") or []
            by_day = breaks if isinstance(breaks, dict) else dict.fromkeys(WEEKDAYS, breaks)
            return Weekly(tuple(_plan(stored["days"].get(day), by_day.get(day)) for day in WEEKDAYS))
        case "cycle":
            plan = _plan(stored["hours"], stored.get("breaks"))
            return Cycle(date.fromisoformat(stored["anchor"]), stored["on"], stored["off"], plan)
        case parity:
            return Parity(parity == "even_days", _plan(stored["hours"], stored.get("breaks")))


@lru_cache(maxsize=256)
def written_pattern(stored: str) -> Pattern:
    """The rule behind a stored pattern that is still text."""
    return pattern_of(json.loads(stored))


@lru_cache(maxsize=256)
def usual_time(stored: str, zone: str, first: date, last: date, location_id: UUID | None) -> WorkingTime:
    """The working time of days without exceptions; people with the same hours share it, and so do questions."""
    return working_time(Schedule(written_pattern(stored)), clock_of(zone), first, last, location_id)


def plan_of(stored: Mapping[str, Any]) -> DayPlan:
    """One dated exception."""
    return _plan(stored.get("hours"), stored.get("breaks"))


def _plan(hours: list[dict[str, Any]] | None, breaks: list[dict[str, Any]] | None) -> DayPlan:
    return DayPlan(
        tuple(
            Hours(
                *_clock(one),
                manual_only=one.get("manual_only", False),
                location_id=UUID(one["location_id"]) if one.get("location_id") else None,
            )
            for one in sorted(hours or [], key=lambda one: str(one["from"]))
        ),
        tuple(_clock(one) for one in breaks or []),
    )


def _clock(span: Mapping[str, Any]) -> Interval:
    return minutes_of(span["from"]), minutes_of(span["to"])


def minutes_of(written: str) -> int:
    """Minutes of the day of a clock time such as 09:30."""
    hours, minutes = written.split(":")
    return int(hours) * 60 + int(minutes)
