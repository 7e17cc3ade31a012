"""The recycle bin of the catalogue: services and locations put away, seen there, and brought back."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import select

from booking.queries.catalogue import who_does_what
from booking.queries.order import by_name
from booking.queries.resources import needs_by_service
from booking.tables import LocationRow, ServiceRow
from booking.usecases.catalogue.recycle import (
    Choice,
    delete_location,
    delete_service,
    restore_location,
    restore_service,
)
from contracts.http.catalogue import LocationAnswer, LocationList, ServiceAnswer, ServiceList
from contracts.permissions import Permission
from kit.db import Tx
from kit.edge import DbDep, MemberDep
from kit.idempotency import OnceDep

from .answers import location_answer, service_answer
from .changes import desk_of
from .edge import AccountDep, IfMatchDep, NowDep, require_version, require_whole_account

router = APIRouter(prefix="/api/v1/accounts/{account_id}", tags=["catalogue"])

OnConflict = Annotated[
    Choice | None, Query(alias="on_conflict", description="What becomes of bookings ahead; none: 409 with their list.")
]


@router.get("/deleted-services", operation_id="list_deleted_services")
async def deleted_services(member: MemberDep, account: AccountDep, db: DbDep) -> ServiceList:
    """Services that are not sold any more."""
    member.require(Permission.CATALOGUE_EDIT)
    async with db.tx(member.account_id) as tx:
        rows = await tx.scalars(
            select(ServiceRow)
            .where(ServiceRow.account_id == member.account_id, ServiceRow.is_deleted)
            .order_by(by_name(ServiceRow.name), ServiceRow.id)
        )
        return ServiceList(items=[await _service(tx, row, account.currency) for row in rows])


@router.delete("/services/{service_id}", operation_id="delete_service", response_model=ServiceAnswer)
async def drop_service(
    service_id: UUID,
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    now: NowDep,
    if_match: IfMatchDep,
    choice: OnConflict = None,
) -> ServiceAnswer:
    """Stop selling it; what is booked stays unless `cancel` is chosen."""
    member.require(Permission.CATALOGUE_EDIT)
    if choice == "cancel":
        member.require(Permission.BOOKING_CANCEL)
    require_whole_account(member)
    async with db.tx(account.account_id) as tx:
        row = await delete_service(tx, desk_of(account, member), service_id, choice, now)
        require_version(row.version - 1, if_match)
        return await _service(tx, row, account.currency)


@router.post("/services/{service_id}/restore", operation_id="restore_service", response_model=ServiceAnswer)
async def bring_back_service(
    service_id: UUID, member: MemberDep, account: AccountDep, db: DbDep, once: OnceDep
) -> Response:
    """Sell it again as it was."""
    member.require(Permission.CATALOGUE_EDIT)
    async with db.tx(account.account_id) as tx:

        async def effect() -> ServiceAnswer:
            return await _service(tx, await restore_service(tx, account.account_id, service_id), account.currency)

        return await once.run(tx, effect, status=200)


@router.get("/deleted-locations", operation_id="list_deleted_locations")
async def deleted_locations(member: MemberDep, db: DbDep) -> LocationList:
    """Locations that were closed."""
    member.require(Permission.CATALOGUE_EDIT)
    async with db.tx(member.account_id) as tx:
        rows = await tx.scalars(
            select(LocationRow)
            .where(LocationRow.account_id == member.account_id, LocationRow.is_deleted)
            .order_by(by_name(LocationRow.name), LocationRow.id)
        )
        return LocationList(items=[location_answer(row) for row in rows if member.covers(row.id)])


@router.delete("/locations/{location_id}", operation_id="delete_location", response_model=LocationAnswer)
async def drop_location(
    location_id: UUID, member: MemberDep, account: AccountDep, db: DbDep, now: NowDep, choice: OnConflict = None
) -> LocationAnswer:
    """Close it; its bookings stay unless `cancel` is chosen."""
    member.require(Permission.CATALOGUE_EDIT, location_id=location_id)
    if choice == "cancel":
        member.require(Permission.BOOKING_CANCEL)
    require_whole_account(member)
    async with db.tx(member.account_id) as tx:
        return location_answer(await delete_location(tx, desk_of(account, member), location_id, choice, now))


@router.post("/locations/{location_id}/restore", operation_id="restore_location", response_model=LocationAnswer)
async def bring_back_location(location_id: UUID, member: MemberDep, db: DbDep, once: OnceDep) -> Response:
    """Open it again."""
    member.require(Permission.CATALOGUE_EDIT, location_id=location_id)
    require_whole_account(member)
    async with db.tx(member.account_id) as tx:

        async def effect() -> LocationAnswer:
            return location_answer(await restore_location(tx, member.account_id, location_id))

        return await once.run(tx, effect, status=200)


async def _service(tx: Tx, row: ServiceRow, currency: str) -> ServiceAnswer:
    people, _ = await who_does_what(tx, row.account_id)
    needs = await needs_by_service(tx, row.account_id)
    return service_answer(row, currency, [*people[row.id]], needs.get(row.id, []))
