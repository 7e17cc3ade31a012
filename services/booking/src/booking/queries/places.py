"""What is wished and where it is offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from booking.domain.availability import Service
from booking.tables import LocationRow, ServiceRow
from contracts.http.booking import WantedItem
from kit.db import Tx
from kit.errors import InvalidInput

from .accounts import locations_of
from .windows import WantedPart

_SERVICES = select(ServiceRow).where(
    ServiceRow.account_id == bindparam("account_id"),
    ServiceRow.id == any_(bindparam("ids", type_=ARRAY(Uuid))),
)
_SOLD = _SERVICES.where(~ServiceRow.is_deleted)


async def services_named(
    tx: Tx, account_id: UUID, ids: Sequence[UUID], pointer: str, *, with_deleted: bool = False
) -> dict[UUID, ServiceRow]:
    """Services by id; raises `InvalidInput` at `pointer` for one that the account does not have.

    `with_deleted` finds those too that are sold no more: a visit that was booked of them can still be moved.
    """
    rows = await tx.scalars(_SERVICES if with_deleted else _SOLD, {"account_id": account_id, "ids": list(set(ids))})
    found = {row.id: row for row in rows}
    if set(ids) - set(found):
        raise InvalidInput.of(pointer, "unknown_service")
    return found


def as_calculated(row: ServiceRow) -> Service:
    """A service as the calculator sees it."""
    return Service(
        row.id, row.duration_min, row.buffer_before_min, row.buffer_after_min, row.bookable_online, row.capacity
    )


def parts_wanted(items: Sequence[WantedItem], services: Mapping[UUID, ServiceRow], pointer: str) -> list[WantedPart]:
    """The visit part by part; raises `InvalidInput` at `pointer` for more seats than a service has."""
    for item in items:
        capacity = services[item.service_id].capacity
        if item.seats > capacity:
            raise InvalidInput.of(pointer, "too_large", max=capacity)
    return [WantedPart(as_calculated(services[one.service_id]), one.staff_member_id, one.seats) for one in items]


async def locations_searched(
    tx: Tx,
    account_id: UUID,
    location_id: UUID | None,
    services: Mapping[UUID, ServiceRow],
    scope: frozenset[UUID] | None,
) -> list[LocationRow]:
    """As `candidate_locations`, for a question asked in the address of a request."""
    try:
        return await candidate_locations(tx, account_id, location_id, services, scope)
    except InvalidInput:
        raise InvalidInput.of("query/location_id", "unknown_location") from None


async def candidate_locations(
    tx: Tx,
    account_id: UUID,
    location_id: UUID | None,
    services: Mapping[UUID, ServiceRow],
    scope: frozenset[UUID] | None = None,
) -> list[LocationRow]:
    """The locations in scope that offer all these services; raises `InvalidInput` for an unknown one."""
    every = await locations_of(tx, account_id)
    chosen = [location for location in every if location_id in (None, location.id)]
    if location_id is not None and not chosen:
        raise InvalidInput.of("/location_id", "unknown_location")
    return [
        location
        for location in chosen
        if (scope is None or location.id in scope)
        and all(row.location_ids is None or location.id in row.location_ids for row in services.values())
    ]
