"""A person's wish to give a prepayment back."""

from datetime import datetime

from sqlalchemy import select

from fiscal.domain.card_payments import PaymentState
from fiscal.errors import PaymentNotRefundable
from fiscal.payment_tables import CardPayment, Prepayment
from fiscal.usecases.payments.acquiring import CHANNEL
from kit.db import Tx
from kit.wakeups import notify


async def refund_payment(tx: Tx, asked: Prepayment, now: datetime) -> CardPayment:
    """Let the worker give the paid order back; a second wish changes nothing. Raises `PaymentNotRefundable`."""
    payment: CardPayment | None = await tx.scalar(
        select(CardPayment)
        .where(
            CardPayment.account_id == asked.account_id,
            CardPayment.prepayment_id == asked.id,
            CardPayment.state.in_((PaymentState.PAID, PaymentState.REFUNDING)),
        )
        .order_by(CardPayment.paid_at)
        .limit(1)
        .with_for_update()
    )
    if payment is None:
        raise PaymentNotRefundable(asked.state)
    if payment.state == PaymentState.PAID:
        payment.state = PaymentState.REFUNDING
        payment.version += 1
        payment.next_check_at, payment.checks = now, 0
        await notify(tx, CHANNEL)
    return payment
