"""The strip of days and the times of one day, as the page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from contracts.http.booking import AvailabilityAnswer, DaySlots, Slot
from gateway.pages.formats import at

DAYS = 14
FEW = 3
_NOON, _EVENING = 12, 17


@dataclass(frozen=True)
class Day:
    """One day of the strip; `look` is free, few or none."""

    date: date
    count: int

    @property
    def look(self) -> str:
        if self.count == 0:
            return "none"
        return "few" if self.count <= FEW else "free"


@dataclass(frozen=True)
class PartOfDay:
    """`name` is morning, day or evening."""

    name: str
    slots: list[Slot]


def strip_start(today: date, strip: date | None, day: date | None) -> date:
    """The first day of the strip that shows `day`; strips follow one another from today on."""
    wanted = strip or day or today
    if wanted <= today:
        return today
    return today + timedelta(days=(wanted - today).days // DAYS * DAYS)


def days_of(found: AvailabilityAnswer) -> list[Day]:
    """As the strip shows them."""
    return [Day(one.date, len(one.slots)) for one in found.days]


def chosen_day(found: AvailabilityAnswer, day: date | None) -> DaySlots | None:
    """The day that was chosen, else the first one with a free time, else the first."""
    days = found.days
    exact = next((one for one in days if one.date == day), None)
    return exact or next((one for one in days if one.slots), None) or (days[0] if days else None)


def parts_of(slots: Sequence[Slot], zone: str) -> list[PartOfDay]:
    """Morning, day and evening; those without a time are left out."""
    parts: dict[str, list[Slot]] = {"morning": [], "day": [], "evening": []}
    for slot in slots:
        hour = at(slot.starts_at, zone).hour
        parts["morning" if hour < _NOON else "day" if hour < _EVENING else "evening"].append(slot)
    return [PartOfDay(name, found) for name, found in parts.items() if found]


def nearest(
    found: AvailabilityAnswer, *, after: date | None = None, staff_member_id: UUID | None = None
) -> datetime | None:
    """The first free time, of one person where one is named, on a day after `after` where that is said."""
    for day in found.days:
        if after is not None and day.date <= after:
            continue
        for slot in day.slots:
            if staff_member_id is None or staff_member_id in slot.staff_member_ids:
                return slot.starts_at
    return None
