"""Receipts: what waits, why, since when, and "send again"."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from contracts.http import fiscal as bodies
from contracts.permissions import Permission
from fiscal import queries
from fiscal.api import views
from fiscal.api.words import WordsDep
from fiscal.domain.receipts import ReceiptState
from fiscal.usecases.retry_receipt import retry_receipt
from kit.edge import DbDep, MemberDep
from kit.errors import InvalidInput
from kit.messaging import now_utc

router = APIRouter(prefix="/api/v1/accounts/{account_id}/receipts", tags=["receipts"])


@router.get("", operation_id="list_receipts")
async def show(
    account_id: UUID,
    member: MemberDep,
    db: DbDep,
    words: WordsDep,
    state: Annotated[str | None, Query(max_length=100, description="One or several, comma separated.")] = None,
    cash_register_id: UUID | None = None,
    booking_id: UUID | None = None,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> bodies.Receipts:
    """Receipts, newest first; those that wait say why and since when."""
    if not member.may(Permission.SETTLEMENT_CREATE):
        member.require(Permission.CASH_VIEW)
    wanted = queries.ReceiptFilter(_states(state), cash_register_id, booking_id, cursor, limit)
    now = now_utc()
    async with db.tx(account_id) as tx:
        found = await queries.receipts(tx, account_id, member.location_ids, wanted)
    return bodies.Receipts(
        items=[views.receipt_in_full(receipt, name, words, now) for receipt, name in found],
        next_cursor=str(found[-1][0].id) if len(found) == limit else None,
    )


@router.post("/{receipt_id}/retry", operation_id="retry_receipt")
async def retry(
    account_id: UUID, receipt_id: UUID, member: MemberDep, db: DbDep, words: WordsDep
) -> bodies.ReceiptShort:
    """Try the receipt again now. One whose outcome is unknown is asked about first: nothing is ever sent twice."""
    member.require(Permission.SETTLEMENT_CREATE)
    async with db.tx(account_id) as tx:
        return views.receipt_short(await retry_receipt(receipt_id, member, tx, now_utc()), words)


def _states(text: str | None) -> list[str]:
    states = [part.strip() for part in (text or "").split(",") if part.strip()]
    known = [state.value for state in ReceiptState]
    if any(state not in known for state in states):
        raise InvalidInput.of("query/state", "one_of", expected=", ".join(known))
    return states
