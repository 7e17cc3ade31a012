"""A person's wish to try a receipt again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from contracts.permissions import Permission
from fiscal.domain.receipts import ReceiptState
from fiscal.errors import ReceiptNotWaiting
from fiscal.tables import CashRegister, Receipt
from fiscal.usecases.lanes import lock_lane, wake_lane
from fiscal.usecases.record_receipt import Step, back_to_due, ended_with_error
from kit.access import Member
from kit.db import Tx
from kit.errors import NotFound


async def retry_receipt(receipt_id: UUID, member: Member, tx: Tx, now: datetime) -> Receipt:
    """Let the register's lane be visited at once.

    A held receipt is tried, an unknown one is asked about (never simply sent again), and a refused one becomes due
    under a new id: its old one is known to be absent or ended. Raises `ReceiptNotWaiting`.
    """
    found = (
        await tx.execute(
            select(Receipt.cash_register_id, CashRegister.location_id)
            .join(
                CashRegister,
                (CashRegister.account_id == Receipt.account_id) & (CashRegister.id == Receipt.cash_register_id),
            )
            .where(Receipt.account_id == member.account_id, Receipt.id == receipt_id)
        )
    ).first()
    if found is None:
        raise NotFound("receipt")
    member.require(Permission.SETTLEMENT_CREATE, location_id=found.location_id)
    lane = await lock_lane(tx, member.account_id, found.cash_register_id)
    receipt = await tx.get_one(Receipt, (member.account_id, receipt_id), with_for_update=True)
    if receipt.state in (ReceiptState.REGISTERED, ReceiptState.REVERSED):
        raise ReceiptNotWaiting(receipt.state)
    if receipt.state == ReceiptState.FAILED:
        at = Step(tx, lane, receipt, now)
        ended_with_error(at)
        back_to_due(at)
    elif receipt.state == ReceiptState.REGISTERING and receipt.accepted_at is None and receipt.next_attempt_at:
        receipt.next_attempt_at = now
    await wake_lane(tx, lane, unblock=True)
    return receipt
