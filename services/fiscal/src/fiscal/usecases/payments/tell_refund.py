"""A person's word about a refund whose outcome the acquirer does not tell."""

from datetime import datetime

import structlog
from sqlalchemy import select

from fiscal.domain.card_payments import PaymentState
from fiscal.errors import PaymentNotRefundable
from fiscal.payment_tables import CardPayment, Prepayment
from fiscal.usecases.payments.acquiring import Acquiring
from fiscal.usecases.payments.settle_prepayment import part_given_back
from kit.access import Member
from kit.db import Tx

log = structlog.get_logger("payments")


async def tell_refund(
    acquiring: Acquiring, tx: Tx, asked: Prepayment, member: Member, now: datetime, *, went_back: bool
) -> None:
    """Count the part as given back, or let the payment be as before it was asked for.

    Raises `PaymentNotRefundable` where no part waits for such a word.
    """
    payment: CardPayment | None = await tx.scalar(
        select(CardPayment)
        .where(
            CardPayment.account_id == asked.account_id,
            CardPayment.prepayment_id == asked.id,
            CardPayment.state == PaymentState.REVIEW,
            CardPayment.refund_part.is_not(None),
        )
        .limit(1)
        .with_for_update()
    )
    if payment is None or payment.refund_part is None:
        raise PaymentNotRefundable(asked.state)
    log.info("refund told of", payment_id=str(payment.id), went_back=went_back, by=str(member.caller.user_id))
    if went_back:
        await part_given_back(acquiring, tx, payment, payment.refund_part, now)
        return
    payment.state = PaymentState.PAID
    payment.refund_part = payment.refund_asked_at = payment.reason_code = payment.provider_text = None
    payment.version += 1
