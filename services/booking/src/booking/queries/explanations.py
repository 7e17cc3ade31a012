"""Why a start, or a whole day, is offered or not."""

from __future__ import annotations

from datetime import date, datetime

from booking import words
from booking.domain.availability import Reason as Against
from booking.domain.day_reasons import day_reasons
from booking.domain.reasons import Code
from booking.domain.wall_clock import minute_of
from booking.tables import AccountCopy
from contracts.http.booking import DayExplanationAnswer, ExplanationAnswer, Reason, StaffDayReasons
from kit.db import Tx

from .place import Place
from .slots import Search, places_of


async def explained(tx: Tx, search: Search, at: datetime, now: datetime) -> ExplanationAnswer:
    """Everything that stands against a start; nothing exactly when it is offered in some location."""
    places = await places_of(tx, search, now)
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
    return [_day(search.account, place, search.first) for place in await places_of(tx, search, now)]


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


def _no_location(search: Search) -> Reason:
    return words.reason(Code.NO_LOCATION, is_public=search.is_public, params={})
