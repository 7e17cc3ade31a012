"""Closing shifts by themselves before midnight of the place: one left open is a breach of the law the next morning."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import select

from fiscal.domain.closing import LATEST, on_the_day
from fiscal.domain.receipts import ReceiptState
from fiscal.errors import FiscalRefusal
from fiscal.tables import CashRegister, FiscalShift, Receipt
from fiscal.usecases.cashier_calls import FiscalDesk
from fiscal.usecases.due import serve_due
from fiscal.usecases.fiscal_shifts import close_shift
from fiscal.usecases.record_shift import zone_of
from kit.db import Tx
from kit.messaging import now_utc

AGAIN_IN = timedelta(seconds=30)
UNDER_WAY = (ReceiptState.DUE, ReceiptState.REGISTERING)

log = structlog.get_logger("shifts")


async def close_shifts(desk: FiscalDesk) -> int:
    """Close every shift whose day ends; what could not be closed is tried again until it is. Answers how many."""
    return await serve_due(desk.db, FiscalShift.close_at, AGAIN_IN, partial(_close, desk))


async def _close(desk: FiscalDesk, account_id: UUID, shift_id: UUID) -> None:
    async with desk.db.tx(account_id) as tx:
        shift = await tx.get_one(FiscalShift, (account_id, shift_id))
        if shift.state != "open" or await _may_wait(tx, shift):
            return
        who = desk.credentials_of(await tx.get_one(CashRegister, (account_id, shift.cash_register_id)))
    if who is None:
        return
    try:
        closed = await close_shift(desk, who)
    except FiscalRefusal as refusal:
        log.warning("shift not closed by itself", cash_register_id=str(shift.cash_register_id), cause=refusal.code)
        return
    log.info("shift closed by itself", cash_register_id=str(shift.cash_register_id), state=closed.state)


async def _may_wait(tx: Tx, shift: FiscalShift) -> bool:
    """Whether receipts are just being registered and there is time for them before midnight."""
    zone = await zone_of(tx, shift.account_id, shift.cash_register_id)
    if now_utc() >= on_the_day(shift.opened_at or shift.created_at, zone, LATEST):
        return False
    waiting = await tx.scalar(
        select(Receipt.id)
        .where(
            Receipt.account_id == shift.account_id,
            Receipt.cash_register_id == shift.cash_register_id,
            Receipt.state.in_(UNDER_WAY),
        )
        .limit(1)
    )
    return waiting is not None
