"""The way to the acquirer's page: asked for once per order, outside of any transaction, and kept."""

from datetime import datetime
from uuid import UUID

from fiscal.errors import (
    AcquirerRefused,
    AcquirerUnavailable,
    FiscalProblem,
    SubscriptionNotPayable,
    TopUpUnavailable,
)
from fiscal.payment_tables import CardPayment
from fiscal.providers.acquirers.words import Checkout, Declined, Merchant, NewOrder, Silent
from fiscal.usecases.payments.acquiring import TITLES, Acquiring
from kit.errors import NotFound


async def ready_to_pay(acquiring: Acquiring, account_id: UUID, payment_id: UUID, return_url: str) -> CardPayment:
    """The order with its checkout; raises `AcquirerUnavailable`, `AcquirerRefused`, `TopUpUnavailable`,
    `SubscriptionNotPayable`.

    An acquirer that makes the order at once may be called twice by two requests: the first answer is kept, and the
    other order, which nobody was sent to, ends unpaid.
    """
    async with acquiring.db.tx(account_id) as tx:
        payment = await tx.get(CardPayment, (account_id, payment_id))
        if payment is None:
            raise NotFound("payment")
        merchant = await acquiring.merchant_of(tx, payment)
    if payment.checkout is not None or payment.state != "pending":
        return payment
    if merchant is None:
        raise _unavailable(payment)
    asked = await _asked(acquiring, merchant, payment, return_url)
    async with acquiring.db.tx(account_id) as tx:
        payment = await tx.get_one(CardPayment, (account_id, payment_id), with_for_update=True)
        if payment.checkout is None:
            payment.checkout = {"method": asked.method, "url": asked.url, "fields": dict(asked.fields)}
            payment.provider_payment_id = asked.provider_payment_id
        return payment


async def _asked(acquiring: Acquiring, merchant: Merchant, payment: CardPayment, return_url: str) -> Checkout:
    order = NewOrder(
        id=str(payment.id),
        amount=payment.amount,
        currency=payment.currency,
        description=payment.description,
        notice_url=acquiring.notice_url(payment.provider),
        return_url=return_url,
        created_at_s=_seconds(payment.created_at),
        valid_s=max(_seconds(payment.valid_until) - _seconds(payment.created_at), 60),
    )
    title = TITLES[payment.provider]
    try:
        return await acquiring.acquirers[payment.provider].checkout(merchant, order)
    except Silent as silence:
        raise AcquirerUnavailable(title) from silence
    except Declined as declined:
        if payment.acquirer_account_id is None:  # the platform's own shop: no cure of the account's
            raise _unavailable(payment) from declined
        raise AcquirerRefused(title, declined.text) from declined


def _unavailable(payment: CardPayment) -> FiscalProblem:
    return SubscriptionNotPayable() if payment.kind == "subscription" else TopUpUnavailable()


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
