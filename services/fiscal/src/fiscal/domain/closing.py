"""When a fiscal shift has to be closed: by law on the day on which it was opened, by the clock of the place."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

CLOSE_AT = time(23, 50)
"""We close; what waits then gets a few minutes more."""
LATEST = time(23, 57)
CHECKBOX_CLOSES_AT = time(23, 58)
"""The provider closes by itself, should all of our workers be away."""


def on_the_day(opened_at: datetime, zone: ZoneInfo, at: time) -> datetime:
    """The moment `at` on the local day of the opening, or a little after an opening that was later than that."""
    local = opened_at.astimezone(zone)
    moment = datetime.combine(local.date(), at, zone).astimezone(opened_at.tzinfo)
    return max(moment, opened_at + timedelta(seconds=30))
