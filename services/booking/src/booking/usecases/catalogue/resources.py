"""Rooms and devices: add one, change one, put one away; let a service need them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from booking.queries.accounts import known_locations
from booking.tables_of_places import ResourceRow, ServiceResource
from contracts.http.catalogue import ResourceBody, ResourceNeed, ResourcePatch
from kit.db import Tx
from kit.errors import InvalidInput, NotFound
from kit.ids import new_id


async def add_resource(tx: Tx, account_id: UUID, body: ResourceBody, now: datetime) -> ResourceRow:
    """Something that services share; raises `InvalidInput` for a place that the account does not have."""
    if body.location_id is not None:
        await known_locations(tx, account_id, [body.location_id], "/location_id")
    row = ResourceRow(
        account_id=account_id,
        id=new_id(),
        version=1,
        location_id=body.location_id,
        name=body.name,
        units=body.units,
        is_deleted=False,
        created_at=now,
    )
    tx.add(row)
    await tx.flush()
    return row


async def change_resource(tx: Tx, account_id: UUID, resource_id: UUID, patch: ResourcePatch) -> ResourceRow:
    """Another name or number of units; visits that have a unit keep it. Raises `NotFound`."""
    row = await _resource(tx, account_id, resource_id)
    row.name = patch.name if patch.name is not None else row.name
    row.units = patch.units if patch.units is not None else row.units
    row.version += 1
    return row


async def put_away(tx: Tx, account_id: UUID, resource_id: UUID) -> None:
    """No service needs it any more; visits keep what they have. Raises `NotFound`."""
    row = await _resource(tx, account_id, resource_id)
    row.is_deleted = True
    row.version += 1


async def set_needs(tx: Tx, account_id: UUID, service_id: UUID, needs: Sequence[ResourceNeed]) -> None:
    """Let a service need exactly these; raises `InvalidInput` for what is not there or not there so often."""
    rows = await tx.scalars(
        select(ResourceRow).where(
            ResourceRow.account_id == account_id,
            ResourceRow.id.in_([need.resource_id for need in needs]),
            ~ResourceRow.is_deleted,
        )
    )
    known = {row.id: row for row in rows}
    for number, need in enumerate(needs):
        if need.resource_id not in known:
            raise InvalidInput.of(f"/resources/{number}/resource_id", "unknown_resource")
        if need.units > known[need.resource_id].units:
            raise InvalidInput.of(f"/resources/{number}/units", "too_large", max=known[need.resource_id].units)
    await tx.execute(
        delete(ServiceResource).where(
            ServiceResource.account_id == account_id, ServiceResource.service_id == service_id
        )
    )
    if needs:
        values = [
            {"account_id": account_id, "service_id": service_id, "resource_id": need.resource_id, "units": need.units}
            for need in needs
        ]
        await tx.execute(insert(ServiceResource).values(values))


async def _resource(tx: Tx, account_id: UUID, resource_id: UUID) -> ResourceRow:
    row = await tx.get(ResourceRow, (account_id, resource_id), with_for_update=True)
    if row is None or row.is_deleted:
        raise NotFound("resource")
    return row
