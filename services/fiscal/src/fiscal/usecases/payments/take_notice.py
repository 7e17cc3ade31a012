"""Keeping a call that names one of our orders. Whether it is genuine is judged by the worker: that may need a call."""

import base64
import hashlib
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from contracts.gateway import PaymentCallbackReceived
from fiscal.payment_tables import CardPayment, PaymentNotice
from fiscal.providers.acquirers.words import Notice
from fiscal.usecases.payments.acquiring import CHANNEL, Acquiring, work_for
from kit.db import Tx
from kit.ids import new_id
from kit.wakeups import notify

MOST_UNJUDGED = 100
"""Kept of one order at once: who guesses the id of an order must not fill the table."""

log = structlog.get_logger("payments")


async def take_notice(event: PaymentCallbackReceived, tx: Tx, *, acquiring: Acquiring) -> None:
    """Keep the call once, however often it comes; what names no order of ours is left."""
    acquirer = acquiring.acquirers.get(event.provider)
    notice = Notice(event.headers, base64.b64decode(event.body_base64))
    payment_id = _order_id(acquirer.claimed_order(notice)) if acquirer else None
    account_id = None
    if payment_id is not None:
        account_id = await tx.scalar(
            select(CardPayment.account_id).where(CardPayment.id == payment_id, CardPayment.provider == event.provider)
        )
    if payment_id is None or account_id is None:
        log.warning("payment notice of no order", provider=event.provider)
        return
    await work_for(tx, account_id)
    unjudged = await tx.scalar(
        select(func.count())
        .select_from(PaymentNotice)
        .where(
            PaymentNotice.account_id == account_id,
            PaymentNotice.payment_id == payment_id,
            PaymentNotice.verdict.is_(None),
        )
    )
    if unjudged and unjudged >= MOST_UNJUDGED:
        log.warning("too many payment notices of one order", provider=event.provider, payment_id=str(payment_id))
        return
    fingerprint = hashlib.sha256(notice.headers.get("x-sign", "").encode() + b"\n" + notice.body).digest()
    kept = insert(PaymentNotice).values(
        account_id=account_id,
        id=new_id(),
        payment_id=payment_id,
        fingerprint=fingerprint,
        headers=dict(notice.headers),
        body=notice.body,
        received_at=event.received_at,
        next_look_at=func.now(),
    )
    if await tx.scalar(kept.on_conflict_do_nothing().returning(PaymentNotice.id)) is not None:
        await notify(tx, CHANNEL)


def _order_id(claimed: str | None) -> UUID | None:
    try:
        return UUID(claimed) if claimed else None
    except ValueError:
        return None
