"""Hours of the location's wall clock in which no message may start on its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class QuietPolicy(StrEnum):
    """What becomes of a message whose time falls into quiet hours."""

    DROP = "drop"
    SHIFT_EARLIER = "shift_earlier"
    SHIFT_LATER = "shift_later"


@dataclass(frozen=True)
class QuietHours:
    """From `starts` on and before `ends`, over midnight where `ends` is the smaller; equal edges mean never."""

    starts: time
    ends: time
    policy: QuietPolicy
    enabled: bool = True

    def cover(self, moment: datetime, zone: ZoneInfo) -> bool:
        """Whether the wall clock of `zone` shows a quiet hour at `moment`."""
        if not self.enabled or self.starts == self.ends:
            return False
        shown = moment.astimezone(zone).time().replace(tzinfo=None, fold=0)
        if self.starts < self.ends:
            return self.starts <= shown < self.ends
        return shown >= self.starts or shown < self.ends

    def end_after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first moment after a quiet `moment` that is not quiet, in UTC."""
        local = moment.astimezone(zone)
        shown = local.time().replace(tzinfo=None, fold=0)
        day = local.date() + timedelta(days=1) if shown >= self.ends else local.date()
        first = at_wall_clock(day, self.ends, zone)
        if first > moment:
            return first
        # The hour comes twice, and `moment` is in its second turn.
        return datetime.combine(day, self.ends, zone).replace(fold=1).astimezone(UTC)

    def last_before(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The last minute before the quiet hours that hold `moment`, in UTC."""
        local = moment.astimezone(zone)
        shown = local.time().replace(tzinfo=None, fold=0)
        day = local.date() if shown >= self.starts else local.date() - timedelta(days=1)
        return at_wall_clock(day, self.starts, zone) - timedelta(minutes=1)

    def keep(self, planned: datetime, now: datetime, useful_until: datetime, zone: ZoneInfo) -> datetime | None:
        """`planned`, moved out of quiet hours as the policy says; none when the message must be left out."""
        if not self.cover(planned, zone):
            return planned
        match self.policy:
            case QuietPolicy.DROP:
                return None
            case QuietPolicy.SHIFT_EARLIER:
                moved = self.last_before(planned, zone)
                is_possible = moved >= now
            case QuietPolicy.SHIFT_LATER:
                moved = self.end_after(planned, zone)
                is_possible = moved < useful_until
        # A night in which clocks change may put even the edge into quiet hours; then nothing is sent.
        return moved if is_possible and not self.cover(moved, zone) else None


def at_wall_clock(day: date, shown: time, zone: ZoneInfo) -> datetime:
    """The UTC moment at which the clock on the wall shows `shown` that day.

    Of a time that comes twice the first is meant; a time that the clocks skip is taken as much later as they jump.
    """
    return datetime.combine(day, shown, zone).astimezone(UTC)
