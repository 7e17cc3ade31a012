"""When the journal of each location is mailed, and to whom."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import select

from booking.queries.accounts import locations_of
from booking.records import ReportSchedule
from booking.tables import LocationRow
from contracts.http.reports import ReportScheduleAnswer, ReportScheduleBody, ReportScheduleList
from contracts.permissions import Permission
from kit.edge import DbDep, MemberDep
from kit.errors import InvalidInput, NotFound
from kit.first_rows import locked_or_new

from .edge import IfMatchDep, etag, require_version
from .report_readers import require_readers

router = APIRouter(prefix="/api/v1/accounts/{account_id}/report-schedules", tags=["reports"])


@router.get("", operation_id="list_report_schedules")
async def list_schedules(member: MemberDep, db: DbDep) -> ReportScheduleList:
    """Every location in the caller's scope with its timetable; one that was never set is off."""
    member.require(Permission.REPORTS_VIEW)
    async with db.tx(member.account_id) as tx:
        places = [one for one in await locations_of(tx, member.account_id) if member.covers(one.id)]
        rows = await tx.scalars(select(ReportSchedule).where(ReportSchedule.account_id == member.account_id))
        by_place = {row.location_id: row for row in rows}
    return ReportScheduleList(items=[_answer(place, by_place.get(place.id)) for place in places])


@router.put("/{location_id}", operation_id="set_report_schedule")
async def put_schedule(
    location_id: UUID,
    body: ReportScheduleBody,
    member: MemberDep,
    db: DbDep,
    if_match: IfMatchDep,
    response: Response,
) -> ReportScheduleAnswer:
    """Set it. Only members whose scope covers the location ever get its journal."""
    member.require(Permission.SETTINGS_ACCOUNT, location_id=location_id)
    async with db.tx(member.account_id) as tx:
        place = await tx.get(LocationRow, (member.account_id, location_id))
        if place is None or place.is_deleted:
            raise NotFound("location")
        if body.time == "24:00":
            raise InvalidInput.of("/time", "clock_time")
        await require_readers(tx, member.account_id, body.recipient_user_ids or (), location_id)
        row = await locked_or_new(tx, _unset(member.account_id, location_id))
        require_version(row.version, if_match)
        row.is_on, row.clock_time, row.covers = body.is_on, body.time, body.covers
        row.weekdays = list(dict.fromkeys(body.weekdays))
        row.recipient_user_ids = None if body.recipient_user_ids is None else sorted(set(body.recipient_user_ids))
        row.version += 1
        await tx.flush()
    response.headers.update(etag(row.version))
    return _answer(place, row)


def _unset(account_id: UUID, location_id: UUID) -> ReportSchedule:
    unset = ReportScheduleBody(is_on=False)
    return ReportSchedule(
        account_id=account_id,
        location_id=location_id,
        version=0,
        is_on=unset.is_on,
        clock_time=unset.time,
        weekdays=list(unset.weekdays),
        covers=unset.covers,
    )


def _answer(place: LocationRow, row: ReportSchedule | None) -> ReportScheduleAnswer:
    unset = ReportScheduleBody(is_on=False)
    return ReportScheduleAnswer.model_validate(
        {
            "location_id": place.id,
            "location_name": place.name,
            "version": row.version if row else 0,
            "is_on": row.is_on if row else unset.is_on,
            "time": row.clock_time if row else unset.time,
            "weekdays": row.weekdays if row else list(unset.weekdays),
            "covers": row.covers if row else unset.covers,
            "recipient_user_ids": row.recipient_user_ids if row else None,
            "last_day": row.last_day if row else None,
        }
    )
