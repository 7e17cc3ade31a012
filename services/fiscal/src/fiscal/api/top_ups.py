"""Topping up the SMS balance by card."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from contracts.http import payments as bodies
from contracts.permissions import Permission
from fiscal.api.acquiring import AcquiringDep, top_up
from fiscal.api.platform_orders import begin_order, order_of, orders_of
from fiscal.api.words import WordsDep
from fiscal.errors import CurrencyMismatch
from fiscal.payment_tables import CardPayment
from fiscal.usecases.issue_receipt import HRYVNIA
from fiscal.usecases.payments.start_top_up import StartTopUp, start_top_up
from kit.db import Tx
from kit.edge import MemberDep
from kit.errors import InvalidInput
from kit.idempotency import OnceDep
from kit.messaging import now_utc

router = APIRouter(prefix="/api/v1/accounts/{account_id}/sms-balance/top-ups", tags=["payments"])


@router.post("", status_code=201, response_model=bodies.TopUp, operation_id="start_top_up")
async def start(
    account_id: UUID,
    body: bodies.NewTopUp,
    member: MemberDep,
    once: OnceDep,
    words: WordsDep,
    acquiring: AcquiringDep,
) -> Response:
    """Begin to top up the SMS balance: the answer leads to the acquirer. The balance grows when the bank has paid."""
    member.require(Permission.PAYMENTS_TOP_UP)
    if body.amount.currency not in (None, HRYVNIA):
        raise CurrencyMismatch(HRYVNIA)
    if not bodies.MIN_TOP_UP <= body.amount.amount <= bodies.MAX_TOP_UP:
        limits = {"min": f"{bodies.MIN_TOP_UP // 100}", "max": f"{bodies.MAX_TOP_UP // 100:,}".replace(",", "\u00a0")}
        raise InvalidInput.of("/amount", "top_up_amount", **limits)
    command = StartTopUp(body.amount.amount, body.provider.value if body.provider else None)

    async def begin(tx: Tx) -> CardPayment:
        return await start_top_up(command, acquiring, member, tx, now_utc())

    return await begin_order(
        acquiring, account_id, once, begin, lambda payment: top_up(payment, words), back="sms?top_up"
    )


@router.get("", operation_id="list_top_ups")
async def show(
    account_id: UUID,
    member: MemberDep,
    words: WordsDep,
    acquiring: AcquiringDep,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> bodies.TopUps:
    """Top-ups, newest first, and where one can be paid."""
    member.require(Permission.PAYMENTS_TOP_UP)
    found, next_cursor = await orders_of(acquiring, account_id, "top_up", cursor, limit)
    return bodies.TopUps(
        items=[top_up(payment, words) for payment in found],
        providers=[bodies.AcquirerName(name) for name in acquiring.platform],
        next_cursor=next_cursor,
    )


@router.get("/{top_up_id}", operation_id="get_top_up")
async def show_one(
    account_id: UUID, top_up_id: UUID, member: MemberDep, words: WordsDep, acquiring: AcquiringDep
) -> bodies.TopUp:
    """One top-up: the page that the payer returns to asks for it until it has ended."""
    member.require(Permission.PAYMENTS_TOP_UP)
    return top_up(await order_of(acquiring, account_id, "top_up", top_up_id), words)
