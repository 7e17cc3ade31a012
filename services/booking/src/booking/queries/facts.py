"""What fills or changes the days of some people, read at once and no further back than asked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from booking.domain.calendar import Busy, BusyTimes, Closed, Need, Resource
from booking.domain.intervals import Interval
from booking.domain.reasons import Code
from booking.domain.schedules import DayPlan
from booking.domain.wall_clock import DAY_MIN, WallClock, moment_of
from booking.stored_schedules import plan_of
from kit.db import Tx

LONGEST_BUFFER_MIN = 240
LONGEST_BUFFER = timedelta(minutes=LONGEST_BUFFER_MIN)
LONGEST_TAKEN = timedelta(minutes=DAY_MIN) + 2 * LONGEST_BUFFER
"""What one service can take of a person or a room at most, buffers included."""

# Everything in one question: each answer costs more than what it carries, so busy times come person by person as
# lists. An end between two moments is what an index can find under row level security (`&&` of ranges is not
# leakproof); the ranges are then compared only where something may be.
FACTS = text(
    """
    SELECT 'busy' AS kind, staff_member_id AS owner_id,
           array_agg(during_from) FILTER (WHERE counts) AS during_from,
           array_agg(during_to) FILTER (WHERE counts) AS during_to,
           array_agg(since) FILTER (WHERE counts) AS since, array_agg(until) FILTER (WHERE counts) AS until,
           array_agg(hold_id IS NOT NULL) FILTER (WHERE counts) AS is_held,
           array_agg(service_id) FILTER (WHERE counts) AS service_ids,
           array_agg(hold_id) FILTER (WHERE NOT counts) AS expired,
           NULL::date AS day, NULL::jsonb AS plan, NULL::int AS needed, NULL::int AS units
    FROM (
        SELECT staff_member_id, (date_part('epoch', lower(during)) / 60)::bigint AS during_from,
               (date_part('epoch', upper(during)) / 60)::bigint AS during_to,
               (date_part('epoch', starts_at) / 60)::bigint AS since,
               (date_part('epoch', ends_at) / 60)::bigint AS until, hold_id, service_id,
               hold_expires_at IS NULL OR hold_expires_at > :now AS counts
        FROM busy_time
        WHERE account_id = :account_id AND staff_member_id = ANY(:people)
          AND ends_at > :ended AND ends_at < :over AND during && tstzrange(:since, :until)
          AND (booking_id IS NULL OR booking_id IS DISTINCT FROM :ignoring)
        ORDER BY staff_member_id, during
    ) AS taken
    GROUP BY staff_member_id
    UNION ALL
    SELECT 'time_off', staff_member_id, NULL, NULL, array[(date_part('epoch', starts_at) / 60)::bigint],
           array[(date_part('epoch', ends_at) / 60)::bigint], NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM time_off
    WHERE account_id = :account_id AND staff_member_id = ANY(:people) AND deleted_at IS NULL
      AND ends_at > :since AND starts_at < :until
    UNION ALL
    SELECT 'exception', staff_member_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, day, plan, NULL, NULL
    FROM schedule_exception
    WHERE account_id = :account_id AND staff_member_id = ANY(:people) AND day BETWEEN :first AND :last
    UNION ALL
    SELECT 'closed', id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, day, to_jsonb(kind), NULL, NULL
    FROM closed_day
    WHERE account_id = :account_id AND day BETWEEN :first AND :last
      AND (location_id IS NULL OR location_id = :location_id)
    UNION ALL
    SELECT 'need', r.id, NULL, NULL, NULL, NULL, NULL, array[n.service_id], NULL, NULL, to_jsonb(r.name),
           n.units, r.units
    FROM service_resource n JOIN resource r ON r.account_id = n.account_id AND r.id = n.resource_id
    WHERE n.account_id = :account_id AND n.service_id = ANY(:services) AND NOT r.is_deleted
      AND (r.location_id IS NULL OR r.location_id = :location_id)
    UNION ALL
    SELECT 'unit', resource_id,
           array_agg((date_part('epoch', lower(during)) / 60)::bigint) FILTER (WHERE counts),
           array_agg((date_part('epoch', over_at) / 60)::bigint) FILTER (WHERE counts),
           NULL, NULL, NULL, NULL, array_agg(hold_id) FILTER (WHERE NOT counts), NULL, NULL, unit, NULL
    FROM (
        SELECT resource_id, unit, during, over_at, hold_id,
               hold_expires_at IS NULL OR hold_expires_at > :now AS counts
        FROM resource_time
        WHERE account_id = :account_id
          AND over_at > :since AND over_at < :over AND during && tstzrange(:since, :until)
          AND resource_id IN (SELECT resource_id FROM service_resource
                              WHERE account_id = :account_id AND service_id = ANY(:services))
          AND (booking_id IS NULL OR booking_id IS DISTINCT FROM :ignoring)
    ) AS used
    GROUP BY resource_id, unit
    """
)


@dataclass
class Facts:
    """What fills or changes the days, person by person."""

    busy: dict[UUID, BusyTimes] = field(default_factory=dict)
    time_off: dict[UUID, list[Interval]] = field(default_factory=lambda: defaultdict(list))
    exceptions: dict[UUID, dict[date, DayPlan]] = field(default_factory=lambda: defaultdict(dict))
    closed: list[Closed] = field(default_factory=list)
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


async def read_facts(
    tx: Tx,
    clock: WallClock,
    days: tuple[date, date],
    *,
    account_id: UUID,
    people: list[UUID],
    services: list[UUID],
    location_id: UUID | None,
    now: datetime,
    ignoring_booking: UUID | None,
) -> Facts:
    """The facts of these days, both included, about these people and what these services need.

    Holds that have expired do not count; they are named.
    """
    since = moment_of(clock.start_of(days[0]) - LONGEST_BUFFER_MIN)
    until = moment_of(clock.end_of(days[1]) + LONGEST_BUFFER_MIN)
    asked = {
        "account_id": account_id,
        "people": people,
        "services": services,
        "location_id": location_id,
        "now": now,
        "ignoring": ignoring_booking,
        "since": since,
        "until": until,
        "ended": since - LONGEST_BUFFER,
        "over": until + LONGEST_TAKEN,
        "first": days[0],
        "last": days[1],
    }
    facts = Facts()
    unit_rows: list[Any] = []
    for row in await tx.execute(FACTS, asked):
        who = row.owner_id
        match row.kind:
            case "busy":
                if row.during_from:
                    facts.busy[who] = _busy(row)
                facts.expired_holds.update(row.expired or ())
            case "time_off":
                facts.time_off[who].append((row.since[0], row.until[0]))
            case "exception":
                facts.exceptions[who][row.day] = plan_of(row.plan)
            case "closed":
                code = Code.HOLIDAY if row.plan == "holiday" else Code.CLOSED_DAY
                facts.closed.append(Closed((clock.start_of(row.day), clock.end_of(row.day)), code))
            case "need":
                facts.needs[row.service_ids[0]].append(Need(who, row.needed))
                facts.units[who], facts.resource_names[who] = row.units, row.plan
            case "unit":
                facts.expired_holds.update(row.expired or ())
                unit_rows.append(row)
    for row in unit_rows:
        if row.during_from and row.needed <= facts.units.get(row.owner_id, 0):  # units given up count no more
            facts.unit_times[row.owner_id].append(tuple(zip(row.during_from, row.during_to, strict=True)))
    return facts


def _busy(row: Any) -> BusyTimes:
    """The busy times of one person; the seats of a group become one."""
    columns = (row.during_from, row.during_to, row.since, row.until, row.is_held, row.service_ids)
    if not any(row.service_ids):
        return BusyTimes(*columns, seats=[1] * len(row.since))
    found: dict[object, Busy] = {}
    for number, one in enumerate(map(Busy, *columns)):
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
    return BusyTimes.of(sorted(found.values()))
