"""Absences of a staff member."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from booking.queries.conflicts import only, visits_ahead
from booking.tables import TimeOffRow
from booking.usecases.changes.carry_out import Change
from booking.usecases.waitlist.call import call_waitlist
from contracts.http.catalogue import TimeOffBody
from kit.db import Tx
from kit.errors import NotFound
from kit.ids import new_id


async def take_time_off(
    tx: Tx,
    account_id: UUID,
    staff_member_id: UUID,
    body: TimeOffBody,
    created_by: UUID,
    now: datetime,
) -> Change[TimeOffRow]:
    """An absence; it hits the bookings that it overlaps."""
    ahead = await visits_ahead(
        tx, account_id, now, staff_member_id=staff_member_id, since=body.starts_at, until=body.ends_at
    )
    hits = only(
        ahead,
        lambda visit: any(
            item.staff_member_id == staff_member_id and item.starts_at < body.ends_at and item.ends_at > body.starts_at
            for item in visit.items
        ),
    )

    async def save() -> TimeOffRow:
        row = TimeOffRow(
            account_id=account_id,
            id=new_id(),
            staff_member_id=staff_member_id,
            starts_at=body.starts_at,
            ends_at=body.ends_at,
            reason=body.reason,
            created_by=created_by,
            created_at=now,
        )
        tx.add(row)
        await tx.flush()
        return row

    return Change(hits, save)


async def give_up_time_off(tx: Tx, account_id: UUID, staff_member_id: UUID, time_off_id: UUID, now: datetime) -> None:
    """Take an absence back; a second time changes nothing. Raises `NotFound`."""
    row = await tx.get(TimeOffRow, (account_id, time_off_id), with_for_update=True)
    if row is None or row.staff_member_id != staff_member_id:
        raise NotFound("time_off")
    row.deleted_at = row.deleted_at or now
    await tx.flush()
    await call_waitlist(tx, account_id)
