"""Staff members: add one, change one, tell about one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from booking.queries.accounts import known_locations, locations_of
from booking.tables import ServiceRow, StaffMemberRow, StaffMemberService
from contracts.booking import StaffMemberChanged, StaffMemberState
from contracts.http.catalogue import StaffMemberBody, StaffMemberPatch
from kit.db import Tx
from kit.errors import InvalidInput, NotFound
from kit.ids import new_id


async def add_staff_member(tx: Tx, account_id: UUID, body: StaffMemberBody, now: datetime) -> StaffMemberRow:
    """Somebody without a login: a chair, a guest."""
    if body.location_ids is not None:
        await known_locations(tx, account_id, body.location_ids, "/location_ids")
    row = StaffMemberRow(
        account_id=account_id,
        id=new_id(),
        version=1,
        name=body.name,
        location_ids=None if body.location_ids is None else sorted(set(body.location_ids)),
        accepts_bookings=body.accepts_bookings,
        created_at=now,
    )
    tx.add(row)
    await tx.flush()
    await set_services(tx, account_id, row.id, body.service_ids)
    await say_staff_member_changed(tx, row)
    return row


async def change_staff_member(
    tx: Tx, account_id: UUID, staff_member_id: UUID, patch: StaffMemberPatch
) -> StaffMemberRow:
    """Change what the patch names; raises `NotFound`."""
    row = await staff_member_of(tx, account_id, staff_member_id, lock=True)
    named = patch.model_fields_set
    if patch.name is not None:
        row.name = patch.name
    if "location_ids" in named:
        if patch.location_ids is not None:
            await known_locations(tx, account_id, patch.location_ids, "/location_ids")
        row.location_ids = None if patch.location_ids is None else sorted(set(patch.location_ids))
    if patch.accepts_bookings is not None:
        row.accepts_bookings = patch.accepts_bookings
    if patch.service_ids is not None:
        await set_services(tx, account_id, row.id, patch.service_ids)
    row.version += 1
    await say_staff_member_changed(tx, row)
    return row


async def staff_member_of(tx: Tx, account_id: UUID, staff_member_id: UUID, *, lock: bool = False) -> StaffMemberRow:
    """A staff member who is there; raises `NotFound`."""
    row = await tx.get(StaffMemberRow, (account_id, staff_member_id), with_for_update=lock or None)
    if row is None or row.is_deleted:
        raise NotFound("staff_member")
    return row


async def set_services(tx: Tx, account_id: UUID, staff_member_id: UUID, service_ids: Iterable[UUID]) -> None:
    """Let the person offer exactly these services; raises `InvalidInput` for an unknown one."""
    wanted = set(service_ids)
    known = select(ServiceRow.id).where(ServiceRow.account_id == account_id, ServiceRow.id.in_(wanted))
    if wanted - set(await tx.scalars(known)):
        raise InvalidInput.of("/service_ids", "unknown_service")
    await tx.execute(
        delete(StaffMemberService).where(
            StaffMemberService.account_id == account_id,
            StaffMemberService.staff_member_id == staff_member_id,
            StaffMemberService.service_id.not_in(wanted),
        )
    )
    if wanted:
        rows = [
            {"account_id": account_id, "staff_member_id": staff_member_id, "service_id": service_id}
            for service_id in sorted(wanted)
        ]
        await tx.execute(insert(StaffMemberService).values(rows).on_conflict_do_nothing())


async def say_staff_member_changed(tx: Tx, row: StaffMemberRow) -> None:
    """Tell the person's whole state; "everywhere" is told as all locations of today."""
    await tx.flush()
    services = await tx.scalars(
        select(StaffMemberService.service_id).where(
            StaffMemberService.account_id == row.account_id, StaffMemberService.staff_member_id == row.id
        )
    )
    locations = row.location_ids
    if locations is None:
        locations = [location.id for location in await locations_of(tx, row.account_id)]
    tx.emit(
        StaffMemberChanged(
            account_id=row.account_id,
            version=row.version,
            staff_member=StaffMemberState(
                id=row.id,
                name=row.name,
                location_ids=frozenset(locations),
                service_ids=frozenset(services),
                accepts_bookings=row.accepts_bookings,
                is_deleted=row.is_deleted,
            ),
        )
    )
