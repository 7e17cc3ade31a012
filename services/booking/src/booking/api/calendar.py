"""The calendar of a day or a week: a column for each person."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from booking.queries.calendar import calendar_of
from contracts.http.booking import CalendarAnswer, CalendarColumn
from contracts.http.catalogue import Day
from contracts.permissions import Permission
from kit.edge import DbDep, MemberDep
from kit.errors import InvalidInput

from .answers import Eyes, booking_answer
from .edge import AccountDep, NowDep

router = APIRouter(prefix="/api/v1/accounts/{account_id}", tags=["bookings"])

LONGEST_RANGE_DAYS = 31


@router.get("/calendar", operation_id="calendar")
async def calendar(
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    now: NowDep,
    first: Annotated[Day, Query(alias="from")],
    last: Annotated[Day, Query(alias="to", description="Inclusive, at most 31 days after `from`.")],
    location_id: UUID | None = None,
) -> CalendarAnswer:
    """Everybody who accepts bookings, with working time, free time and bookings; without a location, all of them."""
    member.require(Permission.BOOKING_VIEW, location_id=location_id)
    if last < first:
        raise InvalidInput.of("query/to", "from_before_to")
    if (last - first).days >= LONGEST_RANGE_DAYS:
        raise InvalidInput.of("query/to", "range_days", max=LONGEST_RANGE_DAYS)
    async with db.tx(account.account_id) as tx:
        zone, columns = await calendar_of(tx, account, (first, last), location_id, member.location_ids, now)
    eyes = Eyes.of(member)
    return CalendarAnswer(
        location_id=location_id,
        time_zone=zone,
        columns=[
            CalendarColumn(
                staff_member_id=column.staff_member_id,
                staff_member_name=column.name,
                working=column.working,
                free=column.free,
                time_off=column.time_off,
                bookings=[booking_answer(visit, eyes) for visit in column.visits],
            )
            for column in columns
        ],
    )
