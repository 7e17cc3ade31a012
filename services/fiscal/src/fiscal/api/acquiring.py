"""What the routes of payments by card ask for."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import select

from contracts.base import Money
from contracts.http import payments as bodies
from fiscal.api.words import Words
from fiscal.payment_tables import AcquirerAccount, CardPayment, Prepayment
from fiscal.usecases.payments.acquiring import Acquiring
from fiscal.usecases.payments.refund_part import REFUND_REFUSED, REFUND_UNKNOWN
from kit.db import Tx

PREFIX = "card_payment."


async def _acquiring(request: Request) -> Acquiring:
    acquiring: Acquiring = request.app.state.acquiring
    return acquiring


AcquiringDep = Annotated[Acquiring, Depends(_acquiring)]


def checkout(payment: CardPayment) -> bodies.Checkout | None:
    """The way to the acquirer, while there is something to pay."""
    if payment.checkout is None or payment.state != "pending":
        return None
    return bodies.Checkout.model_validate(payment.checkout)


def attempt_text(payment: CardPayment, words: Words) -> str | None:
    """What the state of an order means to a reader; none while nothing has happened."""
    if payment.state in ("pending", "paid", "refunded"):
        return None
    return words.texts.get(words.language, PREFIX + payment.state, {})


def _refund_text(payment: CardPayment, words: Words) -> str | None:
    """What the staff are to do about a refund that did not go through."""
    if payment.reason_code not in (REFUND_REFUSED, REFUND_UNKNOWN):
        return None
    return words.texts.get(words.language, PREFIX + payment.reason_code, {})


def top_up(payment: CardPayment, words: Words) -> bodies.TopUp:
    """An order for the SMS balance."""
    return bodies.TopUp(
        id=payment.id,
        state=payment.state,
        provider=bodies.AcquirerName(payment.provider),
        amount=Money(amount=payment.amount, currency=payment.currency),
        checkout=checkout(payment),
        reason_code=payment.reason_code,
        reason_text=attempt_text(payment, words),
        provider_text=payment.provider_text,
        created_at=payment.created_at,
        created_by_name=payment.created_by_name,
        paid_at=payment.paid_at,
        refunded_at=payment.refunded_at,
    )


def card_payment(payment: CardPayment, words: Words) -> bodies.CardPayment:
    """An attempt to pay."""
    return bodies.CardPayment(
        id=payment.id,
        provider=bodies.AcquirerName(payment.provider),
        state=payment.state,
        amount=Money(amount=payment.amount, currency=payment.currency),
        reason_code=payment.reason_code,
        reason_text=_refund_text(payment, words) or attempt_text(payment, words),
        provider_text=payment.provider_text,
        created_at=payment.created_at,
        paid_at=payment.paid_at,
        refunded_at=payment.refunded_at,
        refunded=Money(amount=payment.refunded, currency=payment.currency) if payment.refunded else None,
    )


def prepayment(acquiring: Acquiring, asked: Prepayment, attempts: list[CardPayment], words: Words) -> bodies.Prepayment:
    """What was asked in advance, with every attempt to pay it."""
    return bodies.Prepayment(
        id=asked.id,
        version=asked.version,
        booking_id=asked.booking_id,
        state=asked.state,
        amount=Money(amount=asked.amount, currency=asked.currency),
        url=acquiring.pay_url(asked.id),
        expires_at=asked.expires_at,
        created_at=asked.created_at,
        created_by_name=asked.created_by_name,
        settlement_id=asked.settlement_id,
        payments=[card_payment(attempt, words) for attempt in attempts],
    )


def shop(acquiring: Acquiring, row: AcquirerAccount) -> bodies.AcquirerShown:
    """A shop without its keys."""
    return bodies.AcquirerShown(
        provider=bodies.AcquirerName(row.provider),
        merchant=row.merchant_hint,
        takes_tests=row.takes_tests,
        set_at=row.created_at,
        notice_url=acquiring.notice_url(row.provider),
    )


async def attempts_of(tx: Tx, account_id: UUID, prepayment_ids: list[UUID]) -> dict[UUID, list[CardPayment]]:
    """Attempts to pay, oldest first, by prepayment."""
    rows = await tx.scalars(
        select(CardPayment)
        .where(CardPayment.account_id == account_id, CardPayment.prepayment_id.in_(prepayment_ids))
        .order_by(CardPayment.id)
    )
    found: dict[UUID, list[CardPayment]] = {}
    for row in rows:
        assert row.prepayment_id is not None
        found.setdefault(row.prepayment_id, []).append(row)
    return found
