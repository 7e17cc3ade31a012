"""The ledger: money put in, taken out and corrected."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from contracts.http import fiscal as bodies
from contracts.permissions import Permission
from fiscal import queries
from fiscal.api import views
from fiscal.api.known import currency_of
from fiscal.errors import CurrencyMismatch
from fiscal.tables import CashOperation
from fiscal.usecases.cash_operations import (
    Correction,
    NewOperation,
    correct_operation,
    record_operation,
    reverse_operation,
)
from kit.db import Tx
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
    wanted = queries.OperationFilter(cash_register_id, booking_id, since, until, back_dated, cursor, limit)
    async with db.tx(account_id) as tx:
        found = await queries.operations(tx, account_id, member.location_ids, wanted)
    return bodies.CashOperations(
        items=[views.cash_operation(*line) for line in found],
        next_cursor=str(found[-1][0].id) if len(found) == limit else None,
    )


@router.post("", status_code=201, response_model=bodies.CashOperation, operation_id="record_cash_operation")
async def record(
    account_id: UUID, body: bodies.NewCashOperation, member: MemberDep, db: DbDep, once: OnceDep
) -> Response:
    """Put money into a cash register or take it out."""
    member.require(Permission.CASH_CREATE)
    currency = await currency_of(db, account_id)
    if body.amount.currency not in (None, currency):
        raise CurrencyMismatch(currency)
    command = NewOperation(
        body.kind,
        body.cash_register_id,
        body.payment_type.value,
        body.amount.amount,
        body.operating_day,
        body.comment,
    )
    async with db.tx(account_id) as tx:

        async def effect() -> bodies.CashOperation:
            return await _shown(tx, await record_operation(command, member, tx, now_utc()))

        return await once.run(tx, effect)


@router.patch("/{operation_id}", operation_id="correct_cash_operation")
async def correct(
    account_id: UUID, operation_id: UUID, body: bodies.CashOperationChanges, member: MemberDep, db: DbDep
) -> bodies.CashOperation:
    """Correct an operation: the old line is taken back and a new one is written, which is the answer."""
    member.require(Permission.CASH_EDIT)
    change = Correction(body.amount.amount if body.amount else None, body.operating_day, body.comment, body.reason)
    if body.amount and body.amount.currency not in (None, currency := await currency_of(db, account_id)):
        raise CurrencyMismatch(currency)
    async with db.tx(account_id) as tx:
        return await _shown(tx, await correct_operation(operation_id, change, member, tx, now_utc()))


@router.delete("/{operation_id}", operation_id="reverse_cash_operation")
async def reverse(
    account_id: UUID,
    operation_id: UUID,
    member: MemberDep,
    db: DbDep,
    reason: Annotated[str | None, Query(max_length=500)] = None,
) -> bodies.CashOperation:
    """Take an operation back: the ledger keeps it and gets a reversal, which is the answer."""
    member.require(Permission.CASH_DELETE)
    async with db.tx(account_id) as tx:
        return await _shown(tx, await reverse_operation(operation_id, reason, member, tx, now_utc()))


async def _shown(tx: Tx, line: CashOperation) -> bodies.CashOperation:
    return views.cash_operation(*await queries.operation(tx, line.account_id, line.id))
