"""Holidays of the account's country: a proposal that somebody confirms, year by year."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from booking.queries.holidays import holiday_list
from booking.usecases.changes.carry_out import carry_out
from contracts.http.changes import HolidayList, HolidaysBody
from kit import context
from kit.edge import DbDep, MemberDep

from .changes import DecisionDep, desk_of, holidays_chosen
from .edge import AccountDep, NowDep, TurnsDep, require_everywhere

router = APIRouter(prefix="/api/v1/accounts/{account_id}/holidays/{year}", tags=["schedules"])

Year = Annotated[int, Path(ge=2000, le=2099)]


@router.get("", operation_id="list_holidays")
async def get_holidays(year: Year, member: MemberDep, account: AccountDep, db: DbDep) -> HolidayList:
    """The country's holidays with the account's choice; a proposal until the year was confirmed."""
    async with db.tx(member.account_id) as tx:
        return await holiday_list(tx, account, year, context.current().language)


@router.put("", operation_id="choose_holidays")
async def put_holidays(
    year: Year,
    body: HolidaysBody,
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    now: NowDep,
    decision: DecisionDep,
    turns: TurnsDep,
) -> HolidayList:
    """Close on exactly these; bookings on those days stand in the way unless it is said what becomes of them."""

    async def put() -> HolidayList:
        async with db.tx(account.account_id) as tx:
            await require_everywhere(tx, member, None)
            by = member.caller.user_id
            await carry_out(
                tx,
                desk_of(account, member),
                lambda: holidays_chosen(tx, account, year, set(body.dates), by, now),
                decision,
                now,
            )
            return await holiday_list(tx, account, year, context.current().language)

    return await turns.run(put)
