"""A member who accepts bookings is a staff member; one who left is kept with all bookings, and may come back."""

from __future__ import annotations

from typing import Any

from booking.queries.calendar_lock import lock_calendar
from booking.tables import StaffMemberRow
from booking.usecases.catalogue.staff_members import say_staff_member_changed
from contracts.identity import (
    MembershipAdded,
    MembershipChanged,
    MembershipRemoved,
    MembershipRestored,
    MembershipState,
)
from kit.db import Tx
from kit.messaging import now_utc

from .settle_departure import forget_departure, note_departure


async def seat_member(
    event: MembershipAdded | MembershipChanged | MembershipRemoved | MembershipRestored, tx: Tx
) -> None:
    """Make, change, put away or bring back the staff member of a membership; an older event changes nothing.

    Name and bookability are also edited here: only what the membership says anew is taken over, so that a later event
    about something else does not undo that.
    """
    said = event.membership
    if said.staff_member_id is None:
        return
    settles = isinstance(event, MembershipRemoved) and event.visits != "keep"
    if settles:
        await lock_calendar(tx, said.account_id, alone=True)  # before the row, as everybody who changes the rules
    row = await tx.get(StaffMemberRow, (said.account_id, said.staff_member_id), with_for_update=True)
    if row is None:
        if not said.accepts_bookings:
            return
        row = StaffMemberRow(
            account_id=said.account_id,
            id=said.staff_member_id,
            version=0,
            membership_version=0,
            name=said.name,
            location_ids=None if said.location_ids is None else sorted(said.location_ids),
            created_at=now_utc(),
        )
        tx.add(row)
    if row.membership_version >= event.version:
        return
    row.membership_id = said.id
    row.membership_version = event.version
    before, row.membership_said = row.membership_said or {}, _said(said)
    if row.membership_said["name"] != before.get("name"):
        row.name = said.name
    if row.membership_said["accepts_bookings"] != before.get("accepts_bookings"):
        row.accepts_bookings = said.accepts_bookings
    row.is_deleted = not said.is_active
    row.version += 1
    await say_staff_member_changed(tx, row)
    if isinstance(event, MembershipRemoved):
        await note_departure(event, tx)
    elif isinstance(event, MembershipRestored):
        await forget_departure(tx, said.account_id, said.staff_member_id)


def _said(membership: MembershipState) -> dict[str, Any]:
    return {"name": membership.name, "accepts_bookings": membership.accepts_bookings}
