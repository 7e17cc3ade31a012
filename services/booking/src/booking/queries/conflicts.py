"""Bookings ahead that a change of working time would hit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from booking.domain.intervals import Interval, covers
from booking.domain.lifecycle import ACTIVE
from booking.domain.schedules import Schedule, working_time
from booking.domain.wall_clock import WallClock, day_of, minute_of
from booking.tables import BookingItemRow, BookingRow, LocationRow
from kit.db import Tx

from .visits import Visit, visits_of


async def visits_ahead(
    tx: Tx,
    account_id: UUID,
    now: datetime,
    *,
    staff_member_id: UUID | None = None,
    service_id: UUID | None = None,
    location_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Visit]:
    """Active bookings not over yet of this person, service or location that touch `[since, until)`."""
    touching = select(BookingItemRow.booking_id).where(
        BookingItemRow.account_id == account_id, BookingItemRow.ends_at > max(now, since or now)
    )
    if until is not None:
        touching = touching.where(BookingItemRow.starts_at < until)
    if staff_member_id is not None:
        touching = touching.where(BookingItemRow.staff_member_id == staff_member_id)
    if service_id is not None:
        touching = touching.where(BookingItemRow.service_id == service_id)
    rows = select(BookingRow).where(
        BookingRow.account_id == account_id, BookingRow.state.in_(ACTIVE), BookingRow.id.in_(touching)
    )
    if location_id is not None:
        rows = rows.where(BookingRow.location_id == location_id)
    return await visits_of(tx, account_id, list(await tx.scalars(rows.order_by(BookingRow.starts_at, BookingRow.id))))


def that_lose_their_hours(
    visits: list[Visit], staff_member_id: UUID, before: Schedule | None, after: Schedule
) -> list[Visit]:
    """Those that lie in the working time of before and not in that of after."""
    clocks: dict[UUID, WallClock] = {}

    def fits(schedule: Schedule, location: LocationRow, span: Interval) -> bool:
        clock = clocks.setdefault(location.id, WallClock(ZoneInfo(location.time_zone)))
        first, last = day_of(span[0], clock.zone), day_of(span[1], clock.zone)
        working = working_time(schedule, clock, first - timedelta(days=1), last, location.id)
        return covers(working.net(), span)

    def is_hit(visit: Visit) -> bool:
        spans = [
            (minute_of(item.starts_at), minute_of(item.ends_at))
            for item in visit.items
            if item.staff_member_id == staff_member_id
        ]
        return before is not None and any(
            fits(before, visit.location, span) and not fits(after, visit.location, span) for span in spans
        )

    return [visit for visit in visits if is_hit(visit)]


def only(visits: list[Visit], is_wanted: Callable[[Visit], bool]) -> list[Visit]:
    """The visits for which the condition holds."""
    return [visit for visit in visits if is_wanted(visit)]
