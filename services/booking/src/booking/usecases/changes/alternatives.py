"""Where a booking could go instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from booking.domain.assignment import Load, fairest_first
from booking.domain.availability import Service
from booking.domain.wall_clock import MINUTE, minute_of, moment_of
from booking.queries.places import services_named
from booking.queries.visits import Visit
from booking.queries.windows import Days, People, WantedPart, ask
from booking.tables import AccountCopy
from kit.db import Tx

MOST = 3
LOOK_BACK_DAYS, LOOK_AHEAD_DAYS = 3, 14


@dataclass(frozen=True)
class Alternative:
    """A free start near the old one, and who could serve then: whoever does today comes first, then the fairest."""

    starts_at: datetime
    staff_member_ids: list[UUID]


async def alternatives_of(
    tx: Tx, account: AccountCopy, visit: Visit, now: datetime, *, most: int = MOST
) -> list[Alternative]:
    """The free starts nearest to a booking's own, served by one person, in its location; by the rules in force."""
    parts = [
        WantedPart(
            Service(
                item.service_id,
                (item.ends_at - item.starts_at) // MINUTE,
                item.buffer_before_min,
                item.buffer_after_min,
                capacity=await _capacity(tx, account.account_id, item.service_id),
            ),
            None,
            item.seats,
        )
        for item in visit.items
    ]
    zone = visit.location.time_zone
    days = Days.around(zone, visit.booking.starts_at, before=LOOK_BACK_DAYS, after=LOOK_AHEAD_DAYS)
    question, people = await ask(
        tx, account, visit.location, parts, days, now, is_public=False, ignoring_booking=visit.booking.id
    )
    old = minute_of(visit.booking.starts_at)
    offers = {start: who for start, who in question.offers(days.window).items() if who}
    offers = {start: who for start, who in offers.items() if start != old or set(who) - set(visit.staff_member_ids)}
    near = sorted(offers, key=lambda start: (abs(start - old), start))[:most]
    return [
        Alternative(moment_of(start, days.clock.zone), _in_order(offers[start], visit, people, start == old))
        for start in near
    ]


def _in_order(who: Sequence[UUID], visit: Visit, people: People, is_same_time: bool) -> list[UUID]:
    loads = {
        person_id: Load(sum(busy.service_end - busy.service_start for busy in people.by_id[person_id].busy))
        for person_id in who
    }
    now_serving = set(visit.staff_member_ids)
    ordered = fairest_first([one for one in who if not (is_same_time and one in now_serving)], loads)
    return sorted(ordered, key=lambda person_id: person_id not in now_serving)


async def _capacity(tx: Tx, account_id: UUID, service_id: UUID) -> int:
    return (await services_named(tx, account_id, [service_id], "", with_deleted=True))[service_id].capacity
