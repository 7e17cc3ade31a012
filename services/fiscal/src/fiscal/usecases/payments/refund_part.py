"""Giving a part of a payment back. A part can be repeated by mistake where a whole sum cannot: after an answer that
got lost nothing is repeated unless the acquirer says that nothing went back."""

from datetime import datetime

import structlog

from fiscal.domain.card_payments import PartRefund, PaymentState, part_of
from fiscal.payment_tables import CardPayment
from fiscal.providers.acquirers.words import Acquirer, Declined, Merchant, Silent
from fiscal.usecases.payments.acquiring import Acquiring, lock_order
from fiscal.usecases.payments.settle_prepayment import part_given_back
from kit.messaging import now_utc

REFUND_TRIALS = 8
REFUND_REFUSED, REFUND_UNKNOWN = "refund_refused", "refund_unknown"
_NOT_SEEN = "refund_not_seen"
"""The acquirer has said once that nothing went back; asked for again is only what it says so of twice."""

log = structlog.get_logger("payments")


async def refund_part(
    acquiring: Acquiring, acquirer: Acquirer, merchant: Merchant, payment: CardPayment, part: int
) -> bool:
    """Give the part back, or ask what became of it; false when it is to be looked at again."""
    order = (merchant, str(payment.id), payment.provider_payment_id)
    if payment.refund_asked_at is not None:
        try:
            known = part_of(part, payment.refunded, await acquirer.status(*order))
        except Silent as silence:
            log.warning("refund of a part not asked about", payment_id=str(payment.id), cause=silence.text)
            return False
        except Declined as declined:  # of the question: what became of the refund is as unknown as before
            log.warning("refund of a part not told of", payment_id=str(payment.id), told=declined.text)
            return await _unknown(acquiring, payment, declined.text)
        if known is PartRefund.UNKNOWN:
            return await _unknown(acquiring, payment)
        if known is PartRefund.DONE:
            return await _done(acquiring, payment, part)
        if payment.reason_code != _NOT_SEEN:
            await _not_seen(acquiring, payment)
            return False
    asked_at = await _asking(acquiring, payment, part)
    if asked_at is None:
        return False
    try:
        said = await acquirer.refund(*order, part, payment.currency, nth=_nth(payment))
    except Silent as silence:
        log.warning("refund of a part not answered", payment_id=str(payment.id), cause=silence.text)
        if not silence.may_have_acted and payment.refund_asked_at is None:
            await _not_asked(acquiring, payment, asked_at)
        return False
    except Declined as declined:
        log.warning("refund of a part refused", payment_id=str(payment.id), told=declined.text)
        await _not_asked(acquiring, payment, asked_at)
        return await refused(acquiring, payment, declined.text)
    return await _done(acquiring, payment, part) if said is not None else False


async def refused(acquiring: Acquiring, payment: CardPayment, text: str) -> bool:
    """After several clear refusals a person must look; a part is then not given back, and the payment stays paid."""
    async with acquiring.db.tx(payment.account_id) as tx:
        row = await tx.get_one(CardPayment, (payment.account_id, payment.id), with_for_update=True)
        row.provider_text = text
        if row.state != PaymentState.REFUNDING or row.checks + 1 < REFUND_TRIALS:
            return False
        row.state = PaymentState.REVIEW if row.refund_part is None else PaymentState.PAID
        row.refund_part = row.refund_asked_at = None
        row.reason_code, row.next_check_at = REFUND_REFUSED, None
        row.version += 1
        return True


async def _unknown(acquiring: Acquiring, payment: CardPayment, text: str | None = None) -> bool:
    """The acquirer does not say: after several questions a person must look into the shop's cabinet."""
    async with acquiring.db.tx(payment.account_id) as tx:
        row = await tx.get_one(CardPayment, (payment.account_id, payment.id), with_for_update=True)
        row.provider_text = text or row.provider_text
        if row.state != PaymentState.REFUNDING or row.checks + 1 < REFUND_TRIALS:
            return False
        row.state, row.reason_code, row.next_check_at = PaymentState.REVIEW, REFUND_UNKNOWN, None
        row.version += 1
        return True


async def _asking(acquiring: Acquiring, payment: CardPayment, part: int) -> datetime | None:
    """Commit that it is being asked for, and when: a crash after this leaves a refund whose outcome is unknown.

    None where another worker was quicker: what was read before says nothing any more.
    """
    async with acquiring.db.tx(payment.account_id) as tx:
        row = await tx.get_one(CardPayment, (payment.account_id, payment.id), with_for_update=True)
        known = (PaymentState.REFUNDING, part, payment.refunded, payment.refund_asked_at)
        if (row.state, row.refund_part, row.refunded, row.refund_asked_at) != known:
            return None
        row.refund_asked_at, row.reason_code = now_utc(), None
        return row.refund_asked_at


async def _not_seen(acquiring: Acquiring, payment: CardPayment) -> None:
    async with acquiring.db.tx(payment.account_id) as tx:
        row = await tx.get_one(CardPayment, (payment.account_id, payment.id), with_for_update=True)
        if row.refund_asked_at == payment.refund_asked_at:
            row.reason_code = _NOT_SEEN


async def _not_asked(acquiring: Acquiring, payment: CardPayment, asked_at: datetime) -> None:
    async with acquiring.db.tx(payment.account_id) as tx:
        row = await tx.get_one(CardPayment, (payment.account_id, payment.id), with_for_update=True)
        if row.refund_asked_at == asked_at:
            row.refund_asked_at = None


async def _done(acquiring: Acquiring, payment: CardPayment, part: int) -> bool:
    async with acquiring.db.tx(payment.account_id) as tx:
        row = await lock_order(tx, payment.account_id, payment.id)
        if (row.state, row.refund_part, row.refunded) == (PaymentState.REFUNDING, part, payment.refunded):
            await part_given_back(acquiring, tx, row, part, now_utc())
    return True


def _nth(payment: CardPayment) -> str:
    """Tells one refund of an order from the next."""
    return f"{payment.refunded}"
