"""Set when a staff member works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from booking.domain.schedules import DayPlan, Schedule
from booking.queries.accounts import known_locations
from booking.queries.conflicts import that_lose_their_hours, visits_ahead
from booking.stored_schedules import pattern_of, plan_of
from booking.tables import ScheduleException, ScheduleRow
from booking.usecases.changes.carry_out import Change
from contracts.http.catalogue import ScheduleBody
from kit.db import Tx


async def set_schedule(
    tx: Tx, account_id: UUID, staff_member_id: UUID, body: ScheduleBody, now: datetime
) -> Change[ScheduleRow]:
    """A new schedule; it hits the bookings ahead that lie outside of it and did not before.

    Raises `InvalidInput` for hours in a place that the account does not have.
    """
    await _known_places(tx, account_id, body)
    pattern = body.model_dump(mode="json", by_alias=True, exclude={"exceptions"}, exclude_none=True)
    plans = {
        one.date: one.model_dump(mode="json", by_alias=True, exclude={"date"}, exclude_none=True)
        for one in body.exceptions
    }
    row = await tx.get(ScheduleRow, (account_id, staff_member_id), with_for_update=True)
    before = await _schedule(tx, row) if row else None
    after = Schedule(pattern_of(pattern), {day: plan_of(plan) for day, plan in plans.items()})
    ahead = await visits_ahead(tx, account_id, now, staff_member_id=staff_member_id)
    hits = that_lose_their_hours(ahead, staff_member_id, before, after)
    return Change(hits, lambda: _save(tx, account_id, staff_member_id, row, pattern, plans, now))


async def _known_places(tx: Tx, account_id: UUID, body: ScheduleBody) -> None:
    written = body.model_dump(mode="python", by_alias=True)
    for where, places in _places(written, ""):
        await known_locations(tx, account_id, [places], where)


def _places(written: Any, where: str) -> Iterator[tuple[str, UUID]]:
    """Every place named in the hours of a schedule, with the pointer to it."""
    if isinstance(written, Mapping):
        for name, value in written.items():
            if name == "location_id" and value is not None:
                yield f"{where}/{name}", value
            else:
                yield from _places(value, f"{where}/{name}")
    elif isinstance(written, list | tuple):
        for number, value in enumerate(written):
            yield from _places(value, f"{where}/{number}")


async def stored_schedule(tx: Tx, row: ScheduleRow) -> dict[str, Any]:
    """A schedule in the form of the API."""
    exceptions = await _exceptions(tx, row)
    return {**row.pattern, "exceptions": [{"date": one.day.isoformat(), **one.plan} for one in exceptions]}


async def _schedule(tx: Tx, row: ScheduleRow) -> Schedule:
    plans: Mapping[date, DayPlan] = {one.day: plan_of(one.plan) for one in await _exceptions(tx, row)}
    return Schedule(pattern_of(row.pattern), plans)


async def _exceptions(tx: Tx, row: ScheduleRow) -> list[ScheduleException]:
    wanted = select(ScheduleException).where(
        ScheduleException.account_id == row.account_id, ScheduleException.staff_member_id == row.staff_member_id
    )
    return list(await tx.scalars(wanted.order_by(ScheduleException.day)))


async def _save(
    tx: Tx,
    account_id: UUID,
    staff_member_id: UUID,
    row: ScheduleRow | None,
    pattern: dict[str, Any],
    plans: Mapping[date, dict[str, Any]],
    now: datetime,
) -> ScheduleRow:
    if row is None:
        row = ScheduleRow(account_id=account_id, staff_member_id=staff_member_id, version=0)
        tx.add(row)
    row.pattern, row.changed_at = pattern, now
    row.version += 1
    await tx.flush()
    await tx.execute(
        delete(ScheduleException).where(
            ScheduleException.account_id == account_id, ScheduleException.staff_member_id == staff_member_id
        )
    )
    tx.add_all(
        ScheduleException(account_id=account_id, staff_member_id=staff_member_id, day=day, plan=plan)
        for day, plan in plans.items()
    )
    await tx.flush()
    return row
