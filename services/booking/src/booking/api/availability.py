"""When a visit can begin, and why not: for the public and for staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from booking.queries.accounts import tx_at
from booking.queries.client_limits import Booker
from booking.queries.explanations import explained, explained_day
from booking.queries.slots import Offered, Search, offered_starts
from booking.tables import AccountCopy
from contracts.http.booking import (
    AvailabilityAnswer,
    DayExplanationAnswer,
    ExplanationAnswer,
    WantedItem,
)
from contracts.http.catalogue import Day, Moment
from contracts.permissions import Permission
from kit.access import Caller
from kit.edge import DbDep, MemberDep, OptionalCallerDep
from kit.errors import InvalidInput

from .edge import AccountDep, NowDep, Vanity, wait_for_staff
from .written_slots import written_slots

router = APIRouter(prefix="/api/v1", tags=["availability"])

LONGEST_RANGE_DAYS = 62
MOST_SERVICES = 10
ANYBODY = ("", "any")


async def _wanted(
    service_ids: Annotated[str, Query(max_length=400, description="Comma separated, in the order of the visit.")],
    staff_member_id: Annotated[
        UUID | None, Query(description="One person for all services; none: whoever can.")
    ] = None,
    staff_member_ids: Annotated[
        str | None,
        Query(max_length=400, description="Comma separated, one per service; `any` or nothing: whoever can."),
    ] = None,
    seats: Annotated[int, Query(ge=1, le=100, description="How many places of a group.")] = 1,
) -> tuple[WantedItem, ...]:
    services = [_uuid(part, "query/service_ids") for part in service_ids.split(",")]
    if len(services) > MOST_SERVICES:
        raise InvalidInput.of("query/service_ids", "too_long", max=MOST_SERVICES)
    people: list[UUID | None] = [staff_member_id] * len(services)
    if staff_member_ids is not None:
        written = [part.strip() for part in staff_member_ids.split(",")]
        if len(written) != len(services) or staff_member_id is not None:
            raise InvalidInput.of("query/staff_member_ids", "one_per_service")
        people = [None if part in ANYBODY else _uuid(part, "query/staff_member_ids") for part in written]
    return tuple(
        WantedItem(service_id=service, staff_member_id=person, seats=seats)
        for service, person in zip(services, people, strict=True)
    )


WantedDep = Annotated[tuple[WantedItem, ...], Depends(_wanted)]
From = Annotated[Day, Query(alias="from")]
To = Annotated[Day, Query(alias="to", description="Inclusive, at most 62 days after `from`.")]
At = Annotated[Moment, Query(description="The start in question.")]


@router.get("/public/{vanity}/availability", operation_id="public_availability", response_model=AvailabilityAnswer)
async def public_availability(
    vanity: Vanity,
    db: DbDep,
    now: NowDep,
    caller: OptionalCallerDep,
    items: WantedDep,
    first: From,
    last: To,
    location_id: UUID | None = None,
) -> Response:
    """What a client can book; for somebody signed in, limits per client count."""
    async with tx_at(db, vanity) as (tx, account):
        _require_range(first, last)
        search = Search(account, items, location_id, first, last, is_public=True, booker=_booker(caller))
        offered = await offered_starts(tx, search, now)
    return _written(search, offered)


@router.get("/accounts/{account_id}/availability", operation_id="staff_availability", response_model=AvailabilityAnswer)
async def staff_availability(
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    now: NowDep,
    items: WantedDep,
    first: From,
    last: To,
    location_id: UUID | None = None,
) -> Response:
    """What staff can book without breaking a rule: also hours and services that are not on the site."""
    member.require(Permission.BOOKING_VIEW, location_id=location_id)
    _require_range(first, last)
    await wait_for_staff(db, account.account_id, [item.staff_member_id for item in items if item.staff_member_id])
    search = Search(account, items, location_id, first, last, is_public=False, scope=member.location_ids)
    async with db.tx(account.account_id) as tx:
        offered = await offered_starts(tx, search, now)
    return _written(search, offered)


@router.get("/public/{vanity}/availability/explain", operation_id="public_explanation")
async def public_explanation(
    vanity: Vanity,
    db: DbDep,
    now: NowDep,
    caller: OptionalCallerDep,
    items: WantedDep,
    at: At,
    location_id: UUID | None = None,
) -> ExplanationAnswer:
    """Why a start is not offered, in words that tell nothing about other people."""
    async with tx_at(db, vanity) as (tx, account):
        search = replace(_around(account, items, location_id, at, is_public=True), booker=_booker(caller))
        return await explained(tx, search, at, now)


@router.get("/public/{vanity}/availability/explain-day", operation_id="public_day_explanation")
async def public_day_explanation(
    vanity: Vanity,
    db: DbDep,
    now: NowDep,
    caller: OptionalCallerDep,
    items: WantedDep,
    day: Annotated[Day, Query(alias="date")],
    location_id: UUID | None = None,
) -> list[DayExplanationAnswer]:
    """Why a whole day has no start, person by person, in words that tell nothing about other people."""
    async with tx_at(db, vanity) as (tx, account):
        search = Search(account, items, location_id, day, day, is_public=True, booker=_booker(caller))
        return await explained_day(tx, search, now)


@router.get("/accounts/{account_id}/availability/explain", operation_id="staff_explanation")
async def staff_explanation(
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    now: NowDep,
    items: WantedDep,
    at: At,
    location_id: UUID | None = None,
) -> ExplanationAnswer:
    """Why a start is not offered to staff, person by person."""
    member.require(Permission.BOOKING_VIEW, location_id=location_id)
    search = _around(account, items, location_id, at, is_public=False, scope=member.location_ids)
    async with db.tx(account.account_id) as tx:
        return await explained(tx, search, at, now)


@router.get("/accounts/{account_id}/availability/explain-day", operation_id="day_explanation")
async def day_explanation(
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    now: NowDep,
    items: WantedDep,
    day: Annotated[Day, Query(alias="date")],
    location_id: UUID | None = None,
    as_client: Annotated[bool, Query(description="As the site would see it.")] = True,
) -> list[DayExplanationAnswer]:
    """Why the site offers nothing, or little, on a day: each person with what stands against them."""
    member.require(Permission.BOOKING_VIEW, location_id=location_id)
    search = Search(account, items, location_id, day, day, is_public=as_client, scope=member.location_ids)
    async with db.tx(account.account_id) as tx:
        return await explained_day(tx, search, now)


def _written(search: Search, offered: Sequence[Offered]) -> Response:
    answer = written_slots(search.account.time_zone, search.first, search.last, offered)
    return Response(answer, media_type="application/json")


def _around(
    account: AccountCopy,
    items: tuple[WantedItem, ...],
    location_id: UUID | None,
    at: datetime,
    *,
    is_public: bool,
    scope: frozenset[UUID] | None = None,
) -> Search:
    """The day of a moment, whatever the zone: a day on each side is looked at as well."""
    day = at.astimezone(UTC).date()
    return Search(account, items, location_id, day, day, is_public=is_public, scope=scope)


def _booker(caller: Caller | None) -> Booker | None:
    return Booker(caller.user_id, caller.phone_e164) if caller else None


def _require_range(first: date, last: date) -> None:
    if last < first:
        raise InvalidInput.of("query/to", "from_before_to")
    if (last - first).days >= LONGEST_RANGE_DAYS:
        raise InvalidInput.of("query/to", "range_days", max=LONGEST_RANGE_DAYS)


def _uuid(written: str, pointer: str) -> UUID:
    try:
        return UUID(written.strip())
    except ValueError:
        raise InvalidInput.of(pointer, "uuid") from None
