"""Days on which a location, or all of them, do not work."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from booking.domain.wall_clock import WallClock, minute_of, moment_of
from booking.errors import DayAlreadyClosed
from booking.queries.accounts import known_locations
from booking.queries.conflicts import only, visits_ahead
from booking.queries.visits import Visit
from booking.tables import AccountCopy, ClosedDayRow
from booking.tables_of_places import HolidaysConfirmed
from booking.usecases.changes.carry_out import Change
from booking.usecases.waitlist.call import call_waitlist
from contracts.http.catalogue import ClosedDayBody
from kit.db import Tx
from kit.errors import NotFound
from kit.ids import new_id

A_DAY = timedelta(days=1)


async def close_day(
    tx: Tx, account_id: UUID, body: ClosedDayBody, created_by: UUID, now: datetime
) -> Change[ClosedDayRow]:
    """A closed day; it hits the bookings of that day. Raises `DayAlreadyClosed`."""
    if body.location_id is not None:
        await known_locations(tx, account_id, [body.location_id], "/location_id")
    same = select(ClosedDayRow.id).where(
        ClosedDayRow.account_id == account_id,
        ClosedDayRow.day == body.date,
        ClosedDayRow.location_id.is_not_distinct_from(body.location_id),
    )
    if await tx.scalar(same) is not None:
        raise DayAlreadyClosed(body.date.isoformat())

    async def save() -> ClosedDayRow:
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
        tx.add(row)
        await tx.flush()
        return row

    return Change(await _visits_on(tx, account_id, {body.date}, body.location_id, now), save, body.name)


async def open_day(tx: Tx, account_id: UUID, closed_day_id: UUID) -> ClosedDayRow:
    """Work that day after all; raises `NotFound`."""
    row = await tx.get(ClosedDayRow, (account_id, closed_day_id), with_for_update=True)
    if row is None:
        raise NotFound("closed_day")
    await tx.delete(row)
    await tx.flush()
    await call_waitlist(tx, account_id)
    return row


async def choose_holidays(
    tx: Tx, account: AccountCopy, year: int, names: dict[date, str], chosen: Collection[date], by: UUID, now: datetime
) -> Change[None]:
    """Close the account on exactly these of the year's holidays; days that were closed otherwise stay as they are.

    `names` are the holidays of the country. It hits the bookings of the days that become closed.
    """
    account_id = account.account_id
    of_year = (
        ClosedDayRow.account_id == account_id,
        ClosedDayRow.day.between(date(year, 1, 1), date(year, 12, 31)),
        ClosedDayRow.location_id.is_(None),
    )
    rows = {row.day: row for row in await tx.scalars(select(ClosedDayRow).where(*of_year))}
    new = [day for day in sorted(chosen) if day not in rows]

    async def save() -> None:
        for day, row in rows.items():
            if row.kind == "holiday" and day in names and day not in chosen:
                await tx.delete(row)
        tx.add_all(
            ClosedDayRow(
                account_id=account_id,
                id=new_id(),
                location_id=None,
                day=day,
                kind="holiday",
                name=names[day],
                created_by=by,
                created_at=now,
            )
            for day in new
        )
        confirmed = {"country": account.country, "confirmed_by": by, "confirmed_at": now}
        statement = insert(HolidaysConfirmed).values(account_id=account_id, year=year, **confirmed)
        await tx.execute(statement.on_conflict_do_update(index_elements=["account_id", "year"], set_=confirmed))

    return Change(await _visits_on(tx, account_id, set(new), None, now), save)


async def _visits_on(tx: Tx, account_id: UUID, days: set[date], location_id: UUID | None, now: datetime) -> list[Visit]:
    """The bookings ahead that touch one of these days on the wall clock of their place."""
    if not days:
        return []
    utc = WallClock(ZoneInfo("UTC"))
    since, until = moment_of(utc.start_of(min(days) - A_DAY)), moment_of(utc.end_of(max(days) + A_DAY))
    clocks: dict[str, WallClock] = {}

    def is_hit(visit: Visit) -> bool:
        zone = visit.location.time_zone
        clock = clocks.setdefault(zone, WallClock(ZoneInfo(zone)))
        since, until = minute_of(visit.booking.starts_at), minute_of(visit.booking.ends_at)
        return any(since < clock.end_of(day) and until > clock.start_of(day) for day in days)

    return only(await visits_ahead(tx, account_id, now, location_id=location_id, since=since, until=until), is_hit)
