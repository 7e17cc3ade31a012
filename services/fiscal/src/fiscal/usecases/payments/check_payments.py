"""Orders that nobody told of: asked about until they are at an end; refunds carried out; prepayments that ran out."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from contracts.fiscal import PrepaymentExpired
from fiscal.domain.card_payments import PaymentState, Said, Word, is_never_paid
from fiscal.payment_tables import CardPayment, Prepayment
from fiscal.providers.acquirers.words import Acquirer, Declined, Merchant, Silent
from fiscal.usecases.due import serve_due
from fiscal.usecases.payments.acquiring import Acquiring
from fiscal.usecases.payments.ask_prepayment import open_orders, withdraw_order
from fiscal.usecases.payments.refund_part import refund_part, refused
from fiscal.usecases.payments.settle_prepayment import end_prepayment, shown
from fiscal.usecases.payments.take_word import take_word
from kit.db import Tx
from kit.errors import Problem
from kit.messaging import now_utc

LEASE = timedelta(seconds=60)
ASKED_ABOUT = (PaymentState.PENDING, PaymentState.FAILED, PaymentState.CANCELLED, PaymentState.REFUNDING)

log = structlog.get_logger("payments")


async def check_payments(acquiring: Acquiring) -> int:
    """Ask about every order whose time has come; answers how many."""
    return await serve_due(acquiring.db, CardPayment.next_check_at, LEASE, partial(_check, acquiring))


async def expire_prepayments(acquiring: Acquiring) -> int:
    """End every prepayment whose time is over and that nobody has paid; answers how many were looked at."""
    return await serve_due(acquiring.db, Prepayment.next_check_at, LEASE, partial(_expire, acquiring))


async def _check(acquiring: Acquiring, account_id: UUID, payment_id: UUID) -> None:
    async with acquiring.db.tx(account_id) as tx:
        payment = await tx.get_one(CardPayment, (account_id, payment_id))
        merchant = await acquiring.merchant_of(tx, payment)
    if merchant is None:
        await _plan(acquiring, account_id, payment_id)
        return
    acquirer = acquiring.acquirers[payment.provider]
    if payment.state == PaymentState.REFUNDING and payment.refund_part is not None:
        if not await refund_part(acquiring, acquirer, merchant, payment, payment.refund_part):
            await _plan(acquiring, account_id, payment_id)
    elif payment.state == PaymentState.REFUNDING:
        await _refund(acquiring, acquirer, merchant, payment)
    elif payment.state == PaymentState.CANCELLED:
        if payment.checks == 0 and not await _withdraw(acquirer, merchant, payment):
            await _plan(acquiring, account_id, payment_id, counts=False)
        else:
            await _ask(acquiring, acquirer, merchant, payment)
    elif payment.state in (PaymentState.PENDING, PaymentState.FAILED):
        await _ask(acquiring, acquirer, merchant, payment)


async def _ask(acquiring: Acquiring, acquirer: Acquirer, merchant: Merchant, payment: CardPayment) -> None:
    try:
        said = await acquirer.status(merchant, str(payment.id), payment.provider_payment_id)
    except (Silent, Declined) as silence:
        log.info("payment not asked about", payment_id=str(payment.id), cause=str(silence))
        await _plan(acquiring, payment.account_id, payment.id)
        return
    if said is not None and await _take(acquiring, merchant, payment, said):
        return
    over = is_never_paid(said, payment.valid_until, now_utc(), acquiring.pace)
    await _plan(acquiring, payment.account_id, payment.id, over=over)


async def _plan(
    acquiring: Acquiring, account_id: UUID, payment_id: UUID, *, over: bool = False, counts: bool = True
) -> None:
    """When to ask next. Time alone ends no order: its acquirer says that it is `over`, or is silent for days."""
    async with acquiring.db.tx(account_id) as tx:
        payment = await tx.get_one(CardPayment, (account_id, payment_id), with_for_update=True)
        if payment.state not in ASKED_ABOUT:
            return
        now = now_utc()
        payment.checks += counts
        is_lost = payment.valid_until + acquiring.pace.silence <= now
        if payment.state == PaymentState.REFUNDING or not (over or is_lost):
            payment.next_check_at = now + acquiring.pace.check(payment.checks)
            return
        payment.next_check_at = None
        if payment.state == PaymentState.PENDING:
            payment.state = PaymentState.EXPIRED
            payment.version += 1


async def _refund(acquiring: Acquiring, acquirer: Acquirer, merchant: Merchant, payment: CardPayment) -> None:
    """Give the money back; after an answer that got lost the order is asked about before anything is repeated."""
    order = (merchant, str(payment.id), payment.provider_payment_id)
    try:
        known = await acquirer.status(*order) if payment.checks else None
        if known is None or known.word is not Word.REFUNDED:
            known = await acquirer.refund(*order, payment.amount, payment.currency)
    except Silent as silence:
        log.warning("refund not answered", payment_id=str(payment.id), cause=silence.text)
    except Declined as declined:
        log.warning("refund refused", payment_id=str(payment.id), told=declined.text)
        if await refused(acquiring, payment, declined.text):
            return
    else:
        if known is not None and await _take(acquiring, merchant, payment, known):
            return
    await _plan(acquiring, payment.account_id, payment.id)


async def _withdraw(acquirer: Acquirer, merchant: Merchant, payment: CardPayment) -> bool:
    """Let nobody pay it any more, where that can be said; whoever was quicker gets the money back.

    False when the acquirer has not heard of it yet.
    """
    try:
        await acquirer.withdraw(merchant, payment.provider_payment_id)
    except (Silent, Declined) as silence:
        log.info("order not withdrawn", payment_id=str(payment.id), cause=str(silence))
        return isinstance(silence, Declined)
    return True


async def _take(acquiring: Acquiring, merchant: Merchant, payment: CardPayment, said: Said) -> bool:
    """Carry a word out; true when the order moved on by it."""
    try:
        async with acquiring.db.tx(payment.account_id) as tx:
            before = payment.state
            await take_word(
                acquiring, tx, payment.account_id, payment.id, said, now_utc(), takes_tests=merchant.takes_tests
            )
            row = await tx.get_one(CardPayment, (payment.account_id, payment.id))
            return row.state != before
    except Problem as problem:
        log.info("word of an acquirer not carried out yet", payment_id=str(payment.id), cause=problem.code)
        return False


async def _expire(acquiring: Acquiring, account_id: UUID, prepayment_id: UUID) -> None:
    async with acquiring.db.tx(account_id) as tx:
        asked = await tx.get_one(Prepayment, (account_id, prepayment_id), with_for_update=True)
        orders = [(order.id, await acquiring.merchant_of(tx, order)) for order in await open_orders(tx, asked)]
    is_being_paid = False
    for payment_id, merchant in orders:
        if merchant is not None:
            is_being_paid |= await _is_being_paid(acquiring, merchant, account_id, payment_id)
    async with acquiring.db.tx(account_id) as tx:
        asked = await tx.get_one(Prepayment, (account_id, prepayment_id), with_for_update=True)
        if asked.state != "pending":
            return
        now = now_utc()
        if is_being_paid and now < asked.expires_at + acquiring.pace.grace:
            asked.next_check_at = now + acquiring.pace.check(0)
            return
        await _end(acquiring, asked, tx, now)


async def _end(acquiring: Acquiring, asked: Prepayment, tx: Tx, now: datetime) -> None:
    """Nobody has paid in time: the link is closed, orders are withdrawn, and the booking's owner is told."""
    end_prepayment(asked, "expired")
    for payment in await open_orders(tx, asked):
        withdraw_order(payment, now)
    tx.emit(PrepaymentExpired(account_id=asked.account_id, version=asked.version, prepayment=shown(acquiring, asked)))


async def _is_being_paid(acquiring: Acquiring, merchant: Merchant, account_id: UUID, payment_id: UUID) -> bool:
    """Whether the bank is working on an order, or does not say; one that turns out to be paid is settled here."""
    async with acquiring.db.tx(account_id) as tx:
        payment = await tx.get_one(CardPayment, (account_id, payment_id))
    if payment.checkout is None:
        return False
    try:
        said = await acquiring.acquirers[payment.provider].status(
            merchant, str(payment.id), payment.provider_payment_id
        )
    except Silent:
        return True
    except Declined:
        return False
    if said is None:
        return False
    await _take(acquiring, merchant, payment, said)
    return said.word is Word.WAITING
