"""Moments of a place as its wall clock shows them, and back: the browser's calendar knows no time zones."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """What the clock on the wall shows, without an offset; `fold` is 1 for the second of two equal hours."""
    return moment.astimezone(zone).replace(tzinfo=None)


def is_second_time(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether the clock shows this hour for the second time that night."""
    return moment.astimezone(zone).fold == 1


def moment_of(text: str, zone_name: str) -> datetime | None:
    """The moment that a wall clock text means; none for nonsense and for an hour that is twice or never there."""
    try:
        shown, zone = datetime.fromisoformat(text), ZoneInfo(zone_name)
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return None
    if shown.tzinfo is not None:
        return None
    first, second = shown.replace(tzinfo=zone, fold=0), shown.replace(tzinfo=zone, fold=1)
    return first if first.utcoffset() == second.utcoffset() else None
