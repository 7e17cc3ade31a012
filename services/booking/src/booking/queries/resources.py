"""Rooms and devices, and which services need them."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from sqlalchemy import select

from booking.tables_of_places import ResourceRow, ServiceResource
from contracts.http.catalogue import ResourceNeed
from kit.db import Tx


async def resources_of(tx: Tx, account_id: UUID) -> list[ResourceRow]:
    """The rooms and devices in use, by name."""
    rows = select(ResourceRow).where(ResourceRow.account_id == account_id, ~ResourceRow.is_deleted)
    return list(await tx.scalars(rows.order_by(ResourceRow.name, ResourceRow.id)))


async def needs_by_service(tx: Tx, account_id: UUID) -> dict[UUID, list[ResourceNeed]]:
    """What each service needs; what was put away is not counted."""
    rows = (
        select(ServiceResource.service_id, ServiceResource.resource_id, ServiceResource.units)
        .join(
            ResourceRow,
            (ResourceRow.account_id == ServiceResource.account_id) & (ResourceRow.id == ServiceResource.resource_id),
        )
        .where(ServiceResource.account_id == account_id, ~ResourceRow.is_deleted)
        .order_by(ServiceResource.resource_id)
    )
    found: dict[UUID, list[ResourceNeed]] = defaultdict(list)
    for service_id, resource_id, units in await tx.execute(rows):
        found[service_id].append(ResourceNeed(resource_id=resource_id, units=units))
    return found
