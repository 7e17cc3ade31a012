"""The ledger: money put in, taken out and corrected."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from contracts.http import fiscal as bodies
from contracts.permissions import Permission
from fiscal import queries
from fiscal.api import views
from fiscal.api.days import require_order
from fiscal.api.known import currency_of
from fiscal.api.second_person import WAITS, done_or_asked
from fiscal.errors import CurrencyMismatch
from fiscal.tables import CashOperation
from fiscal.usecases.cash_operations import (
    Correction,
    NewOperation,
    ReverseOperation,
    correct_operation,
    record_operation,
    reverse_operation,
)
from fiscal.usecases.refuse_act import require_for_line
from kit.db import Database, Tx
from kit.edge import DbDep, MemberDep
from kit.idempotency import OnceDep
from kit.messaging import now_utc

router = APIRouter(prefix="/api/v1/accounts/{account_id}/cash-operations", tags=["cash operations"])


@router.get("", operation_id="list_cash_operations")
async def show(
    account_id: UUID,
    member: MemberDep,
    db: DbDep,
    cash_register_id: UUID | None = None,
    booking_id: UUID | None = None,
    since: Annotated[date | None, Query(alias="from")] = None,
    until: Annotated[date | None, Query(alias="to", description="Inclusive.")] = None,
    back_dated: bool | None = None,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> bodies.CashOperations:
    """Lines of the ledger, newest first; `back_dated=true` gives those that were dated on a day already over."""
    member.require(Permission.CASH_VIEW)
    require_order(since, until)
    wanted = queries.OperationFilter(cash_register_id, booking_id, since, until, back_dated, cursor, limit)
    async with db.tx(account_id) as tx:
        found = await queries.operations(tx, account_id, member.location_ids, wanted)
    return bodies.CashOperations(
        items=[views.cash_operation(*line) for line in found],
        next_cursor=str(found[-1][0].id) if len(found) == limit else None,
    )


@router.post(
    "", status_code=201, response_model=bodies.CashOperation, responses=WAITS, operation_id="record_cash_operation"
)
async def record(
    account_id: UUID, body: bodies.NewCashOperation, member: MemberDep, db: DbDep, once: OnceDep
) -> Response:
    """Put money into a cash register, take it out, carry it to another register, or take it to the bank."""
    member.require(Permission.CASH_CREATE)
    await _require_currency(db, account_id, body.amount.currency)
    command = NewOperation(
        body.kind,
        body.cash_register_id,
        body.payment_type.value,
        body.amount.amount,
        body.operating_day,
        body.comment,
        body.to_cash_register_id,
    )

    async def effect(tx: Tx) -> bodies.CashOperation:
        return await _shown(tx, await record_operation(command, member, tx, now_utc()))

    return await done_or_asked(db, member, once, command, effect)


@router.patch(
    "/{operation_id}", response_model=bodies.CashOperation, responses=WAITS, operation_id="correct_cash_operation"
)
async def correct(
    account_id: UUID,
    operation_id: UUID,
    body: bodies.CashOperationChanges,
    member: MemberDep,
    db: DbDep,
    once: OnceDep,
) -> Response:
    """Correct an operation: the old line is taken back and a new one is written, which is the answer."""
    await require_for_line(db, member, Permission.CASH_EDIT, operation_id, now_utc())
    member.require_second_factor()
    amount = body.amount.amount if body.amount else None
    await _require_currency(db, account_id, body.amount.currency if body.amount else None)
    command = Correction(operation_id, amount, body.operating_day, body.comment, body.reason)

    async def effect(tx: Tx) -> bodies.CashOperation:
        return await _shown(tx, await correct_operation(command, member, tx, now_utc()))

    return await done_or_asked(db, member, once, command, effect, status=200)


@router.delete(
    "/{operation_id}", response_model=bodies.CashOperation, responses=WAITS, operation_id="reverse_cash_operation"
)
async def reverse(
    operation_id: UUID,
    member: MemberDep,
    db: DbDep,
    once: OnceDep,
    reason: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Take an operation back: the ledger keeps it and gets a reversal, which is the answer."""
    await require_for_line(db, member, Permission.CASH_DELETE, operation_id, now_utc())
    member.require_second_factor()
    command = ReverseOperation(operation_id, reason)

    async def effect(tx: Tx) -> bodies.CashOperation:
        return await _shown(tx, await reverse_operation(command, member, tx, now_utc()))

    return await done_or_asked(db, member, once, command, effect, status=200)


async def _require_currency(db: Database, account_id: UUID, named: str | None) -> None:
    if named is not None and named != (currency := await currency_of(db, account_id)):
        raise CurrencyMismatch(currency)


async def _shown(tx: Tx, line: CashOperation) -> bodies.CashOperation:
    return views.cash_operation(*await queries.operation(tx, line.account_id, line.id))
