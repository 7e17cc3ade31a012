"""What a schedule comes to, day by day: pattern, exceptions, closed days and absences laid over one another."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from booking.domain.intervals import Interval, merged, without
from booking.domain.schedules import DayPlan, Schedule, days_between
from booking.domain.wall_clock import DAY_MIN
from booking.tables import AccountCopy, ClosedDayRow, StaffMemberRow, TimeOffRow
from contracts.http.schedule_days import DayCause, DayHoursAnswer, ScheduleDay
from kit.db import Tx

_MINUTE = timedelta(minutes=1)


async def schedule_days(
    tx: Tx, account: AccountCopy, person: StaffMemberRow, schedule: Schedule, first: date, last: date
) -> list[ScheduleDay]:
    """Each day of `first…last` on the wall clock of the account."""
    closed = await _closed(tx, account.account_id, person.location_ids, first, last)
    zone = ZoneInfo(account.time_zone)
    absences = await _absences(tx, account.account_id, person.id, zone, first, last)
    return [_day(day, schedule, closed.get(day), absences.get(day, [])) for day in days_between(first, last)]


def _day(
    day: date, schedule: Schedule, closed: ClosedDayRow | None, absences: list[tuple[Interval, str | None]]
) -> ScheduleDay:
    plan = schedule.plan(day)
    if closed is not None:
        cause: DayCause = "holiday" if closed.kind == "holiday" else "closed"
        return ScheduleDay(date=day, hours=[], cause=cause, note=closed.name)
    planned = _hours(plan, [])
    left = _hours(plan, [away for away, _ in absences])
    if planned and left != planned:
        note = next((reason for _, reason in absences if reason), None)
        return ScheduleDay(date=day, hours=left, cause="time_off", note=note)
    if day in schedule.exceptions:
        return ScheduleDay(date=day, hours=left, cause="exception")
    return ScheduleDay(date=day, hours=left, cause="pattern" if left else "day_off")


def _hours(plan: DayPlan, away: list[Interval]) -> list[DayHoursAnswer]:
    return [
        DayHoursAnswer.model_validate(
            {
                "from": _clock(since),
                "to": _clock(until),
                "manual_only": hours.manual_only,
                "location_id": hours.location_id,
            }
        )
        for hours in plan.hours
        for since, until in without([(hours.since_min, hours.until_min)], merged([*plan.breaks, *away]))
    ]


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


async def _closed(
    tx: Tx, account_id: UUID, location_ids: list[UUID] | None, first: date, last: date
) -> dict[date, ClosedDayRow]:
    """Days on which the person works nowhere; one closed location of several leaves the others."""
    rows = await tx.scalars(
        select(ClosedDayRow)
        .where(ClosedDayRow.account_id == account_id, ClosedDayRow.day.between(first, last))
        .order_by(ClosedDayRow.day, ClosedDayRow.location_id.nulls_last())
    )
    only = location_ids[0] if location_ids is not None and len(location_ids) == 1 else None
    return {row.day: row for row in rows if row.location_id is None or row.location_id == only}


async def _absences(
    tx: Tx, account_id: UUID, staff_member_id: UUID, zone: ZoneInfo, first: date, last: date
) -> dict[date, list[tuple[Interval, str | None]]]:
    rows = await tx.scalars(
        select(TimeOffRow)
        .where(
            TimeOffRow.account_id == account_id,
            TimeOffRow.staff_member_id == staff_member_id,
            TimeOffRow.deleted_at.is_(None),
            TimeOffRow.ends_at > datetime(first.year, first.month, first.day, tzinfo=zone),
            TimeOffRow.starts_at < datetime(last.year, last.month, last.day, tzinfo=zone) + timedelta(days=1),
        )
        .order_by(TimeOffRow.starts_at)
    )
    found: dict[date, list[tuple[Interval, str | None]]] = {}
    for row in rows:
        since, until = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
        for day in days_between(max(since.date(), first), min((until - _MINUTE).date(), last)):
            start = since.hour * 60 + since.minute if since.date() == day else 0
            end = until.hour * 60 + until.minute if until.date() == day else DAY_MIN
            found.setdefault(day, []).append(((start, end), row.reason))
    return found
