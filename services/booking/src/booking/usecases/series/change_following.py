"""One booking of a series and all that follow it: cancel or move them together."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from booking.domain.lifecycle import COMING, Act
from booking.errors import NoSeries, SeriesConflict, SlotNotOffered, SlotTaken, WrongState
from booking.queries.calendar_lock import lock_calendar
from booking.queries.visits import Visit, visit_of, visits_of
from booking.tables import AccountCopy, BookingRow
from booking.usecases.actors import Actor
from booking.usecases.bookings.cancel_booking import cancel_booking
from booking.usecases.bookings.reschedule_booking import reschedule_booking
from kit.db import Tx

from .book_series import SeriesVisit, shift_of


async def following(tx: Tx, account_id: UUID, visit: Visit) -> list[Visit]:
    """The coming bookings of the series from this one on, locked; raises `NoSeries` where there is none."""
    if visit.booking.series_id is None:
        raise NoSeries
    await lock_calendar(tx, account_id)
    rows = (
        select(BookingRow)
        .where(
            BookingRow.account_id == account_id,
            BookingRow.series_id == visit.booking.series_id,
            BookingRow.starts_at >= visit.booking.starts_at,
            BookingRow.state.in_(COMING),
        )
        .order_by(BookingRow.starts_at, BookingRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return await visits_of(tx, account_id, list(await tx.scalars(rows)))


async def cancel_following(
    tx: Tx, visits: list[Visit], actor: Actor, now: datetime, *, reason: str | None, tell_client: bool
) -> None:
    """Cancel all of them."""
    for visit in visits:
        await cancel_booking(tx, visit, actor, now, reason=reason, tell_client=tell_client)


async def move_following(
    tx: Tx,
    account: AccountCopy,
    named: Visit,
    actor: Actor,
    now: datetime,
    *,
    starts_at: datetime,
    staff_member_id: UUID | None,
    skip_conflicts: bool,
    is_dry_run: bool,
    tell_client: bool,
) -> list[SeriesVisit]:
    """Move the named one to `starts_at` and those that follow by as much on the wall clock.

    What is over or cancelled stays, the named one too: it then only says by how much. Later visits go first when time
    moves forward, so that a series never stands in its own way. Raises `WrongState` where nothing is left to move,
    `SeriesConflict` when one cannot be moved and none may be skipped.
    """
    visits = await following(tx, account.account_id, named)
    if not visits:
        raise WrongState(Act.RESCHEDULE, named.booking.state)
    shifted = shift_of(named.booking.starts_at, starts_at, named.zone)
    targets = {visit.booking.id: shifted(visit.booking.starts_at) for visit in visits}
    found: dict[UUID, SeriesVisit] = {}
    order = reversed(visits) if starts_at > named.booking.starts_at else iter(visits)
    async with tx.begin_nested() as savepoint:
        for booking_id in [visit.booking.id for visit in order]:
            visit = await visit_of(tx, account.account_id, booking_id, lock=True)
            of_series = SeriesVisit(visit.local(targets[booking_id]), booking_id=booking_id)
            found[booking_id] = of_series
            try:
                async with tx.begin_nested():
                    await reschedule_booking(
                        tx,
                        account,
                        visit,
                        actor,
                        now,
                        starts_at=targets[booking_id],
                        staff_member_id=staff_member_id,
                        tell_client=tell_client,
                        beyond_window=True,
                    )
                of_series.booked(booking_id)
            except (SlotTaken, SlotNotOffered) as problem:
                of_series.refused(problem)
        dates = [found[booking_id] for booking_id in targets]
        told = [one.told() for one in dates]
        if is_dry_run:
            await savepoint.rollback()
            tx.expunge_all()
            return dates
    if any(not one.is_possible for one in dates) and (not skip_conflicts or not any(one.is_possible for one in dates)):
        raise SeriesConflict(told)
    return dates
