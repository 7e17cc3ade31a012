"""When people work: schedules, absences, closed days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Query, Response
from sqlalchemy import or_, select

from booking.errors import ScheduleConflict
from booking.queries.accounts import locations_of
from booking.queries.visits import Visit
from booking.tables import ClosedDayRow, ScheduleRow, TimeOffRow
from booking.usecases.catalogue.staff_members import staff_member_of
from booking.usecases.schedules.close_day import close_day
from booking.usecases.schedules.set_schedule import set_schedule, stored_schedule
from booking.usecases.schedules.take_time_off import give_up_time_off, take_time_off
from contracts.http.booking import ClosedDayEffect, ScheduleAnswer, TimeOffEffect
from contracts.http.catalogue import (
    ClosedDayAnswer,
    ClosedDayBody,
    ClosedDayList,
    Day,
    ScheduleBody,
    TimeOffAnswer,
    TimeOffBody,
    TimeOffList,
)
from contracts.permissions import Permission
from kit.db import Tx
from kit.edge import DbDep, MemberDep
from kit.errors import MissingScope
from kit.idempotency import OnceDep

from .answers import Eyes, conflict
from .edge import AccountDep, NowDep, require_schedule, wait_for_staff

router = APIRouter(prefix="/api/v1/accounts/{account_id}", tags=["schedules"])

OnConflict = Annotated[Literal["keep"] | None, Query(description="What to do with bookings that the change hits.")]
CHOICES = ["keep"]


@router.get("/staff-members/{staff_member_id}/schedule", operation_id="get_schedule")
async def get_schedule(staff_member_id: UUID, member: MemberDep, db: DbDep) -> ScheduleAnswer:
    """The schedule as it was set."""
    await wait_for_staff(db, member.account_id, [staff_member_id])
    async with db.tx(member.account_id) as tx:
        await staff_member_of(tx, member.account_id, staff_member_id)
        row = await tx.get(ScheduleRow, (member.account_id, staff_member_id))
        return await _schedule_answer(tx, staff_member_id, row, [], Eyes.of(member), saved=True)


@router.put(
    "/staff-members/{staff_member_id}/schedule", operation_id="set_schedule", responses={409: {"description": "hits"}}
)
async def put_schedule(
    staff_member_id: UUID,
    body: Annotated[ScheduleBody, Body()],
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    now: NowDep,
    on_conflict: OnConflict = None,
    dry_run: bool = False,
) -> ScheduleAnswer:
    """Set it. When bookings ahead would fall out of it nothing is saved, unless they shall be kept."""
    await wait_for_staff(db, account.account_id, [staff_member_id])
    async with db.tx(account.account_id) as tx:
        staff = await staff_member_of(tx, account.account_id, staff_member_id)
        require_schedule(member, staff)
        keep = on_conflict == "keep"
        row, hit = await set_schedule(tx, account.account_id, staff_member_id, body, now, keep=keep, save=not dry_run)
        eyes = Eyes.of(member)
        _refuse(hit, eyes, keep=keep or dry_run)
        if dry_run:
            return ScheduleAnswer(
                staff_member_id=staff_member_id,
                version=row.version if row else 0,
                schedule=body,
                saved=False,
                conflicts=[conflict(visit, eyes) for visit in hit],
            )
        return await _schedule_answer(tx, staff_member_id, row, hit, eyes, saved=True)


@router.get("/staff-members/{staff_member_id}/time-off", operation_id="list_time_off")
async def list_time_off(
    staff_member_id: UUID,
    member: MemberDep,
    db: DbDep,
    now: NowDep,
    since: Annotated[Day | None, Query(alias="from")] = None,
    until: Annotated[Day | None, Query(alias="to")] = None,
) -> TimeOffList:
    """Absences that are not over, or those of the days asked for."""
    async with db.tx(member.account_id) as tx:
        await staff_member_of(tx, member.account_id, staff_member_id)
        rows = select(TimeOffRow).where(
            TimeOffRow.account_id == member.account_id,
            TimeOffRow.staff_member_id == staff_member_id,
            TimeOffRow.deleted_at.is_(None),
        )
        rows = rows.where(TimeOffRow.ends_at > (_midnight(since) if since else now))
        if until is not None:
            rows = rows.where(TimeOffRow.starts_at < _midnight(until) + timedelta(days=1))
        found = await tx.scalars(rows.order_by(TimeOffRow.starts_at, TimeOffRow.id).limit(500))
        return TimeOffList(items=[_time_off(row) for row in found])


@router.post(
    "/staff-members/{staff_member_id}/time-off",
    operation_id="take_time_off",
    status_code=201,
    response_model=TimeOffEffect,
)
async def post_time_off(
    staff_member_id: UUID,
    body: TimeOffBody,
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    once: OnceDep,
    now: NowDep,
    on_conflict: OnConflict = None,
    dry_run: bool = False,
) -> Response:
    """An absence; bookings in it stand in the way unless they shall be kept."""
    await wait_for_staff(db, account.account_id, [staff_member_id])
    async with db.tx(account.account_id) as tx:
        staff = await staff_member_of(tx, account.account_id, staff_member_id)
        require_schedule(member, staff)
        keep = on_conflict == "keep"

        async def effect() -> TimeOffEffect:
            row, hit = await take_time_off(
                tx,
                account.account_id,
                staff_member_id,
                body,
                member.caller.user_id,
                now,
                keep=keep,
                save=not dry_run,
            )
            eyes = Eyes.of(member)
            _refuse(hit, eyes, keep=keep or dry_run)
            return TimeOffEffect(
                id=row.id if row else None,
                staff_member_id=staff_member_id,
                starts_at=body.starts_at,
                ends_at=body.ends_at,
                reason=body.reason,
                saved=row is not None,
                conflicts=[conflict(visit, eyes) for visit in hit],
            )

        return await once.run(tx, effect, status=200 if dry_run else 201)


@router.delete(
    "/staff-members/{staff_member_id}/time-off/{time_off_id}", operation_id="give_up_time_off", status_code=204
)
async def delete_time_off(staff_member_id: UUID, time_off_id: UUID, member: MemberDep, db: DbDep, now: NowDep) -> None:
    """Take an absence back."""
    async with db.tx(member.account_id) as tx:
        require_schedule(member, await staff_member_of(tx, member.account_id, staff_member_id))
        await give_up_time_off(tx, member.account_id, staff_member_id, time_off_id, now)


@router.get("/closed-days", operation_id="list_closed_days")
async def list_closed_days(
    member: MemberDep,
    db: DbDep,
    since: Annotated[Day, Query(alias="from")] = date(2000, 1, 1),
    until: Annotated[Day, Query(alias="to")] = date(2099, 12, 31),
    location_id: UUID | None = None,
) -> ClosedDayList:
    """Holidays and own closed days, by date."""
    rows = select(ClosedDayRow).where(
        ClosedDayRow.account_id == member.account_id, ClosedDayRow.day.between(since, until)
    )
    if location_id is not None:
        rows = rows.where(or_(ClosedDayRow.location_id.is_(None), ClosedDayRow.location_id == location_id))
    async with db.tx(member.account_id) as tx:
        found = await tx.scalars(rows.order_by(ClosedDayRow.day, ClosedDayRow.id).limit(1000))
        return ClosedDayList(items=[ClosedDayAnswer.model_validate(_closed_day(row)) for row in found])


@router.post("/closed-days", operation_id="close_day", status_code=201, response_model=ClosedDayEffect)
async def post_closed_day(
    body: ClosedDayBody,
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    once: OnceDep,
    now: NowDep,
    on_conflict: OnConflict = None,
    dry_run: bool = False,
) -> Response:
    """Close a day, in one location or everywhere."""
    member.require(Permission.SCHEDULE_EDIT_ALL, location_id=body.location_id)
    keep = on_conflict == "keep"
    async with db.tx(account.account_id) as tx:
        if body.location_id is None and member.location_ids is not None:
            covered = {location.id for location in await locations_of(tx, account.account_id)}
            if covered - member.location_ids:
                raise MissingScope("*", list(member.holders))

        async def effect() -> ClosedDayEffect:
            row, hit = await close_day(
                tx, account.account_id, body, member.caller.user_id, now, keep=keep, save=not dry_run
            )
            eyes = Eyes.of(member)
            _refuse(hit, eyes, keep=keep or dry_run)
            return ClosedDayEffect(
                id=row.id if row else None,
                date=body.date,
                name=body.name,
                kind=body.kind,
                location_id=body.location_id,
                saved=row is not None,
                conflicts=[conflict(visit, eyes) for visit in hit],
            )

        return await once.run(tx, effect, status=200 if dry_run else 201)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _refuse(hit: list[Visit], eyes: Eyes, *, keep: bool) -> None:
    if hit and not keep:
        raise ScheduleConflict([conflict(visit, eyes).model_dump(mode="json") for visit in hit], CHOICES)


async def _schedule_answer(
    tx: Tx, staff_member_id: UUID, row: ScheduleRow | None, hit: list[Visit], eyes: Eyes, *, saved: bool
) -> ScheduleAnswer:
    return ScheduleAnswer.model_validate(
        {
            "staff_member_id": staff_member_id,
            "version": row.version if row else 0,
            "schedule": await stored_schedule(tx, row) if row else None,
            "saved": saved,
            "conflicts": [conflict(visit, eyes) for visit in hit],
        }
    )


def _time_off(row: TimeOffRow) -> TimeOffAnswer:
    return TimeOffAnswer(
        id=row.id,
        staff_member_id=row.staff_member_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        reason=row.reason,
    )


def _closed_day(row: ClosedDayRow) -> dict[str, object]:
    return {"id": row.id, "date": row.day, "name": row.name, "kind": row.kind, "location_id": row.location_id}
