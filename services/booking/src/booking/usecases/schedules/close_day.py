"""Days on which a location, or all of them, do not work."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from booking.domain.wall_clock import WallClock, minute_of
from booking.errors import DayAlreadyClosed
from booking.queries.accounts import known_locations
from booking.queries.conflicts import only, visits_ahead
from booking.queries.visits import Visit
from booking.tables import ClosedDayRow
from contracts.http.catalogue import ClosedDayBody
from kit.db import Tx
from kit.ids import new_id


async def close_day(
    tx: Tx, account_id: UUID, body: ClosedDayBody, created_by: UUID, now: datetime, *, keep: bool, save: bool
) -> tuple[ClosedDayRow | None, list[Visit]]:
    """The saved day, and the bookings it hits; with such bookings it is saved only with `keep`.

    Raises `DayAlreadyClosed`.
    """
    if body.location_id is not None:
        await known_locations(tx, account_id, [body.location_id], "/location_id")

    def is_hit(visit: Visit) -> bool:
        clock = WallClock(ZoneInfo(visit.location.time_zone))
        since, until = clock.start_of(body.date), clock.end_of(body.date)
        return minute_of(visit.booking.starts_at) < until and minute_of(visit.booking.ends_at) > since

    hit = only(await visits_ahead(tx, account_id, now, location_id=body.location_id), is_hit)
    if not save or (hit and not keep):
        return None, hit
    row = ClosedDayRow(
        account_id=account_id,
        id=new_id(),
        location_id=body.location_id,
        day=body.date,
        kind=body.kind,
        name=body.name,
        created_by=created_by,
        created_at=now,
    )
    try:
        async with tx.begin_nested():
            tx.add(row)
    except IntegrityError as error:
        raise DayAlreadyClosed(body.date.isoformat()) from error
    return row, hit
