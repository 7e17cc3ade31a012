"""Wall-clock time of a location turned into minutes, on the two days of the clock change as on all others.

A time that the clock skips means the moment of the change. A time that comes twice means the first one. So later on
the wall is never earlier in time, and what follows on one another without a gap does so on those nights as well.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY_MIN = 24 * 60


def minute_of(moment: datetime) -> int:
    """The minute that a moment lies in."""
    return (moment - EPOCH) // MINUTE


def moment_of(minute: int, zone: ZoneInfo | None = None) -> datetime:
    """The beginning of a minute, in UTC or with the offset of a zone."""
    moment = EPOCH + minute * MINUTE
    return moment.astimezone(zone) if zone else moment


def day_of(minute: int, zone: ZoneInfo) -> date:
    """The date on the wall at a minute."""
    return moment_of(minute, zone).date()


MOST_DAYS = 2000


@lru_cache(maxsize=64)
def clock_of(zone: str) -> WallClock:
    """The clock of a zone by its name, the same one for everybody."""
    return WallClock(ZoneInfo(zone))


class WallClock:
    """One zone; remembers where its days begin, since a month of ten people asks for each day many times."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._days: dict[date, tuple[int, bool]] = {}

    def start_of(self, day: date) -> int:
        """The first minute of a day (not always midnight: some clocks change there)."""
        return self._day(day)[0]

    def end_of(self, day: date) -> int:
        """The first minute of the day after."""
        return self._day(day + timedelta(days=1))[0]

    def is_plain(self, day: date) -> bool:
        """Whether the clock does not change on that day."""
        return self._day(day)[1]

    def minute(self, day: date, minute_of_day: int) -> int:
        """The minute at which the wall shows `minute_of_day` (0…1440) of `day`."""
        start, is_plain = self._day(day)
        return start + minute_of_day if is_plain else self._exact(_midnight(day) + minute_of_day * MINUTE)

    def _day(self, day: date) -> tuple[int, bool]:
        """The first minute of a day, and whether the clock does not change on it."""
        known = self._days.get(day)
        if known is None:
            if len(self._days) >= MOST_DAYS:
                self._days.clear()
            start, end = self._exact(_midnight(day)), self._exact(_midnight(day + timedelta(days=1)))
            known = self._days[day] = start, end - start == DAY_MIN
        return known

    def _exact(self, wall: datetime) -> int:
        first = wall.replace(tzinfo=self.zone).astimezone(UTC)
        if first.astimezone(self.zone).replace(tzinfo=None) == wall:
            return minute_of(first)
        # The clock skips this time. The change lies between the two readings of it.
        low, high = minute_of(wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC)), minute_of(first)
        after = moment_of(high, self.zone).utcoffset()
        while high - low > 1:
            middle = (low + high) // 2
            if moment_of(middle, self.zone).utcoffset() == after:
                high = middle
            else:
                low = middle
        return high


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - wall clock
