"""The operating day: the accounting date of money."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from fiscal.errors import OperatingDayInFuture, OperatingDayTooOld


@dataclass(frozen=True)
class OperatingDay:
    """A day of the books; `is_back_dated` marks one that was over when the entry was made."""

    day: date
    is_back_dated: bool


def operating_day(
    wanted: date | None, now: datetime, zone: ZoneInfo, back_days_limit: int | None = None
) -> OperatingDay:
    """The day to book on: today at the place unless another is wanted.

    Raises `OperatingDayInFuture`, and `OperatingDayTooOld` for a day more than `back_days_limit` days back.
    """
    if now.tzinfo is None:
        raise ValueError("now has no zone")
    today = now.astimezone(zone).date()
    day = wanted or today
    if day > today:
        raise OperatingDayInFuture(today.isoformat())
    if back_days_limit is not None and (today - day).days > back_days_limit:
        raise OperatingDayTooOld(back_days_limit, (today - timedelta(days=back_days_limit)).isoformat())
    return OperatingDay(day, is_back_dated=day < today)
