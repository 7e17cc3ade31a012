"""A person's wish to give a prepayment back, all that is left of it or a part."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from contracts.permissions import Permission
from fiscal.domain.card_payments import PaymentState
from fiscal.errors import PaymentNotRefundable, RefundAbovePaid
from fiscal.payment_tables import CardPayment, Prepayment
from fiscal.usecases.cash_rules import require_second_for_reversal
from fiscal.usecases.ledger import Approval
from fiscal.usecases.payments.acquiring import CHANNEL
from fiscal.usecases.payments.ask_prepayment import prepayment_of
from kit.access import Member
from kit.db import Tx
from kit.wakeups import notify


@dataclass(frozen=True)
class RefundPrepayment:
    prepayment_id: UUID
    amount: int | None = None
    """None: all that is left."""


async def refund_prepayment(
    command: RefundPrepayment, member: Member, tx: Tx, now: datetime, approval: Approval | None = None
) -> Prepayment:
    """Let a paid prepayment go back. It is money given back as any other: an account may want two people for it.

    Raises `NotFound`, `PaymentNotRefundable`, `RefundAbovePaid`, `SecondPersonNeeded`.
    """
    asked = await prepayment_of(tx, member, command.prepayment_id, Permission.SETTLEMENT_REVERSE)
    if asked.state != "paid":
        raise PaymentNotRefundable(asked.state)
    await _refund(tx, asked, command.amount, now)
    await require_second_for_reversal(tx, member, approval)
    return asked


async def _refund(tx: Tx, asked: Prepayment, amount: int | None, now: datetime) -> CardPayment:
    """Let the worker give so much of the paid order back, all that is left without an amount.

    One refund at a time: a second wish for everything changes nothing. Raises `PaymentNotRefundable`,
    `RefundAbovePaid`.
    """
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
    if payment.state == PaymentState.REFUNDING:
        if amount is not None and amount != payment.refund_part:
            raise PaymentNotRefundable(payment.state)
        return payment
    left = payment.amount - payment.refunded
    if amount is not None and amount > left:
        raise RefundAbovePaid(left)
    wanted = left if amount is None else amount
    payment.refund_part = None if wanted == payment.amount else wanted
    payment.refund_asked_at = payment.reason_code = payment.provider_text = None
    payment.state = PaymentState.REFUNDING
    payment.version += 1
    payment.next_check_at, payment.checks = now, 0
    await notify(tx, CHANNEL)
    return payment
