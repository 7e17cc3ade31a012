"""Rules of the cash desk, requests that wait for a second person, and counted days."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from sqlalchemy import select

from contracts.http import books
from contracts.http.catalogue import Day
from contracts.permissions import Permission
from fiscal import report_queries
from fiscal.api.book_views import cash_rules, day_close
from fiscal.api.days import require_order
from fiscal.api.headers import version_of
from fiscal.api.second_person import WAITS, cash_request, done_or_asked
from fiscal.book_tables import CashRequest
from fiscal.report_queries import period_of
from fiscal.tables import CashRegister
from fiscal.usecases.cash_rules import RulesChange, change_rules, rules_of
from fiscal.usecases.close_day import CloseDay, close_day
from fiscal.usecases.second_person import approve_request, decline_request
from kit.db import Tx
from kit.edge import DbDep, MemberDep
from kit.errors import NotFound
from kit.idempotency import OnceDep
from kit.messaging import now_utc

router = APIRouter(prefix="/api/v1/accounts/{account_id}", tags=["cash desk"])

IfMatch = Annotated[str | None, Header(description="The version that was read.", max_length=40)]


@router.get("/finance/rules", operation_id="get_cash_rules")
async def show_rules(account_id: UUID, member: MemberDep, db: DbDep) -> books.CashRules:
    """What the account allows with its money."""
    member.require(Permission.CASH_VIEW)
    async with db.tx(account_id) as tx:
        return cash_rules(await rules_of(tx, account_id))


@router.patch("/finance/rules", operation_id="change_cash_rules")
async def patch_rules(
    account_id: UUID, body: books.CashRulesChanges, member: MemberDep, db: DbDep, if_match: IfMatch = None
) -> books.CashRules:
    """Change what is sent: how far back, and what needs two persons."""
    member.require(Permission.SETTINGS_ACCOUNT)
    change = RulesChange(**body.model_dump())
    async with db.tx(account_id) as tx:
        return cash_rules(await change_rules(change, version_of(if_match), member, tx))


@router.get("/finance/requests", operation_id="list_cash_requests")
async def show_requests(
    account_id: UUID,
    member: MemberDep,
    db: DbDep,
    state: books.RequestState | None = None,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> books.CashRequests:
    """Commands that wait for a second person and what became of the others, newest first."""
    member.require(Permission.CASH_VIEW)
    query = select(CashRequest).where(CashRequest.account_id == account_id)
    if member.location_ids is not None:
        query = query.where(CashRequest.location_id.is_(None) | CashRequest.location_id.in_(member.location_ids))
    if state is not None:
        query = query.where(CashRequest.state == state)
    if cursor is not None:
        query = query.where(CashRequest.id < cursor)
    async with db.tx(account_id) as tx:
        rows = (await tx.scalars(query.order_by(CashRequest.id.desc()).limit(limit))).all()
    return books.CashRequests(
        items=[cash_request(row) for row in rows],
        next_cursor=str(rows[-1].id) if len(rows) == limit else None,
    )


@router.post(
    "/finance/requests/{request_id}/approve",
    status_code=200,
    response_model=books.CashRequest,
    operation_id="approve_cash_request",
)
async def approve(account_id: UUID, request_id: UUID, member: MemberDep, db: DbDep, once: OnceDep) -> Response:
    """Do what somebody else asked for; needs the rights that the act itself needs."""
    member.require(Permission.CASH_VIEW)
    async with db.tx(account_id) as tx:

        async def effect() -> books.CashRequest:
            return cash_request(await approve_request(request_id, member, tx, now_utc()))

        return await once.run(tx, effect, status=200)


@router.post(
    "/finance/requests/{request_id}/decline",
    status_code=200,
    response_model=books.CashRequest,
    operation_id="decline_cash_request",
)
async def decline(account_id: UUID, request_id: UUID, member: MemberDep, db: DbDep, once: OnceDep) -> Response:
    """Let it go; nothing is done."""
    member.require(Permission.CASH_VIEW)
    async with db.tx(account_id) as tx:

        async def effect() -> books.CashRequest:
            return cash_request(await decline_request(request_id, member, tx, now_utc()))

        return await once.run(tx, effect, status=200)


@router.get(
    "/cash-registers/{register_id}/day-closes",
    operation_id="list_day_closes",
    responses={404: {"description": "No such register"}},
)
async def show_closes(
    account_id: UUID,
    register_id: UUID,
    member: MemberDep,
    db: DbDep,
    since: Annotated[Day | None, Query(alias="from")] = None,
    until: Annotated[Day | None, Query(alias="to", description="Inclusive.")] = None,
) -> books.DayCloses:
    """How the register was counted, newest day first; without days the last month."""
    member.require(Permission.CASH_VIEW)
    last: date = until or now_utc().date() + timedelta(days=1)
    first = since or last - timedelta(days=31)
    require_order(first, last, at_most_days=400)
    async with db.tx(account_id) as tx:
        if await tx.get(CashRegister, (account_id, register_id)) is None:
            raise NotFound("cash_register")
        period = await period_of(tx, account_id, first, last, member.location_ids, register_id)
        found = await report_queries.day_closes(tx, period)
    return books.DayCloses(items=[day_close(close, name) for close, name in found])


@router.post(
    "/cash-registers/{register_id}/day-closes",
    status_code=201,
    response_model=books.DayClose,
    responses=WAITS,
    operation_id="close_cash_day",
)
async def close(
    account_id: UUID, register_id: UUID, body: books.NewDayClose, member: MemberDep, db: DbDep, once: OnceDep
) -> Response:
    """Write down what was counted beside what the books say; a difference needs an explanation."""
    member.require(Permission.CASH_CREATE)
    command = CloseDay(
        register_id,
        body.payment_type.value,
        body.counted.amount,
        body.counted.currency,
        body.operating_day,
        body.explanation,
        body.book_difference,
    )

    async def effect(tx: Tx) -> books.DayClose:
        made = await close_day(command, member, tx, now_utc())
        period = await period_of(tx, account_id, made.operating_day, made.operating_day, None, register_id)
        [(row, name)] = await report_queries.day_closes(tx, period, only=made.id)
        return day_close(row, name)

    return await done_or_asked(db, member, once, command, effect)
