"""Sending registered receipts to clients by e-mail or SMS, through Checkbox."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import exists

from fiscal.checkbox_tables import ReceiptDelivery
from fiscal.domain.receipts import ReceiptState
from fiscal.providers.checkbox_answers import Refused, Unanswered
from fiscal.tables import CashRegister, Receipt
from fiscal.usecases.cashier_calls import FiscalDesk, as_cashier
from fiscal.usecases.due import serve_due
from kit.access import Member
from kit.db import Tx
from kit.errors import NotFound
from kit.ids import new_id
from kit.messaging import now_utc
from kit.phones import masked
from kit.secrets import SecretBox

TRIALS = 6
PAUSES_S = (2, 10, 60, 300, 900)
LEASE = timedelta(seconds=60)
REGISTERED = (ReceiptState.REGISTERED, ReceiptState.REVERSED)

log = structlog.get_logger("receipts")


async def want_delivery(
    tx: Tx, member: Member, box: SecretBox, receipt_id: UUID, way: str, to: str, now: datetime
) -> ReceiptDelivery:
    """Note where the receipt is to go; it goes as soon as it is registered."""
    receipt = await tx.get(Receipt, (member.account_id, receipt_id))
    if receipt is None:
        raise NotFound("receipt")
    wish = ReceiptDelivery(
        account_id=member.account_id,
        id=new_id(),
        receipt_id=receipt_id,
        way=way,
        recipient_masked=masked(to) if way == "sms" else _masked_mail(to),
        state="wanted",
        tries=0,
        next_try_at=now,
        created_at=now,
        created_by_name=member.name,
    )
    wish.sealed = box.seal(to, _owner(wish))
    tx.add(wish)
    return wish


async def deliver_receipts(desk: FiscalDesk) -> int:
    """Send what is due; answers how many were tried."""
    is_registered = exists().where(
        Receipt.account_id == ReceiptDelivery.account_id,
        Receipt.id == ReceiptDelivery.receipt_id,
        Receipt.state.in_(REGISTERED),
    )
    return await serve_due(desk.db, ReceiptDelivery.next_try_at, LEASE, partial(_deliver, desk), only=is_registered)


async def _deliver(desk: FiscalDesk, account_id: UUID, delivery_id: UUID) -> None:
    async with desk.db.tx(account_id) as tx:
        wish = await tx.get_one(ReceiptDelivery, (account_id, delivery_id))
        receipt = await tx.get_one(Receipt, (wish.account_id, wish.receipt_id))
        register = await tx.get_one(CashRegister, (wish.account_id, receipt.cash_register_id))
    who, to, told = desk.credentials_of(register), desk.box.open(wish.sealed, _owner(wish)), None
    is_sent = is_over = False
    if who is not None:
        provider_id = str(receipt.provider_id)
        try:
            await as_cashier(desk, who, lambda token: desk.checkbox.deliver(token, provider_id, wish.way, to))
            is_sent = True
        except Refused as refused:
            told = refused.text
        except Unanswered as silence:
            # It may have gone: a second copy would only annoy, and the link of the receipt is there anyway.
            told, is_over = silence.text, silence.may_have_acted
    async with desk.db.tx(wish.account_id) as tx:
        row = await tx.get_one(ReceiptDelivery, (wish.account_id, wish.id), with_for_update=True)
        row.tries += 1
        row.provider_text = told
        if is_sent:
            row.state, row.next_try_at = "sent", None
        elif is_over or row.tries >= TRIALS:
            row.state, row.next_try_at = "failed", None
        else:
            row.next_try_at = now_utc() + timedelta(seconds=PAUSES_S[min(row.tries, len(PAUSES_S)) - 1])
    log.info("receipt delivery", receipt_id=str(wish.receipt_id), way=wish.way, sent=is_sent)


def _masked_mail(address: str) -> str:
    name, _, host = address.partition("@")
    return f"{name[:1]}…@{host}"


def _owner(wish: ReceiptDelivery) -> str:
    return f"{wish.account_id}:{wish.receipt_id}:delivery"
