"""The operating day: the accounting date of money."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from fiscal.errors import OperatingDayInFuture


@dataclass(frozen=True)
class OperatingDay:
    """A day of the books; `is_back_dated` marks one that was over when the entry was made."""

    day: date
    is_back_dated: bool


def operating_day(wanted: date | None, now: datetime, zone: ZoneInfo) -> OperatingDay:
    """The day to book on: today at the place unless another is wanted; raises `OperatingDayInFuture`."""
    if now.tzinfo is None:
        raise ValueError("now has no zone")
    today = now.astimezone(zone).date()
    day = wanted or today
    if day > today:
        raise OperatingDayInFuture(today.isoformat())
    return OperatingDay(day, is_back_dated=day < today)
