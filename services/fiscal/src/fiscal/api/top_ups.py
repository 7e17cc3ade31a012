"""Topping up the SMS balance by card."""

import json
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from sqlalchemy import select

from contracts.http import payments as bodies
from contracts.permissions import Permission
from fiscal.api.acquiring import AcquiringDep, top_up
from fiscal.api.words import WordsDep
from fiscal.errors import CurrencyMismatch
from fiscal.payment_tables import CardPayment
from fiscal.usecases.issue_receipt import HRYVNIA
from fiscal.usecases.payments.acquiring import Acquiring
from fiscal.usecases.payments.checkout import ready_to_pay
from fiscal.usecases.payments.start_top_up import StartTopUp, start_top_up
from kit.edge import DbDep, MemberDep
from kit.errors import InvalidInput, NotFound
from kit.idempotency import OnceDep
from kit.messaging import now_utc

router = APIRouter(prefix="/api/v1/accounts/{account_id}/sms-balance/top-ups", tags=["payments"])


@router.post("", status_code=201, response_model=bodies.TopUp, operation_id="start_top_up")
async def start(
    account_id: UUID,
    body: bodies.NewTopUp,
    member: MemberDep,
    db: DbDep,
    once: OnceDep,
    words: WordsDep,
    acquiring: AcquiringDep,
) -> Response:
    """Begin to top up the SMS balance: the answer leads to the acquirer. The balance grows when the bank has paid."""
    member.require(Permission.PAYMENTS_TOP_UP)
    if body.amount.currency not in (None, HRYVNIA):
        raise CurrencyMismatch(HRYVNIA)
    if not bodies.MIN_TOP_UP <= body.amount.amount <= bodies.MAX_TOP_UP:
        raise InvalidInput.of("/amount", "amount")
    command = StartTopUp(body.amount.amount, body.provider.value if body.provider else None)
    async with db.tx(account_id) as tx:

        async def effect() -> bodies.TopUp:
            return top_up(await start_top_up(command, acquiring, member, tx, now_utc()), words)

        kept = await once.run(tx, effect)
    payment_id = UUID(json.loads(bytes(kept.body))["id"])
    payment = await ready_to_pay(acquiring, account_id, payment_id, _return_url(acquiring, account_id, payment_id))
    headers = {name: kept.headers[name] for name in ("idempotency-replayed",) if name in kept.headers}
    return JSONResponse(jsonable_encoder(top_up(payment, words)), 201, headers)


@router.get("", operation_id="list_top_ups")
async def show(
    account_id: UUID,
    member: MemberDep,
    db: DbDep,
    words: WordsDep,
    acquiring: AcquiringDep,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> bodies.TopUps:
    """Top-ups, newest first, and where one can be paid."""
    member.require(Permission.PAYMENTS_TOP_UP)
    query = select(CardPayment).where(CardPayment.account_id == account_id, CardPayment.kind == "top_up")
    if cursor is not None:
        query = query.where(CardPayment.id < cursor)
    async with db.tx(account_id) as tx:
        found = (await tx.scalars(query.order_by(CardPayment.id.desc()).limit(limit))).all()
    return bodies.TopUps(
        items=[top_up(payment, words) for payment in found],
        providers=[bodies.AcquirerName(name) for name in acquiring.platform],
        next_cursor=str(found[-1].id) if len(found) == limit else None,
    )


@router.get("/{top_up_id}", operation_id="get_top_up")
async def show_one(account_id: UUID, top_up_id: UUID, member: MemberDep, db: DbDep, words: WordsDep) -> bodies.TopUp:
    """One top-up: the page that the payer returns to asks for it until it has ended."""
    member.require(Permission.PAYMENTS_TOP_UP)
    async with db.tx(account_id) as tx:
        payment = await tx.get(CardPayment, (account_id, top_up_id))
    if payment is None or payment.kind != "top_up":
        raise NotFound("top_up")
    return top_up(payment, words)


def _return_url(acquiring: Acquiring, account_id: UUID, payment_id: UUID) -> str:
    return f"{acquiring.public_url}/manage/{account_id}/sms?top_up={payment_id}"
