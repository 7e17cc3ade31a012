"""The calendar as the browser draws it: times on the wall clock of the place, words ready to be shown."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.http.booking import BookingAnswer, CalendarAnswer, CalendarColumn, Span
from gateway.pages.rendering import client_name
from gateway.pages.words import t

from .lanes import GONE, hours_of
from .wall_clock import is_second_time, wall

MOVABLE = frozenset({"pending", "confirmed"})
_MARGIN_HOURS = 1


def calendar_shown(
    calendar: CalendarAnswer, since: date, until: date, now: datetime, troubled: Collection[UUID] = ()
) -> dict[str, Any]:
    """Columns, tiles and the time that is not for booking; `troubled` are bookings with a message that did not go."""
    zone = ZoneInfo(calendar.time_zone)
    days = [since + timedelta(days=number) for number in range((until - since).days + 1)]
    hours = [hours_of(calendar, day, zone) for day in days]
    return {
        "zone": calendar.time_zone,
        "offset": f"{now.astimezone(zone):%z}"[:3] + ":" + f"{now.astimezone(zone):%z}"[3:5],
        "from_hour": max(0, min(first for first, _ in hours) - _MARGIN_HOURS),
        "to_hour": min(24, max(last for _, last in hours) + _MARGIN_HOURS),
        "columns": [_column(column) for column in calendar.columns],
        "tiles": [
            tile
            for column in calendar.columns
            for booking in column.bookings
            for tile in tiles_of(booking, troubled)
            if tile["column"] == str(column.staff_member_id)
        ],
        "shades": [shade for column in calendar.columns for shade in _shades(column, days, zone)],
    }


def tiles_of(booking: BookingAnswer, troubled: Collection[UUID] = ()) -> list[dict[str, Any]]:
    """One tile for each person of the booking; none for one that is over before it began."""
    if booking.state in GONE:
        return []
    zone = ZoneInfo(booking.time_zone)
    people = list(dict.fromkeys(item.staff_member_id for item in booking.items))
    found = []
    for person in people:
        mine = [item for item in booking.items if item.staff_member_id == person]
        since, until = mine[0].starts_at, mine[-1].ends_at
        twice = is_second_time(since, zone)
        services = ", ".join(item.service_name for item in mine)
        client = client_name(booking.client) or t("desk.no_client")
        tile = {
            "booking": str(booking.id),
            "version": booking.version,
            "column": str(person),
            "location": str(booking.location_id),
            "start": _text(wall(since, zone)),
            "end": _text(wall(until, zone)),
            "client": client,
            "services": services,
            "state": booking.state,
            "paid": booking.payment_state,
        }
        # Hundreds of tiles go over slow lines: what is usual is not said.
        unusual = {
            "booking_start": _text(wall(booking.starts_at, zone)) if booking.starts_at != since else "",
            "people": len(people) if len(people) > 1 else 0,
            "is_troubled": booking.id in troubled,
            "is_movable": booking.state in MOVABLE and not twice,
            "note": t("desk.second_time") if twice else "",
        }
        found.append(tile | {name: value for name, value in unusual.items() if value})
    return found


def _column(column: CalendarColumn) -> dict[str, Any]:
    count = sum(booking.state not in GONE for booking in column.bookings)
    return {
        "id": str(column.staff_member_id),
        "name": column.staff_member_name,
        "is_working": bool(column.working),
        "count": count,
    }


def _shades(column: CalendarColumn, days: list[date], zone: ZoneInfo) -> Iterator[dict[str, str]]:
    """Time outside of working hours (breaks too), absences, and hours kept for staff."""
    person = str(column.staff_member_id)
    for day in days:
        start, end = datetime.combine(day, time()), datetime.combine(day + timedelta(days=1), time())
        at = start
        for since, until in _walls(column.working, zone):
            if since >= end:
                break
            if since > at:
                yield _shade(person, at, since, "closed")
            if until > at:
                at = until
        if at < end:
            yield _shade(person, at, end, "closed")
    for since, until in _walls(column.time_off, zone):
        yield _shade(person, since, until, "away")
    for since, until in _walls([span for span in column.working if span.manual_only], zone):
        yield _shade(person, since, until, "manual")


def _walls(spans: list[Span], zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    return sorted((wall(span.starts_at, zone), wall(span.ends_at, zone)) for span in spans)


def _shade(person: str, since: datetime, until: datetime, kind: str) -> dict[str, str]:
    return {"column": person, "start": _text(since), "end": _text(until), "kind": kind}


def _text(shown: datetime) -> str:
    return shown.replace(fold=0).isoformat(timespec="minutes")
