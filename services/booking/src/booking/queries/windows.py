"""What the calculator needs to know about some days of one location, and nothing older or later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from booking.domain.availability import BusyTimes, Closed, Need, Part, Person, Question, Resource, Service, Terms
from booking.domain.intervals import Interval
from booking.domain.schedules import Schedule, WorkingTime, working_time
from booking.domain.wall_clock import DAY_MIN, WallClock, clock_of, day_of, minute_of, moment_of
from booking.stored_schedules import usual_time, written_pattern
from booking.tables import AccountCopy, LocationRow
from kit.db import Tx

from .facts import LONGEST_BUFFER_MIN, read_facts

STAFF = """
    SELECT s.id, s.name, s.location_ids, s.accepts_bookings, s.is_deleted, c.pattern::text AS pattern,
           array(SELECT o.service_id FROM staff_member_service o
                 WHERE o.account_id = s.account_id AND o.staff_member_id = s.id) AS service_ids
    FROM staff_member s
    LEFT JOIN schedule c ON c.account_id = s.account_id AND c.staff_member_id = s.id
    WHERE s.account_id = :account_id AND {which}
    ORDER BY s.name, s.id
"""
FREE = BusyTimes()
EVERYBODY = text(STAFF.format(which="NOT s.is_deleted"))
NAMED_OR_OFFERING = text(
    STAFF.format(
        which="""(s.id = ANY(:named) OR NOT s.is_deleted AND EXISTS (
            SELECT FROM staff_member_service o
            WHERE o.account_id = s.account_id AND o.staff_member_id = s.id AND o.service_id = ANY(:services)))"""
    )
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
        clock = clock_of(zone)
        day = day_of(minute_of(moment), clock.zone)
        return cls(clock, day - timedelta(days=before), day + timedelta(days=after))


@dataclass
class People:
    """Staff members with their time on given days."""

    by_id: dict[UUID, Person]
    names: dict[UUID, str]
    location_ids: dict[UUID, list[UUID] | None]
    closed: list[Closed]
    """Closed days and holidays of the location; without one, those of the whole account."""
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
    facts = await read_facts(
        tx,
        days.clock,
        (first, last),
        account_id=account_id,
        people=[row.id for row in found],
        services=services,
        location_id=location_id,
        now=now,
        ignoring_booking=ignoring_booking,
    )
    by_id: dict[UUID, Person] = {}
    for row in found:
        working: WorkingTime | None = None
        if row.pattern is not None:
            is_here = location_id is None or row.location_ids is None or location_id in row.location_ids
            exceptions = facts.exceptions.get(row.id)
            if not is_here:
                working = WorkingTime()
            elif exceptions:
                schedule = Schedule(written_pattern(row.pattern), exceptions)
                working = working_time(schedule, days.clock, first, last, location_id)
            else:
                working = usual_time(row.pattern, days.clock.zone.key, first, last, location_id)
        by_id[row.id] = Person(
            id=row.id,
            service_ids=frozenset(row.service_ids),
            working=working,
            busy=facts.busy.get(row.id, FREE),
            time_off=tuple(facts.time_off.get(row.id, ())),
            accepts_bookings=row.accepts_bookings,
            is_deleted=row.is_deleted,
        )
    return People(
        by_id,
        {row.id: row.name for row in found},
        {row.id: row.location_ids for row in found},
        facts.closed,
        facts.expired_holds,
        facts.needs,
        facts.resources,
        facts.resource_names,
    )


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
    parts = tuple(
        Part(
            replace(part.service, needs=tuple(people.needs.get(part.service.id, ()))),
            _possible(part, people, location.id),
            part.seats,
        )
        for part in wanted
    )
    rules = replace(terms(account, days.clock, now, is_public=is_public), client_full=client_full)
    return Question(parts, rules, tuple(people.closed), people.resources), people


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
