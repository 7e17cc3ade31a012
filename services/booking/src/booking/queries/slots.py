"""Offered starts, location by location."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from booking.domain.wall_clock import WallClock, clock_of
from booking.tables import AccountCopy
from contracts.http.booking import WantedItem
from kit.db import Tx
from kit.errors import InvalidInput

from .client_limits import Booker, client_full
from .place import Place
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


@dataclass(frozen=True)
class Offered:
    """What one location offers: every start in order."""

    location_id: UUID
    clock: WallClock
    people: Sequence[UUID]
    starts: Mapping[int, int]
    """With a bit for each of `people` who can do the whole visit alone."""


async def places_of(tx: Tx, search: Search, now: datetime) -> list[Place]:
    """Every location that offers the services, with the question asked there for the days of the search."""
    account_id = search.account.account_id
    services = await services_named(tx, account_id, [item.service_id for item in search.items], "query/service_ids")
    parts = parts_wanted(search.items, services, "query/seats")
    found: list[Place] = []
    for location in await locations_searched(tx, account_id, search.location_id, services, search.scope):
        days = Days(clock_of(location.time_zone), search.first, search.last)
        full = await client_full(tx, search.account, search.booker, days.clock, now)
        question, people = await ask(
            tx, search.account, location, parts, days, now, is_public=search.is_public, client_full=full
        )
        if search.staff_member_ids - people.by_id.keys():
            raise InvalidInput.of("query/staff_member_id", "unknown_staff_member")
        found.append(Place(location, days, question, people, services))
    return found


async def offered_starts(tx: Tx, search: Search, now: datetime) -> list[Offered]:
    """The offered starts of the days asked for, in every location that offers the services."""
    found: list[Offered] = []
    for place in await places_of(tx, search, now):
        offers = place.question.offered(place.days.window)
        found.append(Offered(place.location.id, place.days.clock, offers.people, offers.masks()))
    return found
