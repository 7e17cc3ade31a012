"""Giving a part of a payment back. A part can be repeated by mistake where a whole sum cannot: after an answer that
got lost nothing is repeated unless the acquirer says that nothing went back."""

import structlog

from fiscal.domain.card_payments import PartRefund, PaymentState, part_of
from fiscal.payment_tables import CardPayment
from fiscal.providers.acquirers.words import Acquirer, Declined, Merchant, Silent
from fiscal.usecases.payments.acquiring import Acquiring
from fiscal.usecases.payments.settle_prepayment import part_given_back
from kit.messaging import now_utc

REFUND_TRIALS = 8

log = structlog.get_logger("payments")


async def refund_part(
    acquiring: Acquiring, acquirer: Acquirer, merchant: Merchant, payment: CardPayment, part: int
) -> bool:
    """Give the part back, or ask what became of it; false when it is to be looked at again."""
    order = (merchant, str(payment.id), payment.provider_payment_id)
    try:
        if payment.refund_asked_at is not None:
            known = part_of(part, payment.refunded, await acquirer.status(*order))
            if known is PartRefund.UNKNOWN:
                return await _unknown(acquiring, payment)
            if known is PartRefund.DONE:
                return await _done(acquiring, payment, part)
        await _asking(acquiring, payment)
        said = await acquirer.refund(*order, part, payment.currency, nth=_nth(payment))
    except Silent as silence:
        log.warning("refund of a part not answered", payment_id=str(payment.id), cause=silence.text)
        if not silence.may_have_acted and payment.refund_asked_at is None:
            await _not_asked(acquiring, payment)
        return False
    except Declined as declined:
        log.warning("refund of a part refused", payment_id=str(payment.id), told=declined.text)
        await _not_asked(acquiring, payment)
        return await refused(acquiring, payment, declined.text)
    return await _done(acquiring, payment, part) if said is not None else False


async def refused(acquiring: Acquiring, payment: CardPayment, text: str) -> bool:
    """After several clear refusals a person must look."""
    async with acquiring.db.tx(payment.account_id) as tx:
        row = await tx.get_one(CardPayment, (payment.account_id, payment.id), with_for_update=True)
        row.provider_text = text
        if row.state != PaymentState.REFUNDING or row.checks + 1 < REFUND_TRIALS:
            return False
        row.state, row.reason_code, row.next_check_at = PaymentState.REVIEW, "refund_refused", None
        row.version += 1
        return True


async def _unknown(acquiring: Acquiring, payment: CardPayment) -> bool:
    """The acquirer does not say: after several questions a person must look into the shop's cabinet."""
    async with acquiring.db.tx(payment.account_id) as tx:
        row = await tx.get_one(CardPayment, (payment.account_id, payment.id), with_for_update=True)
        if row.state != PaymentState.REFUNDING or row.checks + 1 < REFUND_TRIALS:
            return False
        row.state, row.reason_code, row.next_check_at = PaymentState.REVIEW, "refund_unknown", None
        row.version += 1
        return True


async def _asking(acquiring: Acquiring, payment: CardPayment) -> None:
    """Commit that it is being asked for: a crash after this leaves a refund whose outcome is unknown."""
    async with acquiring.db.tx(payment.account_id) as tx:
        row = await tx.get_one(CardPayment, (payment.account_id, payment.id), with_for_update=True)
        row.refund_asked_at = now_utc()


async def _not_asked(acquiring: Acquiring, payment: CardPayment) -> None:
    async with acquiring.db.tx(payment.account_id) as tx:
        row = await tx.get_one(CardPayment, (payment.account_id, payment.id), with_for_update=True)
        row.refund_asked_at = None


async def _done(acquiring: Acquiring, payment: CardPayment, part: int) -> bool:
    async with acquiring.db.tx(payment.account_id) as tx:
        row = await tx.get_one(CardPayment, (payment.account_id, payment.id), with_for_update=True)
        if row.state == PaymentState.REFUNDING and row.refund_part == part:
            await part_given_back(acquiring, tx, row, part, now_utc())
    return True


def _nth(payment: CardPayment) -> str:
    """Tells one refund of an order from the next."""
    return f"{payment.refunded}"
