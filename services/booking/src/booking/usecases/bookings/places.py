"""Where and with whom a wished visit fits, and the refusal when it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from booking import words
from booking.domain.availability import Reason as Against
from booking.domain.availability import Service
from booking.domain.reasons import RIVALRY, SOFT, Code
from booking.domain.wall_clock import minute_of, moment_of
from booking.errors import SlotNotOffered, SlotTaken
from booking.queries.client_limits import Booker, client_full
from booking.queries.place import Place
from booking.queries.places import candidate_locations, parts_wanted, services_named
from booking.queries.windows import Days, ask
from booking.tables import AccountCopy
from contracts.http.booking import WantedItem
from kit.db import Tx
from kit.errors import InvalidInput, Problem

ALTERNATIVES = 3
LOOK_BACK_DAYS, LOOK_AHEAD_DAYS = 1, 7
"""How far from the wished day the alternatives are looked for."""


@dataclass(frozen=True)
class Wish:
    """A visit that somebody wants to have. With `override` soft rules do not stand against it."""

    account: AccountCopy
    items: tuple[WantedItem, ...]
    starts_at: datetime
    location_id: UUID | None
    is_public: bool
    override: bool = False
    beyond_window: bool = False
    """The booking window is for clients: a series that staff writes down may reach past it."""
    ignoring_booking: UUID | None = None
    scope: frozenset[UUID] | None = None
    """The locations in which the caller may act; none: all."""
    booker: Booker | None = None
    """The client, when it is them who book: limits per client then count."""
    own_services: tuple[Service, ...] | None = None
    """Length and buffers as they were booked; none: as the catalogue says today."""

    @property
    def forgiving(self) -> frozenset[Code]:
        """The reasons that do not count."""
        if self.override:
            return SOFT
        return frozenset({Code.BOOKING_WINDOW}) if self.beyond_window else frozenset()

    @property
    def start(self) -> int:
        """The minute at which the visit is to begin."""
        return minute_of(self.starts_at)


async def find_place(tx: Tx, wish: Wish, now: datetime) -> Place:
    """The location in which the wish comes true; raises the refusal of the first one where none does."""
    account_id = wish.account.account_id
    services = await services_named(
        tx, account_id, [item.service_id for item in wish.items], "/service_ids", with_deleted=bool(wish.own_services)
    )
    parts = parts_wanted(wish.items, services, "/seats")
    if wish.own_services is not None:
        parts = [
            replace(part, service=replace(own, is_online=part.service.is_online, capacity=part.service.capacity))
            for part, own in zip(parts, wish.own_services, strict=True)
        ]
    first: Place | None = None
    for location in await candidate_locations(tx, wish.account.account_id, wish.location_id, services, wish.scope):
        days = Days.around(location.time_zone, wish.starts_at, before=LOOK_BACK_DAYS, after=LOOK_AHEAD_DAYS)
        full = await client_full(tx, wish.account, wish.booker, days.clock, now, ignoring_booking=wish.ignoring_booking)
        question, people = await ask(
            tx,
            wish.account,
            location,
            parts,
            days,
            now,
            is_public=wish.is_public,
            ignoring_booking=wish.ignoring_booking,
            client_full=full,
        )
        if any(item.staff_member_id and item.staff_member_id not in people.by_id for item in wish.items):
            raise InvalidInput.of("/staff_member_id", "unknown_staff_member")
        place = Place(location, days, question, people, services)
        if is_possible(place, wish):
            return place
        first = first or place
    raise refusal(first, wish) if first else no_location(wish)


def is_possible(place: Place, wish: Wish) -> bool:
    """Whether nothing that counts stands against the wish here."""
    if not wish.forgiving:
        return not place.question.reasons(wish.start)
    general = {reason.code for reason in place.question.reasons(wish.start) if reason.person_id is None}
    return general <= wish.forgiving and all(place.question.fitting(wish.start, forgiving=wish.forgiving))


def refusal(place: Place, wish: Wish) -> Problem:
    """Taken by a rival, or against a rule: each with the nearest starts that are offered."""
    reasons = [reason for reason in place.question.reasons(wish.start) if reason.code not in wish.forgiving]
    alternatives = nearest(place, wish.start)
    if reasons and _is_rivalry(reasons):
        return SlotTaken(alternatives)
    overridable = all(place.question.fitting(wish.start, forgiving=SOFT)) and all(
        reason.code in SOFT for reason in reasons if reason.person_id is None
    )
    said = [place.reason(wish.account, reason).model_dump(mode="json") for reason in reasons]
    return SlotNotOffered(said, overridable, alternatives)


def no_location(wish: Wish) -> SlotNotOffered:
    """The account has no location that offers what is wished."""
    reason = words.reason(Code.NO_LOCATION, is_public=wish.is_public, params={})
    return SlotNotOffered([reason.model_dump(mode="json")], overridable=False)


def nearest(place: Place, start: int) -> list[dict[str, Any]]:
    """The offered starts nearest to one that could not be had."""
    offers = place.question.offers(place.days.window)
    near = sorted((other for other in offers if other != start), key=lambda other: (abs(other - start), other))
    return [
        {
            "starts_at": moment_of(other, place.days.clock.zone).isoformat(),
            "location_id": str(place.location.id),
            "staff_member_ids": [str(person_id) for person_id in offers[other]],
        }
        for other in sorted(near[:ALTERNATIVES])
    ]


def _is_rivalry(reasons: Sequence[Against]) -> bool:
    """Whether in every part that fails there is somebody who would do it, were the time not gone."""
    if any(reason.person_id is None and reason.code not in RIVALRY for reason in reasons):
        return False
    by_person: dict[tuple[int | None, UUID | None], set[Code]] = {}
    for reason in reasons:
        by_person.setdefault((reason.part, reason.person_id), set()).add(reason.code)
    failing = {part for part, _ in by_person}
    return all(any(codes <= RIVALRY for (part, _), codes in by_person.items() if part == one) for one in failing)
