"""Why a start, or a whole day, is offered or not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from booking import words
from booking.domain.availability import Reason as Against
from booking.domain.day_reasons import day_reasons
from booking.domain.reasons import Code
from booking.domain.wall_clock import clock_of, minute_of
from booking.tables import AccountCopy
from contracts.http.booking import DayExplanationAnswer, ExplanationAnswer, Reason, StaffDayReasons
from kit.db import Tx
from kit.errors import InvalidInput

from .client_limits import client_full
from .place import Place
from .places import locations_searched, parts_wanted, services_named
from .slots import Search
from .windows import Days, ask


async def explained(tx: Tx, search: Search, at: datetime, now: datetime) -> ExplanationAnswer:
    """Everything that stands against a start; nothing exactly when it is offered in some location."""
    places = await _places(tx, search, now)
    start = minute_of(at)
    reasons: list[Reason] = []
    for place in places:
        against = place.question.reasons(start)
        if not against:
            return ExplanationAnswer(offered=True, at=at, reasons=[])
        reasons.extend(place.reason(search.account, one) for one in against)
    return ExplanationAnswer(offered=False, at=at, reasons=reasons or [_no_location(search)])


async def explained_day(tx: Tx, search: Search, now: datetime) -> list[DayExplanationAnswer]:
    """One day, person by person, in every location that offers the services."""
    return [_day(search.account, place, search.first) for place in await _places(tx, search, now)]


def _day(account: AccountCopy, place: Place, day: date) -> DayExplanationAnswer:
    people = {person.id: person for part in place.question.parts for person in part.people}
    staff: list[StaffDayReasons] = []
    for person in people.values():
        offered, against = day_reasons(place.question, person, place.days.window)
        staff.append(
            StaffDayReasons(
                staff_member_id=person.id,
                staff_member_name=place.people.names[person.id],
                offered_starts=offered,
                reasons=[place.reason(account, Against(code, 0, person.id)) for code, _ in against.most_common()],
            )
        )
    return DayExplanationAnswer(
        date=day,
        location_id=place.location.id,
        offered_starts=len(place.question.offers(place.days.window)),
        staff=staff,
    )


async def _places(tx: Tx, search: Search, now: datetime) -> Sequence[Place]:
    account_id = search.account.account_id
    services = await services_named(tx, account_id, [item.service_id for item in search.items], "query/service_ids")
    parts = parts_wanted(search.items, services, "query/seats")
    places: list[Place] = []
    for location in await locations_searched(tx, account_id, search.location_id, services, search.scope):
        days = Days(clock_of(location.time_zone), search.first, search.last)
        full = await client_full(tx, search.account, search.booker, days.clock, now)
        question, people = await ask(
            tx, search.account, location, parts, days, now, is_public=search.is_public, client_full=full
        )
        if search.staff_member_ids - people.by_id.keys():
            raise InvalidInput.of("query/staff_member_id", "unknown_staff_member")
        places.append(Place(location, days, question, people, services))
    return places


def _no_location(search: Search) -> Reason:
    return words.reason(Code.NO_LOCATION, is_public=search.is_public, params={})
