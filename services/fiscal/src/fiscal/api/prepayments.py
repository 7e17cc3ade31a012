"""Money for a booking in advance: asked for by the staff, paid by the client through a link."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import select

from contracts.base import Money
from contracts.http import payments as bodies
from contracts.permissions import Permission
from fiscal.api.acquiring import AcquiringDep, attempt_text, attempts_of, checkout, prepayment
from fiscal.api.known import require_booking
from fiscal.api.second_person import WAITS, done_or_asked
from fiscal.api.words import Words, WordsDep
from fiscal.domain.card_payments import PaymentState
from fiscal.errors import CurrencyMismatch, PrepaymentOver
from fiscal.payment_tables import CardPayment, Prepayment
from fiscal.tables import AccountCopy, BookingCopy
from fiscal.usecases.issue_receipt import HRYVNIA
from fiscal.usecases.payments.acquiring import Acquiring, current_shops
from fiscal.usecases.payments.ask_prepayment import (
    AskPrepayment,
    ask_prepayment,
    cancel_prepayment,
    prepayment_of,
)
from fiscal.usecases.payments.checkout import ready_to_pay
from fiscal.usecases.payments.pay_prepayment import account_of, start_paying
from fiscal.usecases.payments.refund_payment import RefundPrepayment, refund_prepayment
from fiscal.usecases.payments.tell_refund import tell_refund
from kit.db import Tx
from kit.edge import DbDep, MemberDep
from kit.errors import NotFound
from kit.idempotency import OnceDep
from kit.messaging import now_utc

router = APIRouter(prefix="/api/v1/accounts/{account_id}", tags=["payments"])
public = APIRouter(prefix="/api/v1/public/payments", tags=["payments"])


@router.post(
    "/bookings/{booking_id}/prepayment",
    status_code=201,
    response_model=bodies.Prepayment,
    operation_id="ask_prepayment",
)
async def ask(
    account_id: UUID,
    booking_id: UUID,
    member: MemberDep,
    db: DbDep,
    once: OnceDep,
    words: WordsDep,
    acquiring: AcquiringDep,
    body: bodies.NewPrepayment | None = None,
) -> Response:
    """A link by which the client pays. Not paid in time, the booking ends and its time is free again."""
    member.require(Permission.SETTLEMENT_CREATE)
    wanted = body or bodies.NewPrepayment()
    if wanted.amount is not None and wanted.amount.currency not in (None, HRYVNIA):
        raise CurrencyMismatch(HRYVNIA)
    await require_booking(db, account_id, booking_id)
    amount = wanted.amount.amount if wanted.amount else None
    command = AskPrepayment(booking_id, amount, timedelta(minutes=wanted.pay_within_min))
    async with db.tx(account_id) as tx:

        async def effect() -> bodies.Prepayment:
            asked = await ask_prepayment(command, acquiring, member, tx, now_utc())
            return prepayment(acquiring, asked, [], words)

        return await once.run(tx, effect)


@router.get("/bookings/{booking_id}/prepayment", operation_id="list_prepayments_of_booking")
async def of_booking(
    account_id: UUID, booking_id: UUID, member: MemberDep, db: DbDep, words: WordsDep, acquiring: AcquiringDep
) -> bodies.Prepayments:
    """What was asked for this booking in advance, newest first."""
    member.require(Permission.BOOKING_VIEW)
    async with db.tx(account_id) as tx:
        booking = await tx.get(BookingCopy, (account_id, booking_id))
        if booking is None:
            raise NotFound("booking")
        member.require(Permission.BOOKING_VIEW, location_id=booking.location_id)
        query = select(Prepayment).where(Prepayment.account_id == account_id, Prepayment.booking_id == booking_id)
        rows = list((await tx.scalars(query.order_by(Prepayment.id.desc()))).all())
        return bodies.Prepayments(items=await _shown(tx, acquiring, account_id, rows, words))


@router.get("/payments", operation_id="list_prepayments")
async def show(
    account_id: UUID,
    member: MemberDep,
    db: DbDep,
    words: WordsDep,
    acquiring: AcquiringDep,
    state: bodies.PrepaymentStateName | None = None,
    in_review: Annotated[bool, Query(description="Only those with a payment that a person has to look into.")] = False,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> bodies.Prepayments:
    """Prepayments of the account, newest first, each with its attempts."""
    member.require(Permission.CASH_VIEW)
    query = select(Prepayment).where(Prepayment.account_id == account_id)
    if member.location_ids is not None:
        there = select(BookingCopy.booking_id).where(
            BookingCopy.account_id == account_id, BookingCopy.location_id.in_(member.location_ids)
        )
        query = query.where(Prepayment.booking_id.in_(there))
    if state is not None:
        query = query.where(Prepayment.state == state)
    if in_review:
        query = query.where(
            select(CardPayment.id)
            .where(
                CardPayment.account_id == account_id,
                CardPayment.prepayment_id == Prepayment.id,
                CardPayment.state == PaymentState.REVIEW,
            )
            .exists()
        )
    if cursor is not None:
        query = query.where(Prepayment.id < cursor)
    async with db.tx(account_id) as tx:
        rows = list((await tx.scalars(query.order_by(Prepayment.id.desc()).limit(limit))).all())
        items = await _shown(tx, acquiring, account_id, rows, words)
    return bodies.Prepayments(items=items, next_cursor=str(rows[-1].id) if len(rows) == limit else None)


@router.delete("/payments/{prepayment_id}", operation_id="cancel_prepayment")
async def cancel(
    account_id: UUID, prepayment_id: UUID, member: MemberDep, db: DbDep, words: WordsDep, acquiring: AcquiringDep
) -> bodies.Prepayment:
    """Close the link; the booking stays."""
    member.require(Permission.SETTLEMENT_CREATE)
    async with db.tx(account_id) as tx:
        asked = await prepayment_of(tx, member, prepayment_id, Permission.SETTLEMENT_CREATE)
        if asked.state != "pending":
            raise PrepaymentOver(asked.state)
        await cancel_prepayment(tx, asked, now_utc())
        await tx.flush()
        [shown] = await _shown(tx, acquiring, account_id, [asked], words)
        return shown


@router.post(
    "/payments/{prepayment_id}/refund",
    response_model=bodies.Prepayment,
    responses=WAITS,
    operation_id="refund_prepayment",
)
async def refund(
    account_id: UUID,
    prepayment_id: UUID,
    member: MemberDep,
    db: DbDep,
    once: OnceDep,
    words: WordsDep,
    acquiring: AcquiringDep,
    body: bodies.NewRefund | None = None,
) -> Response:
    """Give a prepayment back through its acquirer, all or a part; so much is reversed when the money has gone."""
    member.require(Permission.SETTLEMENT_REVERSE)
    wanted = body.amount if body else None
    if wanted is not None and wanted.currency not in (None, HRYVNIA):
        raise CurrencyMismatch(HRYVNIA)
    command = RefundPrepayment(prepayment_id, wanted.amount if wanted else None)

    async def effect(tx: Tx) -> bodies.Prepayment:
        asked = await refund_prepayment(command, member, tx, now_utc())
        await tx.flush()
        [shown] = await _shown(tx, acquiring, account_id, [asked], words)
        return shown

    return await done_or_asked(db, member, once, command, effect, status=200)


@router.post(
    "/payments/{prepayment_id}/refund/outcome", response_model=bodies.Prepayment, operation_id="tell_refund_outcome"
)
async def refund_outcome(
    account_id: UUID,
    prepayment_id: UUID,
    body: bodies.RefundOutcome,
    member: MemberDep,
    db: DbDep,
    once: OnceDep,
    words: WordsDep,
    acquiring: AcquiringDep,
) -> Response:
    """Whether a part went back, where the acquirer does not tell: as the shop's cabinet shows it."""
    member.require(Permission.SETTLEMENT_REVERSE)
    async with db.tx(account_id) as tx:

        async def effect() -> bodies.Prepayment:
            asked = await prepayment_of(tx, member, prepayment_id, Permission.SETTLEMENT_REVERSE)
            await tell_refund(acquiring, tx, asked, member, now_utc(), went_back=body.went_back)
            await tx.flush()
            [shown] = await _shown(tx, acquiring, account_id, [asked], words)
            return shown

        return await once.run(tx, effect, status=200)


@public.get("/{prepayment_id}", operation_id="get_public_prepayment")
async def link(prepayment_id: UUID, words: WordsDep, acquiring: AcquiringDep) -> bodies.PublicPrepayment:
    """What the holder of the link is asked to pay."""
    account_id = await account_of(acquiring, prepayment_id)
    async with acquiring.db.tx(account_id) as tx:
        asked = await tx.get_one(Prepayment, (account_id, prepayment_id))
        account = await tx.get(AccountCopy, account_id)
        booking = await tx.get(BookingCopy, (account_id, asked.booking_id))
        attempts = (await attempts_of(tx, account_id, [asked.id])).get(asked.id, [])
        shops = await current_shops(tx, account_id)
    last = attempts[-1] if attempts else None
    return bodies.PublicPrepayment(
        id=asked.id,
        state=asked.state,
        account_name=account.name if account else "",
        amount=Money(amount=asked.amount, currency=asked.currency),
        expires_at=asked.expires_at,
        starts_at=booking.starts_at if booking else None,
        time_zone=booking.time_zone if booking else None,
        providers=[bodies.AcquirerName(shop.provider) for shop in shops],
        last_attempt=last.state if last else None,
        last_attempt_text=attempt_text(last, words) if last else None,
    )


@public.post("/{prepayment_id}/checkout", operation_id="pay_prepayment")
async def pay(prepayment_id: UUID, acquiring: AcquiringDep, body: bodies.Paying | None = None) -> bodies.StartedPayment:
    """The way to the acquirer. Asked again it is the same order; after a declined card it is a new one."""
    account_id = await account_of(acquiring, prepayment_id)
    provider = body.provider.value if body and body.provider else None
    async with acquiring.db.tx(account_id) as tx:
        payment = await start_paying(acquiring, tx, account_id, prepayment_id, provider, now_utc())
    payment = await ready_to_pay(acquiring, account_id, payment.id, acquiring.pay_url(prepayment_id))
    way = checkout(payment)
    if way is None:
        raise PrepaymentOver(payment.state)
    return bodies.StartedPayment(payment_id=payment.id, provider=bodies.AcquirerName(payment.provider), checkout=way)


async def _shown(
    tx: Tx, acquiring: Acquiring, account_id: UUID, rows: list[Prepayment], words: Words
) -> list[bodies.Prepayment]:
    attempts: dict[UUID, list[CardPayment]] = await attempts_of(tx, account_id, [row.id for row in rows])
    return [prepayment(acquiring, row, attempts.get(row.id, []), words) for row in rows]
