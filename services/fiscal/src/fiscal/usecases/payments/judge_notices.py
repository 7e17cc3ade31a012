"""Judging notices: signature with the keys of the order's shop, then what the word does to the order."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog

from fiscal.domain.card_payments import Said, Verdict
from fiscal.payment_tables import CardPayment, PaymentNotice
from fiscal.providers.acquirers.words import Declined, Forged, Merchant, Notice, Silent
from fiscal.usecases.due import serve_due
from fiscal.usecases.payments.acquiring import Acquiring
from fiscal.usecases.payments.take_word import take_word
from kit.errors import Problem
from kit.messaging import now_utc

LEASE = timedelta(seconds=20)
AGAIN_IN = timedelta(seconds=5)
"""What cannot be judged yet is looked at again after this, and after half of its age once it is older."""

log = structlog.get_logger("payments")


async def judge_notices(acquiring: Acquiring) -> int:
    """Judge what waits, the oldest first; answers how many were looked at."""
    return await serve_due(acquiring.db, PaymentNotice.next_look_at, LEASE, partial(_judge, acquiring))


async def _judge(acquiring: Acquiring, account_id: UUID, notice_id: UUID) -> None:
    async with acquiring.db.tx(account_id) as tx:
        kept = await tx.get_one(PaymentNotice, (account_id, notice_id))
        payment = await tx.get_one(CardPayment, (account_id, kept.payment_id))
        merchant = await acquiring.merchant_of(tx, payment)
    if kept.verdict is not None:
        return
    if merchant is None:
        await _end(acquiring, account_id, notice_id, Verdict.SIGNATURE)
        return
    acquirer = acquiring.acquirers[payment.provider]
    try:
        said = await acquirer.read_notice(merchant, Notice(kept.headers, kept.body))
    except Forged as forged:
        log.warning("payment notice refused", payment_id=str(payment.id), verdict=forged.verdict.value)
        await _end(acquiring, account_id, notice_id, forged.verdict)
    except (Silent, Declined) as silence:  # the key could not be asked for
        log.info("payment notice not judged yet", payment_id=str(payment.id), cause=str(silence))
        await _later(acquiring, account_id, notice_id)
    else:
        await _take(acquiring, account_id, notice_id, payment.id, said, merchant)


async def _take(
    acquiring: Acquiring, account_id: UUID, notice_id: UUID, payment_id: UUID, said: Said, merchant: Merchant
) -> None:
    try:
        async with acquiring.db.tx(account_id) as tx:
            kept = await tx.get_one(PaymentNotice, (account_id, notice_id), with_for_update=True)
            if kept.verdict is not None:
                return
            kept.verdict = await take_word(
                acquiring, tx, account_id, payment_id, said, now_utc(), takes_tests=merchant.takes_tests
            )
            kept.next_look_at = None
    except Problem as problem:  # the copy of the booking is on its way
        log.info("payment notice not carried out yet", payment_id=str(payment_id), cause=problem.code)
        await _later(acquiring, account_id, notice_id)


async def _end(acquiring: Acquiring, account_id: UUID, notice_id: UUID, verdict: Verdict) -> None:
    async with acquiring.db.tx(account_id) as tx:
        kept = await tx.get_one(PaymentNotice, (account_id, notice_id), with_for_update=True)
        kept.verdict, kept.next_look_at = verdict, None


async def _later(acquiring: Acquiring, account_id: UUID, notice_id: UUID) -> None:
    async with acquiring.db.tx(account_id) as tx:
        kept = await tx.get_one(PaymentNotice, (account_id, notice_id), with_for_update=True)
        now = now_utc()
        kept.next_look_at = now + max(AGAIN_IN, (now - kept.received_at) / 2)
