"""What the calculator needs to know about some days of one location, and nothing older or later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import repeat
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select, text

from booking.domain.availability import Busy, Closed, Need, Part, Person, Question, Resource, Service, Terms
from booking.domain.intervals import Interval
from booking.domain.reasons import Code
from booking.domain.schedules import DayPlan, Schedule, WorkingTime, working_time
from booking.domain.wall_clock import DAY_MIN, WallClock, day_of, minute_of, moment_of
from booking.stored_schedules import pattern_of, plan_of
from booking.tables import AccountCopy, ClosedDayRow, LocationRow
from kit.db import Tx

LONGEST_BUFFER_MIN = 240

STAFF = """
    SELECT s.id, s.name, s.location_ids, s.accepts_bookings, s.is_deleted, c.pattern,
           array(SELECT o.service_id FROM staff_member_service o
                 WHERE o.account_id = s.account_id AND o.staff_member_id = s.id) AS service_ids
    FROM staff_member s
    LEFT JOIN schedule c ON c.account_id = s.account_id AND c.staff_member_id = s.id
    WHERE s.account_id = :account_id AND {which}
    ORDER BY s.name, s.id
"""
EVERYBODY = text(STAFF.format(which="NOT s.is_deleted"))
NAMED_OR_OFFERING = text(
    STAFF.format(
        which="""(s.id = ANY(:named) OR NOT s.is_deleted AND EXISTS (
            SELECT FROM staff_member_service o
            WHERE o.account_id = s.account_id AND o.staff_member_id = s.id AND o.service_id = ANY(:services)))"""
    )
)

# Everything that fills or changes the days, in one question: each answer costs more than what it carries, so busy
# times come person by person as lists.
FACTS = text(
    """
    SELECT 'busy' AS kind, staff_member_id AS owner_id, array_agg(during_from) AS during_from,
           array_agg(during_to) AS during_to, array_agg(since) AS since, array_agg(until) AS until,
           array_agg(is_held) AS is_held, array_agg(service_id) AS service_ids,
           NULL::date AS day, NULL::jsonb AS plan, NULL::int AS needed, NULL::int AS units
    FROM (
        SELECT staff_member_id, (date_part('epoch', lower(during)) / 60)::bigint AS during_from,
               (date_part('epoch', upper(during)) / 60)::bigint AS during_to,
               (date_part('epoch', starts_at) / 60)::bigint AS since,
               (date_part('epoch', ends_at) / 60)::bigint AS until, hold_id IS NOT NULL AS is_held, service_id
        FROM busy_time
        WHERE account_id = :account_id AND staff_member_id = ANY(:people) AND during && tstzrange(:since, :until)
          AND (hold_expires_at IS NULL OR hold_expires_at > :now)
          AND (booking_id IS NULL OR booking_id IS DISTINCT FROM :ignoring)
        ORDER BY staff_member_id, during
    ) AS taken
    GROUP BY staff_member_id
    UNION ALL
    SELECT 'time_off', staff_member_id, NULL, NULL, array[(date_part('epoch', starts_at) / 60)::bigint],
           array[(date_part('epoch', ends_at) / 60)::bigint], NULL, NULL, NULL, NULL, NULL, NULL
    FROM time_off
    WHERE account_id = :account_id AND staff_member_id = ANY(:people) AND deleted_at IS NULL
      AND ends_at > :since AND starts_at < :until
    UNION ALL
    SELECT 'exception', staff_member_id, NULL, NULL, NULL, NULL, NULL, NULL, day, plan, NULL, NULL
    FROM schedule_exception
    WHERE account_id = :account_id AND staff_member_id = ANY(:people) AND day BETWEEN :first AND :last
    UNION ALL
    SELECT 'expired', hold_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM busy_time
    WHERE account_id = :account_id AND staff_member_id = ANY(:people) AND during && tstzrange(:since, :until)
      AND hold_expires_at <= :now
    UNION ALL
    SELECT 'need', r.id, NULL, NULL, NULL, NULL, NULL, array[n.service_id], NULL, to_jsonb(r.name), n.units, r.units
    FROM service_resource n JOIN resource r ON r.account_id = n.account_id AND r.id = n.resource_id
    WHERE n.account_id = :account_id AND n.service_id = ANY(:services) AND NOT r.is_deleted
      AND (r.location_id IS NULL OR r.location_id = :location_id)
    UNION ALL
    SELECT 'unit', resource_id, array_agg((date_part('epoch', lower(during)) / 60)::bigint),
           array_agg((date_part('epoch', upper(during)) / 60)::bigint), NULL, NULL, NULL, NULL, NULL, NULL, unit, NULL
    FROM resource_time
    WHERE account_id = :account_id AND during && tstzrange(:since, :until)
      AND resource_id IN (SELECT resource_id FROM service_resource
                          WHERE account_id = :account_id AND service_id = ANY(:services))
      AND (hold_expires_at IS NULL OR hold_expires_at > :now)
      AND (booking_id IS NULL OR booking_id IS DISTINCT FROM :ignoring)
    GROUP BY resource_id, unit
    UNION ALL
    SELECT 'expired', hold_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM resource_time
    WHERE account_id = :account_id AND during && tstzrange(:since, :until) AND hold_expires_at <= :now
      AND resource_id IN (SELECT resource_id FROM service_resource
                          WHERE account_id = :account_id AND service_id = ANY(:services))
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
    needs: dict[UUID, list[Need]]
    resources: dict[UUID, Resource]
    resource_names: dict[UUID, str]

    def work_at(self, person_id: UUID, location_id: UUID) -> bool:
        """Whether the person serves in that location."""
        here = self.location_ids[person_id]
        return here is None or location_id in here


@dataclass(frozen=True)
class WantedPart:
    """One service of a visit and the one person wanted for it, or anybody."""

    service: Service
    person_id: UUID | None
    seats: int = 1


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
    services = list(service_ids)
    if everybody:
        found = (await tx.execute(EVERYBODY, {"account_id": account_id})).all()
    else:
        named = {"account_id": account_id, "named": list(ids), "services": services}
        found = (await tx.execute(NAMED_OR_OFFERING, named)).all()
    first, last = days.first - timedelta(days=1), days.last + timedelta(days=1 + -(-longest_min // DAY_MIN))
    facts = await _facts(
        tx,
        days.clock,
        (first, last),
        account_id=account_id,
        people=[row.id for row in found],
        services=services,
        location_id=location_id,
        now=now,
        ignoring=ignoring_booking,
    )
    by_id: dict[UUID, Person] = {}
    for row in found:
        working: WorkingTime | None = None
        if row.pattern is not None:
            schedule = Schedule(pattern_of(row.pattern), facts.exceptions[row.id])
            is_here = location_id is None or row.location_ids is None or location_id in row.location_ids
            working = working_time(schedule, days.clock, first, last, location_id) if is_here else WorkingTime()
        by_id[row.id] = Person(
            id=row.id,
            service_ids=frozenset(row.service_ids),
            working=working,
            busy=tuple(facts.busy[row.id]),
            time_off=tuple(facts.time_off[row.id]),
            accepts_bookings=row.accepts_bookings,
            is_deleted=row.is_deleted,
        )
    return People(
        by_id,
        {row.id: row.name for row in found},
        {row.id: row.location_ids for row in found},
        facts.expired_holds,
        facts.needs,
        facts.resources,
        facts.resource_names,
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
    client_full: tuple[Interval, ...] = (),
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
    parts = tuple(
        Part(
            replace(part.service, needs=tuple(people.needs.get(part.service.id, ()))),
            _possible(part, people, location.id),
            part.seats,
        )
        for part in wanted
    )
    rules = replace(terms(account, days.clock, now, is_public=is_public), client_full=client_full)
    return Question(parts, rules, tuple(closed), people.resources), people


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


@dataclass
class _Facts:
    """What fills or changes the days, person by person."""

    busy: dict[UUID, list[Busy]] = field(default_factory=lambda: defaultdict(list))
    time_off: dict[UUID, list[Interval]] = field(default_factory=lambda: defaultdict(list))
    exceptions: dict[UUID, dict[date, DayPlan]] = field(default_factory=lambda: defaultdict(dict))
    expired_holds: set[UUID] = field(default_factory=set)
    needs: dict[UUID, list[Need]] = field(default_factory=lambda: defaultdict(list))
    units: dict[UUID, int] = field(default_factory=dict)
    resource_names: dict[UUID, str] = field(default_factory=dict)
    unit_times: dict[UUID, list[tuple[Interval, ...]]] = field(default_factory=lambda: defaultdict(list))

    @property
    def resources(self) -> dict[UUID, Resource]:
        """Rooms and devices that the services need, with the times at which their units are taken."""
        return {
            resource_id: Resource(resource_id, units, tuple(self.unit_times[resource_id]))
            for resource_id, units in self.units.items()
        }


async def _facts(tx: Tx, clock: WallClock, days: tuple[date, date], **asked: Any) -> _Facts:
    window = clock.start_of(days[0]) - LONGEST_BUFFER_MIN, clock.end_of(days[1]) + LONGEST_BUFFER_MIN
    asked |= {"since": moment_of(window[0]), "until": moment_of(window[1]), "first": days[0], "last": days[1]}
    facts = _Facts()
    unit_rows: list[Any] = []
    for row in await tx.execute(FACTS, asked):
        who = row.owner_id
        match row.kind:
            case "busy":
                facts.busy[who] = _busy(row)
            case "time_off":
                facts.time_off[who].append((row.since[0], row.until[0]))
            case "exception":
                facts.exceptions[who][row.day] = plan_of(row.plan)
            case "expired":
                facts.expired_holds.add(who)
            case "need":
                facts.needs[row.service_ids[0]].append(Need(who, row.needed))
                facts.units[who], facts.resource_names[who] = row.units, row.plan
            case "unit":
                unit_rows.append(row)
    for row in unit_rows:
        if row.needed <= facts.units.get(row.owner_id, 0):  # units that were given up count no more
            facts.unit_times[row.owner_id].append(tuple(zip(row.during_from, row.during_to, strict=True)))
    return facts


def _busy(row: Any) -> list[Busy]:
    """The busy times of one person in order; the seats of a group become one."""
    columns = (row.during_from, row.during_to, row.since, row.until, row.is_held, row.service_ids)
    if not any(row.service_ids):
        return list(map(Busy._make, zip(*columns, repeat(1))))
    found: dict[object, Busy] = {}
    for number, one in enumerate(Busy(*each) for each in zip(*columns, strict=True)):
        key = number if one.service_id is None else (one.service_id, one.service_start)
        same = found.get(key)
        found[key] = (
            Busy(
                min(same.start, one.start),
                max(same.end, one.end),
                one.service_start,
                max(same.service_end, one.service_end),
                same.is_held and one.is_held,
                one.service_id,
                same.seats + 1,
            )
            if same
            else one
        )
    return sorted(found.values())
