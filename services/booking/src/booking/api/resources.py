"""Rooms and devices that services share."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from booking.queries.resources import needs_by_service, resources_of
from booking.tables_of_places import ResourceRow
from booking.usecases.catalogue.resources import add_resource, change_resource, put_away
from contracts.http.catalogue import ResourceAnswer, ResourceBody, ResourceList, ResourcePatch
from contracts.permissions import Permission
from kit.db import Tx
from kit.edge import DbDep, MemberDep
from kit.idempotency import OnceDep

from .edge import NowDep

router = APIRouter(prefix="/api/v1/accounts/{account_id}/resources", tags=["catalogue"])


@router.get("", operation_id="list_resources")
async def list_resources(member: MemberDep, db: DbDep) -> ResourceList:
    """Every room and device in use, with the services that need it."""
    async with db.tx(member.account_id) as tx:
        rows = await resources_of(tx, member.account_id)
        return ResourceList(items=await _answers(tx, member.account_id, rows))


@router.post("", operation_id="add_resource", status_code=201, response_model=ResourceAnswer)
async def post_resource(body: ResourceBody, member: MemberDep, db: DbDep, once: OnceDep, now: NowDep) -> Response:
    """Something new that services share."""
    member.require(Permission.CATALOGUE_EDIT, location_id=body.location_id)
    async with db.tx(member.account_id) as tx:

        async def effect() -> ResourceAnswer:
            row = await add_resource(tx, member.account_id, body, now)
            return (await _answers(tx, member.account_id, [row]))[0]

        return await once.run(tx, effect)


@router.patch("/{resource_id}", operation_id="change_resource")
async def patch_resource(resource_id: UUID, body: ResourcePatch, member: MemberDep, db: DbDep) -> ResourceAnswer:
    """Another name or number; visits that have a unit keep it."""
    member.require(Permission.CATALOGUE_EDIT)
    async with db.tx(member.account_id) as tx:
        row = await change_resource(tx, member.account_id, resource_id, body)
        return (await _answers(tx, member.account_id, [row]))[0]


@router.delete("/{resource_id}", operation_id="remove_resource", status_code=204)
async def delete_resource(resource_id: UUID, member: MemberDep, db: DbDep) -> None:
    """Nothing needs it any more; what is booked stays."""
    member.require(Permission.CATALOGUE_EDIT)
    async with db.tx(member.account_id) as tx:
        await put_away(tx, member.account_id, resource_id)


async def _answers(tx: Tx, account_id: UUID, rows: list[ResourceRow]) -> list[ResourceAnswer]:
    needs = await needs_by_service(tx, account_id)
    return [
        ResourceAnswer(
            id=row.id,
            version=row.version,
            name=row.name,
            units=row.units,
            location_id=row.location_id,
            service_ids=[
                service_id for service_id, wanted in needs.items() if row.id in {one.resource_id for one in wanted}
            ],
        )
        for row in rows
    ]
