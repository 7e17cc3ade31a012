"""Services: add one, change one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from booking.queries.accounts import known_locations
from booking.tables import AccountCopy, ServiceRow, StaffMemberRow, StaffMemberService
from contracts.http.catalogue import Price, ServiceBody, ServicePatch
from kit.db import Tx
from kit.errors import InvalidInput, NotFound
from kit.ids import new_id

from .resources import set_needs
from .staff_members import say_staff_member_changed


async def add_service(tx: Tx, account: AccountCopy, body: ServiceBody, now: datetime) -> ServiceRow:
    """Something to sell; raises `InvalidInput` for people or places that the account does not have."""
    if body.location_ids is not None:
        await known_locations(tx, account.account_id, body.location_ids, "/location_ids")
    row = ServiceRow(
        account_id=account.account_id,
        id=new_id(),
        version=1,
        name=body.name,
        description=body.description,
        duration_min=body.duration_min,
        price=amount_of(account, body.price, "/price"),
        bookable_online=body.bookable_online,
        buffer_before_min=body.buffer_before_min,
        buffer_after_min=body.buffer_after_min,
        location_ids=None if body.location_ids is None else sorted(set(body.location_ids)),
        capacity=body.capacity,
        is_deleted=False,
        created_at=now,
    )
    tx.add(row)
    await tx.flush()
    await _set_staff(tx, account.account_id, row.id, body.staff_member_ids)
    await set_needs(tx, account.account_id, row.id, body.resources)
    return row


async def change_service(tx: Tx, account: AccountCopy, service_id: UUID, patch: ServicePatch) -> ServiceRow:
    """Change what the patch names; bookings keep what they were booked with. Raises `NotFound`."""
    row = await service_of(tx, account.account_id, service_id, lock=True)
    for name in ("name", "duration_min", "bookable_online", "buffer_before_min", "buffer_after_min", "capacity"):
        value = getattr(patch, name)
        if value is not None:
            setattr(row, name, value)
    if "description" in patch.model_fields_set:
        row.description = patch.description
    if patch.price is not None:
        row.price = amount_of(account, patch.price, "/price")
    if "location_ids" in patch.model_fields_set:
        if patch.location_ids is not None:
            await known_locations(tx, account.account_id, patch.location_ids, "/location_ids")
        row.location_ids = None if patch.location_ids is None else sorted(set(patch.location_ids))
    if patch.staff_member_ids is not None:
        await _set_staff(tx, account.account_id, row.id, patch.staff_member_ids)
    if patch.resources is not None:
        await set_needs(tx, account.account_id, row.id, patch.resources)
    row.version += 1
    return row


async def service_of(tx: Tx, account_id: UUID, service_id: UUID, *, lock: bool = False) -> ServiceRow:
    """A service that is sold; raises `NotFound`."""
    row = await tx.get(ServiceRow, (account_id, service_id), with_for_update=lock or None)
    if row is None or row.is_deleted:
        raise NotFound("service")
    return row


def amount_of(account: AccountCopy, price: Price, pointer: str) -> int:
    """Minor units of the account's currency; raises `InvalidInput` for another one."""
    if price.currency not in (None, account.currency):
        raise InvalidInput.of(f"{pointer}/currency", "other_currency", expected=account.currency)
    return price.amount


async def _set_staff(tx: Tx, account_id: UUID, service_id: UUID, staff_member_ids: Iterable[UUID]) -> None:
    wanted = set(staff_member_ids)
    of_service = (StaffMemberService.account_id == account_id, StaffMemberService.service_id == service_id)
    before = set(await tx.scalars(select(StaffMemberService.staff_member_id).where(*of_service)))
    rows = await tx.scalars(
        select(StaffMemberRow)
        .where(StaffMemberRow.account_id == account_id, StaffMemberRow.id.in_(wanted | before))
        .order_by(StaffMemberRow.id)
        .with_for_update()
    )
    people = {row.id: row for row in rows}
    if any(person_id not in people or people[person_id].is_deleted for person_id in wanted):
        raise InvalidInput.of("/staff_member_ids", "unknown_staff_member")
    await tx.execute(
        delete(StaffMemberService).where(*of_service, StaffMemberService.staff_member_id.in_(before - wanted))
    )
    if wanted - before:
        values = [
            {"account_id": account_id, "staff_member_id": person_id, "service_id": service_id}
            for person_id in sorted(wanted - before)
        ]
        await tx.execute(insert(StaffMemberService).values(values).on_conflict_do_nothing())
    for person_id in sorted(before ^ wanted):
        people[person_id].version += 1
        await say_staff_member_changed(tx, people[person_id])
