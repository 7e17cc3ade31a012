"""An acquirer's verified word, carried out: the money is counted once, whatever comes how often and in what order."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import structlog

from contracts.base import Money
from contracts.fiscal import TopUpPaid, TopUpReversed
from fiscal.domain.card_payments import Judgement, Order, PaymentState, Said, Verdict, Word, judge
from fiscal.payment_tables import CardPayment
from fiscal.usecases.payments.acquiring import CHANNEL, Acquiring, lock_order
from fiscal.usecases.payments.pay_subscription import subscription_given_back, subscription_paid
from fiscal.usecases.payments.settle_prepayment import prepayment_given_back, prepayment_paid
from kit.db import Tx
from kit.wakeups import notify

log = structlog.get_logger("payments")


async def take_word(
    acquiring: Acquiring, tx: Tx, account_id: UUID, payment_id: UUID, said: Said, now: datetime, *, takes_tests: bool
) -> Verdict:
    """Judge a word under the lock of its order and carry it out in the same transaction."""
    payment = await lock_order(tx, account_id, payment_id)
    judgement = judge(_order(payment, takes_tests=takes_tests), said)
    if judgement.verdict is Verdict.TAKEN:
        payment.told_at = max(filter(None, (payment.told_at, said.at)), default=None)
        if said.word in (Word.PAID, Word.REFUNDED):  # another card after a declined one is another payment there
            payment.provider_payment_id = payment.provider_payment_id or said.provider_payment_id
    if judgement.state is not None:
        await _move(acquiring, tx, payment, judgement, said, now)
    if judgement.verdict not in (Verdict.TAKEN, Verdict.NOTHING_NEW):
        log.warning("word of an acquirer not taken", payment_id=str(payment_id), verdict=judgement.verdict.value)
    return judgement.verdict


async def _move(
    acquiring: Acquiring, tx: Tx, payment: CardPayment, judgement: Judgement, said: Said, now: datetime
) -> None:
    before, payment.state = payment.state, judgement.state or payment.state
    payment.provider_text = said.text
    payment.reason_code = judgement.verdict.value if judgement.state is PaymentState.REVIEW else None
    payment.next_check_at = None
    payment.version += 1
    log.info("payment", payment_id=str(payment.id), kind=payment.kind, before=before, state=payment.state)
    if judgement.state is PaymentState.PAID:
        payment.paid_at = now
        if payment.kind == "top_up":
            tx.emit(TopUpPaid(version=1, **_top_up(payment)))
        elif payment.kind == "subscription":
            await subscription_paid(tx, payment, now)
        else:
            await prepayment_paid(acquiring, tx, payment, now)
    elif judgement.state is PaymentState.FAILED:
        # The acquirer's page may take another card for the same order, and the notice of that may get lost.
        payment.next_check_at = payment.valid_until + acquiring.pace.grace
    elif judgement.state is PaymentState.REFUNDED:
        payment.refunded_at, payment.refunded = now, payment.amount
        payment.refund_part = payment.refund_asked_at = None
        if payment.kind == "prepayment":
            await prepayment_given_back(acquiring, tx, payment, now)
        elif payment.kind == "subscription" and payment.paid_at is not None:
            await subscription_given_back(tx, payment)
        elif payment.paid_at is not None:
            tx.emit(TopUpReversed(version=2, **_top_up(payment)))
    if payment.next_check_at is not None:
        await notify(tx, CHANNEL)


def _order(payment: CardPayment, *, takes_tests: bool) -> Order:
    return Order(
        id=str(payment.id),
        amount=payment.amount,
        currency=payment.currency,
        state=PaymentState(payment.state),
        provider_payment_id=payment.provider_payment_id,
        told_at=payment.told_at,
        takes_tests=takes_tests,
        is_parted=payment.refunded > 0 or payment.refund_part is not None,
    )


def _top_up(payment: CardPayment) -> Mapping[str, object]:
    return {
        "account_id": payment.account_id,
        "top_up_id": payment.id,
        "amount": Money(amount=payment.amount, currency=payment.currency),
        "provider": payment.provider,
    }
