"""What a calendar shows of some days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from booking.domain.availability import Person
from booking.domain.intervals import Interval, common, merged, without
from booking.domain.lifecycle import CANCELLED
from booking.domain.wall_clock import clock_of, moment_of
from booking.tables import AccountCopy, BookingItemRow, BookingRow
from contracts.http.booking import Span
from kit.db import Tx
from kit.errors import InvalidInput

from .accounts import locations_of
from .facts import LONGEST_TAKEN
from .visits import Visit, visits_of
from .windows import Days, load_people


@dataclass
class Column:
    """One person; spans carry the offset of the calendar's zone."""

    staff_member_id: UUID
    name: str
    working: list[Span] = field(default_factory=list)
    free: list[Span] = field(default_factory=list)
    time_off: list[Span] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)


async def calendar_of(
    tx: Tx,
    account: AccountCopy,
    days_shown: tuple[date, date],
    location_id: UUID | None,
    scope: frozenset[UUID] | None,
    now: datetime,
) -> tuple[str, list[Column]]:
    """The zone and the columns: who accepts bookings in these places, and whoever has a booking there anyway."""
    account_id = account.account_id
    places = [
        one
        for one in await locations_of(tx, account_id)
        if location_id in (None, one.id) and (scope is None or one.id in scope)
    ]
    if location_id is not None and not places:
        raise InvalidInput.of("query/location_id", "unknown_location")
    zone = places[0].time_zone if places else account.time_zone
    days = Days(clock_of(zone), *days_shown)
    people = await load_people(tx, account_id, days, now, location_id=location_id, everybody=True)
    closed = merged(one.interval for one in people.closed)
    visits = await _visits(tx, account_id, days, [one.id for one in places])
    columns: dict[UUID, Column] = {}
    for person in people.by_id.values():
        if person.accepts_bookings and any(people.work_at(person.id, one.id) for one in places):
            columns[person.id] = _column(person, people.names[person.id], days, closed)
    for visit in visits:
        for person_id in visit.staff_member_ids:
            if person_id not in columns and person_id in people.by_id:
                columns[person_id] = _column(people.by_id[person_id], people.names[person_id], days, closed)
            if person_id in columns:
                columns[person_id].visits.append(visit)
    return zone, sorted(columns.values(), key=lambda column: (column.name, column.staff_member_id))


def _column(person: Person, name: str, days: Days, closed: list[Interval]) -> Column:
    working = person.working
    net = without(common(working.net(), [days.window]), closed) if working else []
    absent = merged(person.time_off)
    busy = merged(zip(person.busy.starts, person.busy.ends, strict=True))
    kept = merged((shift.start, shift.end) for shift in working.shifts if shift.manual_only) if working else []
    public = without(net, kept)
    staff_only = common(net, kept)
    gone = merged([*busy, *absent])
    return Column(
        person.id,
        name,
        working=_spans(days, public, staff_only),
        free=_spans(days, without(public, gone), without(staff_only, gone)),
        time_off=[_span(days, one) for one in common(absent, [days.window])],
    )


def _spans(days: Days, public: Iterable[Interval], staff_only: Iterable[Interval]) -> list[Span]:
    spans = [_span(days, one) for one in public] + [_span(days, one, manual_only=True) for one in staff_only]
    return sorted(spans, key=lambda span: span.starts_at)


def _span(days: Days, interval: Interval, *, manual_only: bool = False) -> Span:
    zone = days.clock.zone
    return Span(starts_at=moment_of(interval[0], zone), ends_at=moment_of(interval[1], zone), manual_only=manual_only)


async def _visits(tx: Tx, account_id: UUID, days: Days, places: list[UUID]) -> list[Visit]:
    since, until = (moment_of(minute) for minute in days.window)
    touching = select(BookingItemRow.booking_id).where(
        BookingItemRow.account_id == account_id,
        BookingItemRow.starts_at < until,
        BookingItemRow.ends_at > since,
        BookingItemRow.ends_at < until + LONGEST_TAKEN,  # of a day long ago not everything since then is read
    )
    rows = select(BookingRow).where(
        BookingRow.account_id == account_id,
        BookingRow.state.not_in(CANCELLED),
        BookingRow.deleted_at.is_(None),
        BookingRow.location_id.in_(places),
        BookingRow.id.in_(touching),
    )
    return await visits_of(tx, account_id, list(await tx.scalars(rows.order_by(BookingRow.starts_at, BookingRow.id))))
