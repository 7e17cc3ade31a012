"""A schedule seen day by day, in force or only thought of."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from fastapi import APIRouter

from booking.domain.schedules import Schedule
from booking.queries.schedule_days import schedule_days
from booking.stored_schedules import pattern_of, plan_of
from booking.tables import ScheduleRow
from booking.usecases.catalogue.staff_members import staff_member_of
from booking.usecases.schedules.set_schedule import stored_schedule
from contracts.http.schedule_days import ScheduleDays, ScheduleDaysBody
from kit.edge import DbDep, MemberDep

from .edge import AccountDep, require_schedule, wait_for_staff

router = APIRouter(prefix="/api/v1/accounts/{account_id}", tags=["schedules"])


@router.post("/staff-members/{staff_member_id}/schedule/days", operation_id="show_schedule_days")
async def post_schedule_days(
    staff_member_id: UUID, body: ScheduleDaysBody, member: MemberDep, account: AccountDep, db: DbDep
) -> ScheduleDays:
    """The working time of some days, as a schedule would make them; saves nothing.

    A schedule only thought of is for who may set it; what is in force every member sees.
    """
    await wait_for_staff(db, member.account_id, [staff_member_id])
    async with db.tx(member.account_id) as tx:
        person = await staff_member_of(tx, member.account_id, staff_member_id)
        if body.schedule is not None:
            require_schedule(member, person)
        stored = body.schedule.model_dump(mode="json", by_alias=True, exclude_none=True) if body.schedule else None
        if stored is None:
            row = await tx.get(ScheduleRow, (member.account_id, staff_member_id))
            stored = await stored_schedule(tx, row) if row else None
        if stored is None:
            return ScheduleDays(items=[])
        return ScheduleDays(items=await schedule_days(tx, account, person, _schedule(stored), body.first, body.last))


def _schedule(stored: dict[str, object]) -> Schedule:
    exceptions = stored.get("exceptions")
    listed = exceptions if isinstance(exceptions, list) else []
    return Schedule(pattern_of(stored), {date.fromisoformat(one["date"]): plan_of(one) for one in listed})
