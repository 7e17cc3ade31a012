"""Changes of the rules that may hit bookings: seen first, then carried out whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from booking.queries.actions import needed_to_cancel
from booking.queries.holidays import holidays_of
from booking.queries.visits import Visit
from booking.tables import AccountCopy, StaffMemberRow
from booking.usecases.actors import Actor
from booking.usecases.catalogue.staff_members import staff_member_of
from booking.usecases.changes.alternatives import Alternative
from booking.usecases.changes.bookability import (
    alter_service,
    alter_staff_member,
    hand_over,
    remove_location,
    remove_service,
    remove_staff_member,
)
from booking.usecases.changes.carry_out import Change, Choice, Decision, Desk, Effect, Kind, carry_out
from booking.usecases.schedules.close_day import choose_holidays, close_day
from booking.usecases.schedules.set_schedule import set_schedule
from booking.usecases.schedules.take_time_off import take_time_off
from contracts.http.booking import Outcome
from contracts.http.changes import (
    ChangeAnswer,
    ChangeBody,
    ChangeService,
    ChangeStaffMember,
    ChoiceKind,
    ChooseHolidays,
    CloseDay,
    HandOver,
    RemoveLocation,
    RemoveService,
    RemoveStaffMember,
    SetSchedule,
    TakeTimeOff,
)
from contracts.permissions import Permission
from kit import context
from kit.access import Member
from kit.db import Tx
from kit.edge import DbDep, MemberDep
from kit.errors import InvalidInput
from kit.idempotency import OnceDep

from .answers import Eyes, conflict
from .edge import (
    AccountDep,
    NowDep,
    TurnsDep,
    require_everywhere,
    require_schedule,
    require_staff_scope,
    require_whole_account,
    wait_for_staff,
)

router = APIRouter(prefix="/api/v1/accounts/{account_id}", tags=["schedules"])


async def _decision(
    on_conflict: Annotated[ChoiceKind | None, Query(description="What becomes of the bookings that it hits.")] = None,
    seen: Annotated[str | None, Query(max_length=64, description="The mark of the list that was looked at.")] = None,
    dry_run: bool = False,
) -> Decision:
    return Decision(default=on_conflict, seen=seen, is_dry_run=dry_run)


DecisionDep = Annotated[Decision, Depends(_decision)]
"""What the address of the request says about bookings in the way."""


def desk_of(account: AccountCopy, member: Member) -> Desk:
    """A member at work: what they see of the bookings that are hit, and what they may do to them."""
    eyes = Eyes.of(member)

    def show(visit: Visit, alternatives: list[Alternative]) -> dict[str, Any]:
        return conflict(visit, eyes, alternatives).model_dump(mode="json")

    def permit(kind: Kind, visit: Visit) -> None:
        if kind == "move":
            member.require(Permission.BOOKING_RESCHEDULE)
        if kind == "cancel":
            for permission in needed_to_cancel(visit):
                member.require(permission)

    return Desk(account, Actor.member(member), show, permit)


def hits(effect: Effect[Any]) -> dict[str, Any]:
    """What every answer to such a change says of the bookings."""
    return {
        "saved": effect.result is not None or bool(effect.outcome),
        "conflicts": effect.conflicts,
        "seen": effect.seen,
        "outcome": [Outcome.model_validate(vars(one)) for one in effect.outcome],
    }


@router.post("/changes", operation_id="change_rules", response_model=ChangeAnswer)
async def post_change(
    body: ChangeBody,
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    once: OnceDep,
    now: NowDep,
    turns: TurnsDep,
) -> Response:
    """See which bookings a change hits, with free times for each; carry it out with a choice for every one of them."""
    decision = Decision(
        default=body.on_conflict,
        by_booking={one.booking_id: Choice(one.choice, one.starts_at, one.staff_member_id) for one in body.choices},
        seen=body.seen,
        is_dry_run=body.dry_run,
    )
    staff_member_id: UUID | None = getattr(body.change, "staff_member_id", None)
    if staff_member_id is not None:
        await wait_for_staff(db, account.account_id, [staff_member_id])

    async def change() -> Response:
        async with db.tx(account.account_id) as tx:

            async def effect() -> ChangeAnswer:
                prepare = _prepared(tx, account, member, body, now)
                done = await carry_out(tx, desk_of(account, member), prepare, decision, now)
                told = {**hits(done), "saved": not body.dry_run}
                return ChangeAnswer.model_validate({"kind": body.change.kind, **told})

            return await once.run(tx, effect, status=200)

    return await turns.run(change)


def _prepared(
    tx: Tx, account: AccountCopy, member: Member, body: ChangeBody, now: datetime
) -> Callable[[], Awaitable[Change[Any]]]:
    account_id, by = account.account_id, member.caller.user_id

    async def person(staff_member_id: UUID) -> StaffMemberRow:
        return await staff_member_of(tx, account_id, staff_member_id)

    async def prepare() -> Change[Any]:
        match body.change:
            case SetSchedule() as wanted:
                require_schedule(member, await person(wanted.staff_member_id))
                return await set_schedule(tx, account_id, wanted.staff_member_id, wanted.schedule, now)
            case TakeTimeOff() as wanted:
                require_schedule(member, await person(wanted.staff_member_id))
                return await take_time_off(tx, account_id, wanted.staff_member_id, wanted.time_off, by, now)
            case CloseDay() as wanted:
                await require_everywhere(tx, member, wanted.closed_day.location_id)
                return await close_day(tx, account_id, wanted.closed_day, by, now)
            case ChooseHolidays() as wanted:
                await require_everywhere(tx, member, None)
                return await holidays_chosen(tx, account, wanted.year, set(wanted.dates), by, now)
            case ChangeService() as wanted:
                member.require(Permission.CATALOGUE_EDIT)
                return await alter_service(tx, account, wanted.service_id, wanted.patch, now)
            case ChangeStaffMember() as wanted:
                member.require(Permission.STAFF_EDIT)
                require_staff_scope(member, await person(wanted.staff_member_id))
                return await alter_staff_member(tx, account_id, wanted.staff_member_id, wanted.patch, now)
            case RemoveStaffMember() as wanted:
                member.require(Permission.STAFF_DELETE)
                require_staff_scope(member, await person(wanted.staff_member_id))
                return await remove_staff_member(tx, account_id, wanted.staff_member_id, now, looks_only=body.dry_run)
            case RemoveService() | RemoveLocation() as wanted:
                return await _removed(tx, member, wanted, now)
            case HandOver() as wanted:
                member.require(Permission.STAFF_EDIT)
                require_staff_scope(member, await person(wanted.staff_member_id))
                return await hand_over(tx, account_id, wanted.staff_member_id, now)

    return prepare


async def _removed(tx: Tx, member: Member, wanted: RemoveService | RemoveLocation, now: datetime) -> Change[Any]:
    require_whole_account(member)
    if isinstance(wanted, RemoveService):
        member.require(Permission.CATALOGUE_EDIT)
        return await remove_service(tx, member.account_id, wanted.service_id, now)
    member.require(Permission.CATALOGUE_EDIT, location_id=wanted.location_id)
    return await remove_location(tx, member.account_id, wanted.location_id, now)


async def holidays_chosen(
    tx: Tx, account: AccountCopy, year: int, chosen: set[Any], by: UUID, now: datetime
) -> Change[None]:
    """Close on these holidays; raises `InvalidInput` for a date that is no holiday of the country."""
    names = holidays_of(account.country, year, context.current().language)
    strange = sorted(chosen - set(names))
    if strange:
        raise InvalidInput.of("/dates", "not_a_holiday", date=strange[0].isoformat())
    return await choose_holidays(tx, account, year, names, chosen, by, now)
