"""Offered starts, day by day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from booking.domain.schedules import days_between
from booking.domain.wall_clock import WallClock, moment_of
from booking.tables import AccountCopy
from contracts.http.booking import WantedItem
from kit.db import Tx
from kit.errors import InvalidInput

from .client_limits import Booker, client_full
from .places import locations_searched, parts_wanted, services_named
from .windows import Days, ask


@dataclass(frozen=True)
class Search:
    """What somebody looks for, on which days, and with which eyes."""

    account: AccountCopy
    items: tuple[WantedItem, ...]
    location_id: UUID | None
    first: date
    last: date
    is_public: bool
    scope: frozenset[UUID] | None = None
    booker: Booker | None = None
    """Who asks, where that is known: limits per client then count."""

    @property
    def staff_member_ids(self) -> set[UUID]:
        """The people asked for by name."""
        return {item.staff_member_id for item in self.items if item.staff_member_id}


async def offered_days(tx: Tx, search: Search, now: datetime) -> list[dict[str, object]]:
    """Every day asked for with its starts, in every location that offers the services, ready for JSON.

    A month of ten people is ten thousand ids: they are written out as they are, without a model for each.
    """
    account_id = search.account.account_id
    services = await services_named(tx, account_id, [item.service_id for item in search.items], "query/service_ids")
    parts = parts_wanted(search.items, services, "query/seats")
    by_day: dict[date, list[tuple[int, dict[str, object]]]] = defaultdict(list)
    for location in await locations_searched(tx, account_id, search.location_id, services, search.scope):
        days = Days(WallClock(ZoneInfo(location.time_zone)), search.first, search.last)
        full = await client_full(tx, search.account, search.booker, days.clock, now)
        question, people = await ask(
            tx, search.account, location, parts, days, now, is_public=search.is_public, client_full=full
        )
        if search.staff_member_ids - people.by_id.keys():
            raise InvalidInput.of("query/staff_member_id", "unknown_staff_member")
        names = {person_id: str(person_id) for person_id in people.by_id}
        for start, who in question.offers(days.window).items():
            moment = moment_of(start, days.clock.zone)
            slot: dict[str, object] = {
                "starts_at": moment.isoformat(),
                "location_id": str(location.id),
                "staff_member_ids": [names[person_id] for person_id in who],
            }
            by_day[moment.date()].append((start, slot))
    return [
        {"date": day.isoformat(), "slots": _in_order(by_day[day])} for day in days_between(search.first, search.last)
    ]


def _in_order(slots: list[tuple[int, dict[str, object]]]) -> list[dict[str, object]]:
    """By moment (not by its text: on the night of the clock change 03:30 comes twice)."""
    return [slot for _, slot in sorted(slots, key=lambda pair: pair[0])]
