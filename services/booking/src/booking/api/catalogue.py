"""Locations, services and staff members of an account."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Response
from sqlalchemy import select

from booking.queries.accounts import locations_of
from booking.queries.calendar_lock import lock_calendar
from booking.queries.catalogue import services_of, staff_of, who_does_what, with_schedule
from booking.queries.order import by_name
from booking.queries.resources import needs_by_service
from booking.tables import AccountCopy, ServiceRow, StaffMemberRow
from booking.usecases.catalogue.locations import add_location, change_location
from booking.usecases.catalogue.services import add_service, service_of
from booking.usecases.catalogue.staff_members import add_staff_member, staff_member_of
from booking.usecases.changes.bookability import (
    alter_service,
    alter_staff_member,
    remove_staff_member,
    restore_staff_member,
)
from booking.usecases.changes.carry_out import carry_out
from contracts.http.booking import Hits
from contracts.http.catalogue import (
    LocationAnswer,
    LocationBody,
    LocationList,
    LocationPatch,
    ServiceAnswer,
    ServiceBody,
    ServiceList,
    ServicePatch,
    StaffMemberAnswer,
    StaffMemberBody,
    StaffMemberList,
    StaffMemberPatch,
)
from contracts.permissions import Permission
from kit.db import Tx
from kit.edge import DbDep, MemberDep
from kit.errors import MissingScope
from kit.idempotency import OnceDep

from .answers import location_answer, service_answer, staff_member_answer
from .changes import DecisionDep, desk_of, hits
from .edge import AccountDep, IfMatchDep, NowDep, etag, require_staff_scope, require_version, wait_for_staff

router = APIRouter(prefix="/api/v1/accounts/{account_id}", tags=["catalogue"])


@router.get("/locations", operation_id="list_locations")
async def list_locations(member: MemberDep, db: DbDep) -> LocationList:
    """The branches that the caller's scope covers."""
    async with db.tx(member.account_id) as tx:
        rows = await locations_of(tx, member.account_id)
    return LocationList(items=[location_answer(row) for row in rows if member.covers(row.id)])


@router.post("/locations", operation_id="add_location", status_code=201, response_model=LocationAnswer)
async def post_location(
    body: LocationBody, member: MemberDep, account: AccountDep, db: DbDep, once: OnceDep, now: NowDep
) -> Response:
    """A new branch."""
    member.require(Permission.CATALOGUE_EDIT)
    if member.location_ids is not None:
        raise MissingScope("*", list(member.holders))
    async with db.tx(account.account_id) as tx:

        async def effect() -> LocationAnswer:
            return location_answer(await add_location(tx, account, body, now))

        return await once.run(tx, effect)


@router.patch("/locations/{location_id}", operation_id="change_location")
async def patch_location(
    location_id: UUID, body: LocationPatch, member: MemberDep, account: AccountDep, db: DbDep
) -> LocationAnswer:
    """Change a branch."""
    member.require(Permission.CATALOGUE_EDIT, location_id=location_id)
    async with db.tx(account.account_id) as tx:
        return location_answer(await change_location(tx, account, location_id, body))


@router.get("/services", operation_id="list_services")
async def list_services(member: MemberDep, account: AccountDep, db: DbDep) -> ServiceList:
    """Everything that is sold, also what is not on the site."""
    async with db.tx(member.account_id) as tx:
        rows = await services_of(tx, member.account_id)
        people, _ = await who_does_what(tx, member.account_id)
        needs = await needs_by_service(tx, member.account_id)
    return ServiceList(
        items=[service_answer(row, account.currency, [*people[row.id]], needs.get(row.id, [])) for row in rows]
    )


@router.post("/services", operation_id="add_service", status_code=201, response_model=ServiceAnswer)
async def post_service(
    body: ServiceBody, member: MemberDep, account: AccountDep, db: DbDep, once: OnceDep, now: NowDep
) -> Response:
    """Something new to sell."""
    member.require(Permission.CATALOGUE_EDIT)
    await wait_for_staff(db, account.account_id, body.staff_member_ids)
    async with db.tx(account.account_id) as tx:

        async def effect() -> ServiceAnswer:
            row = await add_service(tx, account, body, now)
            return await _service_answer(tx, account, row)

        return await once.run(tx, effect)


@router.patch("/services/{service_id}", operation_id="change_service")
async def patch_service(
    service_id: UUID,
    body: ServicePatch,
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    response: Response,
    if_match: IfMatchDep,
    now: NowDep,
    decision: DecisionDep,
) -> ServiceAnswer:
    """Change a service; what is booked stays as it was booked. Where bookings lose what makes them bookable (the
    service itself, its people or places), nothing is saved unless it is said what becomes of them."""
    member.require(Permission.CATALOGUE_EDIT)
    await wait_for_staff(db, account.account_id, body.staff_member_ids or ())
    async with db.tx(account.account_id) as tx:
        await lock_calendar(tx, account.account_id, alone=True)
        row = await service_of(tx, account.account_id, service_id, lock=True)
        require_version(row.version, if_match)
        desk = desk_of(account, member)
        await carry_out(tx, desk, lambda: alter_service(tx, account, service_id, body, now), decision, now)
        row = await service_of(tx, account.account_id, service_id)
        response.headers.update(etag(row.version))
        return await _service_answer(tx, account, row)


@router.get("/staff-members", operation_id="list_staff_members")
async def list_staff_members(member: MemberDep, db: DbDep) -> StaffMemberList:
    """Everybody who serves, also who does not accept bookings now."""
    async with db.tx(member.account_id) as tx:
        return StaffMemberList(items=await _answers(tx, member.account_id, await staff_of(tx, member.account_id)))


@router.get("/staff-members/{staff_member_id}", operation_id="get_staff_member")
async def get_staff_member(
    staff_member_id: UUID, member: MemberDep, db: DbDep, response: Response
) -> StaffMemberAnswer:
    """One of them."""
    await wait_for_staff(db, member.account_id, [staff_member_id])
    async with db.tx(member.account_id) as tx:
        row = await staff_member_of(tx, member.account_id, staff_member_id)
        response.headers.update(etag(row.version))
        return (await _answers(tx, member.account_id, [row]))[0]


@router.post("/staff-members", operation_id="add_staff_member", status_code=201, response_model=StaffMemberAnswer)
async def post_staff_member(
    body: StaffMemberBody, member: MemberDep, account: AccountDep, db: DbDep, once: OnceDep, now: NowDep
) -> Response:
    """A chair or a person without a login; people with a login come as members."""
    member.require(Permission.STAFF_EDIT)
    async with db.tx(account.account_id) as tx:

        async def effect() -> StaffMemberAnswer:
            row = await add_staff_member(tx, account.account_id, body, now)
            require_staff_scope(member, row)
            return (await _answers(tx, account.account_id, [row]))[0]

        return await once.run(tx, effect)


@router.patch("/staff-members/{staff_member_id}", operation_id="change_staff_member")
async def patch_staff_member(
    staff_member_id: UUID,
    body: Annotated[StaffMemberPatch, Body()],
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    response: Response,
    if_match: IfMatchDep,
    now: NowDep,
    decision: DecisionDep,
) -> StaffMemberAnswer:
    """Change who they are, where they work and what they offer. Where bookings ahead are hit by it, nothing is saved
    unless it is said what becomes of them."""
    member.require(Permission.STAFF_EDIT)
    await wait_for_staff(db, account.account_id, [staff_member_id])
    async with db.tx(account.account_id) as tx:
        await lock_calendar(tx, account.account_id, alone=True)
        row = await staff_member_of(tx, account.account_id, staff_member_id, lock=True)
        require_version(row.version, if_match)
        require_staff_scope(member, row)
        desk = desk_of(account, member)
        await carry_out(
            tx,
            desk,
            lambda: alter_staff_member(tx, account.account_id, staff_member_id, body, now),
            decision,
            now,
        )
        row = await staff_member_of(tx, account.account_id, staff_member_id)
        require_staff_scope(member, row)
        response.headers.update(etag(row.version))
        return (await _answers(tx, account.account_id, [row]))[0]


@router.delete("/staff-members/{staff_member_id}", operation_id="remove_staff_member")
async def delete_staff_member(
    staff_member_id: UUID, member: MemberDep, account: AccountDep, db: DbDep, now: NowDep, decision: DecisionDep
) -> Hits:
    """Somebody without a login leaves; name, history and bookings are kept. With bookings ahead it takes a choice."""
    member.require(Permission.STAFF_DELETE)
    await wait_for_staff(db, account.account_id, [staff_member_id])
    async with db.tx(account.account_id) as tx:
        require_staff_scope(member, await staff_member_of(tx, account.account_id, staff_member_id))
        looks_only = decision.is_dry_run
        done = await carry_out(
            tx,
            desk_of(account, member),
            lambda: remove_staff_member(tx, account.account_id, staff_member_id, now, looks_only=looks_only),
            decision,
            now,
        )
        return Hits.model_validate({**hits(done), "saved": not looks_only})


@router.get("/deleted-staff-members", operation_id="list_deleted_staff_members")
async def deleted_staff_members(member: MemberDep, db: DbDep) -> StaffMemberList:
    """Those without a login who were removed; people with a login are found among the former members."""
    member.require(Permission.STAFF_RESTORE)
    async with db.tx(member.account_id) as tx:
        rows = await tx.scalars(
            select(StaffMemberRow)
            .where(
                StaffMemberRow.account_id == member.account_id,
                StaffMemberRow.is_deleted,
                StaffMemberRow.membership_id.is_(None),
            )
            .order_by(by_name(StaffMemberRow.name), StaffMemberRow.id)
        )
        return StaffMemberList(items=await _answers(tx, member.account_id, [*rows]))


@router.post(
    "/staff-members/{staff_member_id}/restore", operation_id="restore_staff_member", response_model=StaffMemberAnswer
)
async def post_restore(staff_member_id: UUID, member: MemberDep, db: DbDep, once: OnceDep) -> Response:
    """Bring somebody without a login back as they were: bookings, hours, services."""
    member.require(Permission.STAFF_RESTORE)
    async with db.tx(member.account_id) as tx:

        async def effect() -> StaffMemberAnswer:
            row = await restore_staff_member(tx, member.account_id, staff_member_id)
            require_staff_scope(member, row)
            return (await _answers(tx, member.account_id, [row]))[0]

        return await once.run(tx, effect, status=200)


async def _service_answer(tx: Tx, account: AccountCopy, row: ServiceRow) -> ServiceAnswer:
    people, _ = await who_does_what(tx, account.account_id)
    needs = await needs_by_service(tx, account.account_id)
    return service_answer(row, account.currency, [*people[row.id]], needs.get(row.id, []))


async def _answers(tx: Tx, account_id: UUID, rows: list[StaffMemberRow]) -> list[StaffMemberAnswer]:
    _, services = await who_does_what(tx, account_id)
    scheduled = await with_schedule(tx, account_id, [row.id for row in rows])
    return [staff_member_answer(row, [*services[row.id]], has_schedule=row.id in scheduled) for row in rows]
