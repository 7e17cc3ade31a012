"""Locations: add one, change one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from booking.tables import AccountCopy, LocationRow
from booking.usecases.clients.find_card import phone_of
from contracts.booking import LocationChanged, LocationState
from contracts.http.catalogue import LocationBody, LocationPatch
from kit.db import Tx
from kit.errors import NotFound
from kit.ids import new_id


async def add_location(tx: Tx, account: AccountCopy, body: LocationBody, now: datetime) -> LocationRow:
    """A branch with its own address and wall clock."""
    row = LocationRow(
        account_id=account.account_id,
        id=new_id(),
        version=1,
        name=body.name,
        address=body.address,
        phone_e164=phone_of(account, body.phone, "/phone") if body.phone else None,
        time_zone=body.time_zone or account.time_zone,
        is_deleted=False,
        created_at=now,
    )
    tx.add(row)
    say_location_changed(tx, row)
    return row


async def change_location(tx: Tx, account: AccountCopy, location_id: UUID, patch: LocationPatch) -> LocationRow:
    """Change what the patch names; raises `NotFound`."""
    row = await tx.get(LocationRow, (account.account_id, location_id), with_for_update=True)
    if row is None or row.is_deleted:
        raise NotFound("location")
    if patch.name is not None:
        row.name = patch.name
    if "address" in patch.model_fields_set:
        row.address = patch.address
    if "phone" in patch.model_fields_set:
        row.phone_e164 = phone_of(account, patch.phone, "/phone") if patch.phone else None
    if patch.time_zone is not None:
        row.time_zone = patch.time_zone
    row.version += 1
    say_location_changed(tx, row)
    return row


def say_location_changed(tx: Tx, row: LocationRow) -> None:
    """Tell the location's whole state."""
    state = LocationState(
        id=row.id,
        name=row.name,
        address=row.address,
        phone_e164=row.phone_e164,
        time_zone=row.time_zone,
        is_deleted=row.is_deleted,
    )
    tx.emit(LocationChanged(account_id=row.account_id, version=row.version, location=state))
