"""When people work: schedules, absences, closed days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Response
from sqlalchemy import or_, select

from booking.tables import ClosedDayRow, ScheduleRow, TimeOffRow
from booking.usecases.catalogue.staff_members import staff_member_of
from booking.usecases.changes.carry_out import carry_out
from booking.usecases.schedules.close_day import close_day, open_day
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
from kit.edge import DbDep, MemberDep
from kit.idempotency import OnceDep

from .changes import DecisionDep, desk_of, hits
from .edge import AccountDep, NowDep, TurnsDep, require_everywhere, require_schedule, wait_for_staff

router = APIRouter(prefix="/api/v1/accounts/{account_id}", tags=["schedules"])


@router.get("/staff-members/{staff_member_id}/schedule", operation_id="get_schedule")
async def get_schedule(staff_member_id: UUID, member: MemberDep, db: DbDep) -> ScheduleAnswer:
    """The schedule as it was set."""
    await wait_for_staff(db, member.account_id, [staff_member_id])
    async with db.tx(member.account_id) as tx:
        await staff_member_of(tx, member.account_id, staff_member_id)
        row = await tx.get(ScheduleRow, (member.account_id, staff_member_id))
        return ScheduleAnswer.model_validate(
            {
                "staff_member_id": staff_member_id,
                "version": row.version if row else 0,
                "schedule": await stored_schedule(tx, row) if row else None,
                "saved": True,
            }
        )


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
    decision: DecisionDep,
    turns: TurnsDep,
) -> ScheduleAnswer:
    """Set it. When bookings ahead would fall out of it nothing is saved, unless it is said what becomes of them."""
    await wait_for_staff(db, account.account_id, [staff_member_id])

    async def put() -> ScheduleAnswer:
        async with db.tx(account.account_id) as tx:
            require_schedule(member, await staff_member_of(tx, account.account_id, staff_member_id))
            done = await carry_out(
                tx,
                desk_of(account, member),
                lambda: set_schedule(tx, account.account_id, staff_member_id, body, now),
                decision,
                now,
            )
            row = await tx.get(ScheduleRow, (account.account_id, staff_member_id))
            return ScheduleAnswer.model_validate(
                {
                    **hits(done),
                    "staff_member_id": staff_member_id,
                    "version": row.version if row else 0,
                    "schedule": await stored_schedule(tx, row) if done.result and row else body,
                }
            )

    return await turns.run(put)


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
    decision: DecisionDep,
    turns: TurnsDep,
) -> Response:
    """An absence; bookings in it stand in the way unless it is said what becomes of them."""
    await wait_for_staff(db, account.account_id, [staff_member_id])

    async def post() -> Response:
        async with db.tx(account.account_id) as tx:
            require_schedule(member, await staff_member_of(tx, account.account_id, staff_member_id))
            by = member.caller.user_id

            async def effect() -> TimeOffEffect:
                done = await carry_out(
                    tx,
                    desk_of(account, member),
                    lambda: take_time_off(tx, account.account_id, staff_member_id, body, by, now),
                    decision,
                    now,
                )
                return TimeOffEffect.model_validate(
                    {
                        **hits(done),
                        "id": done.result.id if done.result else None,
                        "staff_member_id": staff_member_id,
                        "starts_at": body.starts_at,
                        "ends_at": body.ends_at,
                        "reason": body.reason,
                    }
                )

            return await once.run(tx, effect, status=200 if decision.is_dry_run else 201)

    return await turns.run(post)


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
    decision: DecisionDep,
    turns: TurnsDep,
) -> Response:
    """Close a day, in one location or everywhere."""

    async def post() -> Response:
        async with db.tx(account.account_id) as tx:
            await require_everywhere(tx, member, body.location_id)

            async def effect() -> ClosedDayEffect:
                done = await carry_out(
                    tx,
                    desk_of(account, member),
                    lambda: close_day(tx, account.account_id, body, member.caller.user_id, now),
                    decision,
                    now,
                )
                return ClosedDayEffect.model_validate(
                    {
                        **hits(done),
                        "id": done.result.id if done.result else None,
                        "date": body.date,
                        "name": body.name,
                        "kind": body.kind,
                        "location_id": body.location_id,
                    }
                )

            return await once.run(tx, effect, status=200 if decision.is_dry_run else 201)

    return await turns.run(post)


@router.delete("/closed-days/{closed_day_id}", operation_id="open_day", status_code=204)
async def delete_closed_day(closed_day_id: UUID, member: MemberDep, db: DbDep) -> None:
    """Work that day after all."""
    member.require("schedule.edit_all")
    async with db.tx(member.account_id) as tx:
        row = await open_day(tx, member.account_id, closed_day_id)
        await require_everywhere(tx, member, row.location_id)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


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
