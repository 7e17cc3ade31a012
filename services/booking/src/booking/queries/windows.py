"""What the calculator needs to know about some days of one location, and nothing older or later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select, text

from booking.domain.availability import Busy, Closed, Part, Person, Question, Service, Terms
from booking.domain.intervals import Interval
from booking.domain.reasons import Code
from booking.domain.schedules import Schedule, WorkingTime, working_time
from booking.domain.wall_clock import DAY_MIN, WallClock, day_of, minute_of, moment_of
from booking.stored_schedules import pattern_of, plan_of
from booking.tables import (
    AccountCopy,
    ClosedDayRow,
    LocationRow,
    ScheduleException,
    ScheduleRow,
    StaffMemberRow,
    StaffMemberService,
    TimeOffRow,
)
from kit.db import Tx

LONGEST_BUFFER_MIN = 240

BUSY = text(
    """
    SELECT staff_member_id, booking_id, hold_id, hold_expires_at,
           (extract(epoch FROM lower(during)) / 60)::bigint AS during_from,
           (extract(epoch FROM upper(during)) / 60)::bigint AS during_to,
           (extract(epoch FROM starts_at) / 60)::bigint AS service_from,
           (extract(epoch FROM ends_at) / 60)::bigint AS service_to
    FROM busy_time
    WHERE account_id = :account_id AND staff_member_id = ANY(:people) AND during && tstzrange(:since, :until)
    """
)


@dataclass(frozen=True)
class Days:
    """Consecutive days of one location, both ends included."""

    clock: WallClock
    first: date
    last: date

    @property
    def window(self) -> Interval:
        """The minutes of these days."""
        return self.clock.start_of(self.first), self.clock.end_of(self.last)

    @classmethod
    def around(cls, zone: str, moment: datetime, *, before: int = 0, after: int = 0) -> Days:
        """The day of a moment with some days before and after it."""
        clock = WallClock(ZoneInfo(zone))
        day = day_of(minute_of(moment), clock.zone)
        return cls(clock, day - timedelta(days=before), day + timedelta(days=after))


@dataclass
class People:
    """Staff members with their time on given days."""

    by_id: dict[UUID, Person]
    names: dict[UUID, str]
    location_ids: dict[UUID, list[UUID] | None]
    expired_hold_ids: set[UUID]

    def work_at(self, person_id: UUID, location_id: UUID) -> bool:
        """Whether the person serves in that location."""
        here = self.location_ids[person_id]
        return here is None or location_id in here


@dataclass(frozen=True)
class WantedPart:
    """One service of a visit and the one person wanted for it, or anybody."""

    service: Service
    person_id: UUID | None


async def load_people(
    tx: Tx,
    account_id: UUID,
    days: Days,
    now: datetime,
    *,
    location_id: UUID | None,
    ids: Iterable[UUID] = (),
    service_ids: Iterable[UUID] = (),
    everybody: bool = False,
    longest_min: int = 0,
    ignoring_booking: UUID | None = None,
) -> People:
    """The named people and those who offer one of the services, with everything that fills the days.

    `longest_min` is how far a visit begun on the last day may reach. Holds that have expired do not count.
    """
    rows = select(StaffMemberRow, ScheduleRow.pattern).outerjoin(
        ScheduleRow,
        (ScheduleRow.account_id == StaffMemberRow.account_id) & (ScheduleRow.staff_member_id == StaffMemberRow.id),
    )
    rows = rows.where(StaffMemberRow.account_id == account_id)
    if everybody:
        rows = rows.where(~StaffMemberRow.is_deleted)
    else:
        offering = select(StaffMemberService.staff_member_id).where(
            StaffMemberService.account_id == account_id, StaffMemberService.service_id.in_(list(service_ids))
        )
        named = StaffMemberRow.id.in_(list(ids))
        rows = rows.where(or_(named, ~StaffMemberRow.is_deleted & StaffMemberRow.id.in_(offering)))
    found = (await tx.execute(rows.order_by(StaffMemberRow.name, StaffMemberRow.id))).all()
    people = [row.StaffMemberRow.id for row in found]
    first, last = days.first - timedelta(days=1), days.last + timedelta(days=1 + -(-longest_min // DAY_MIN))
    since, until = days.clock.start_of(first), days.clock.end_of(last)
    services = await _services_of(tx, account_id, people)
    exceptions = await _exceptions(tx, account_id, people, first, last)
    time_off = await _time_off(tx, account_id, people, since, until)
    busy, expired = await _busy(tx, account_id, people, (since, until), now, ignoring_booking)
    by_id: dict[UUID, Person] = {}
    for row in found:
        staff: StaffMemberRow = row.StaffMemberRow
        working: WorkingTime | None = None
        if row.pattern is not None:
            schedule = Schedule(pattern_of(row.pattern), exceptions.get(staff.id, {}))
            is_here = location_id is None or staff.location_ids is None or location_id in staff.location_ids
            working = working_time(schedule, days.clock, first, last, location_id) if is_here else WorkingTime()
        by_id[staff.id] = Person(
            id=staff.id,
            service_ids=frozenset(services[staff.id]),
            working=working,
            busy=tuple(busy[staff.id]),
            time_off=tuple(time_off[staff.id]),
            accepts_bookings=staff.accepts_bookings,
            is_deleted=staff.is_deleted,
        )
    return People(
        by_id,
        {row.StaffMemberRow.id: row.StaffMemberRow.name for row in found},
        {row.StaffMemberRow.id: row.StaffMemberRow.location_ids for row in found},
        expired,
    )


async def load_closed(tx: Tx, account_id: UUID, location_id: UUID, days: Days, longest_min: int = 0) -> list[Closed]:
    """The closed days and holidays of a location."""
    last = days.last + timedelta(days=1 + -(-longest_min // DAY_MIN))
    rows = await tx.scalars(
        select(ClosedDayRow).where(
            ClosedDayRow.account_id == account_id,
            ClosedDayRow.day.between(days.first - timedelta(days=1), last),
            or_(ClosedDayRow.location_id.is_(None), ClosedDayRow.location_id == location_id),
        )
    )
    return [
        Closed(
            (days.clock.start_of(row.day), days.clock.end_of(row.day)),
            Code.HOLIDAY if row.kind == "holiday" else Code.CLOSED_DAY,
        )
        for row in rows
    ]


async def ask(
    tx: Tx,
    account: AccountCopy,
    location: LocationRow,
    wanted: Sequence[WantedPart],
    days: Days,
    now: datetime,
    *,
    is_public: bool,
    ignoring_booking: UUID | None = None,
) -> tuple[Question, People]:
    """The question "when can this visit begin in this location", with all that is needed to answer it."""
    longest = sum(part.service.duration_min for part in wanted) + LONGEST_BUFFER_MIN
    people = await load_people(
        tx,
        account.account_id,
        days,
        now,
        location_id=location.id,
        ids={part.person_id for part in wanted if part.person_id},
        service_ids={part.service.id for part in wanted},
        longest_min=longest,
        ignoring_booking=ignoring_booking,
    )
    closed = await load_closed(tx, account.account_id, location.id, days, longest)
    parts = tuple(Part(part.service, _possible(part, people, location.id)) for part in wanted)
    return Question(parts, terms(account, days.clock, now, is_public=is_public), tuple(closed)), people


def terms(account: AccountCopy, clock: WallClock, now: datetime, *, is_public: bool) -> Terms:
    """The account's rules at this moment. The booking window ends with its last day."""
    rules = account.booking_rules
    earliest = now + timedelta(minutes=rules.lead_time_min)
    last_day = day_of(minute_of(now), clock.zone) + timedelta(days=rules.booking_window_days)
    whole = minute_of(earliest)
    return Terms(
        grid_min=rules.grid_min,
        earliest=whole if moment_of(whole) == earliest else whole + 1,
        latest=clock.end_of(last_day),
        is_public=is_public,
    )


def _possible(part: WantedPart, people: People, location_id: UUID) -> tuple[Person, ...]:
    if part.person_id is not None:
        person = people.by_id.get(part.person_id)
        return (person,) if person else ()
    return tuple(
        person
        for person in people.by_id.values()
        if part.service.id in person.service_ids and not person.is_deleted and people.work_at(person.id, location_id)
    )


async def _services_of(tx: Tx, account_id: UUID, people: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    offered: dict[UUID, set[UUID]] = defaultdict(set)
    rows = select(StaffMemberService.staff_member_id, StaffMemberService.service_id).where(
        StaffMemberService.account_id == account_id, StaffMemberService.staff_member_id.in_(people)
    )
    for person_id, service_id in await tx.execute(rows):
        offered[person_id].add(service_id)
    return offered


async def _exceptions(
    tx: Tx, account_id: UUID, people: Sequence[UUID], first: date, last: date
) -> dict[UUID, dict[date, Any]]:
    found: dict[UUID, dict[date, Any]] = defaultdict(dict)
    rows = select(ScheduleException).where(
        ScheduleException.account_id == account_id,
        ScheduleException.staff_member_id.in_(people),
        ScheduleException.day.between(first, last),
    )
    for row in await tx.scalars(rows):
        found[row.staff_member_id][row.day] = plan_of(row.plan)
    return found


async def _time_off(
    tx: Tx, account_id: UUID, people: Sequence[UUID], since: int, until: int
) -> dict[UUID, list[Interval]]:
    found: dict[UUID, list[Interval]] = defaultdict(list)
    rows = select(TimeOffRow).where(
        TimeOffRow.account_id == account_id,
        TimeOffRow.staff_member_id.in_(people),
        TimeOffRow.deleted_at.is_(None),
        TimeOffRow.ends_at > moment_of(since),
        TimeOffRow.starts_at < moment_of(until),
    )
    for row in await tx.scalars(rows):
        found[row.staff_member_id].append((minute_of(row.starts_at), minute_of(row.ends_at)))
    return found


async def _busy(
    tx: Tx, account_id: UUID, people: Sequence[UUID], window: Interval, now: datetime, ignoring: UUID | None
) -> tuple[dict[UUID, list[Busy]], set[UUID]]:
    found: dict[UUID, list[Busy]] = defaultdict(list)
    expired: set[UUID] = set()
    since, until = moment_of(window[0] - LONGEST_BUFFER_MIN), moment_of(window[1] + LONGEST_BUFFER_MIN)
    rows = await tx.execute(BUSY, {"account_id": account_id, "people": list(people), "since": since, "until": until})
    for row in rows:
        if row.hold_expires_at is not None and row.hold_expires_at <= now:
            expired.add(row.hold_id)
        elif ignoring is None or row.booking_id != ignoring:
            found[row.staff_member_id].append(
                Busy(row.during_from, row.during_to, row.service_from, row.service_to, row.hold_id is not None)
            )
    return found, expired
