"""The steps of a receipt as rows and events. Each is written only while the lane is leased to the writer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import aliased

from contracts.base import Money
from contracts.fiscal import ReceiptFailed, ReceiptHeld, ReceiptRegistered
from contracts.fiscal import ReceiptState as ReceiptSaid
from fiscal.domain.reasons import Reason
from fiscal.domain.receipts import WAITING, ReceiptState, may_send_again, next_look_up
from fiscal.providers.checkbox_answers import ReceiptAnswer
from fiscal.tables import Receipt, ReceiptLane
from fiscal.usecases.cashier_calls import FiscalDesk
from fiscal.usecases.lanes import Lane, mine
from kit.db import Tx
from kit.ids import new_id


@dataclass
class Step:
    """An open transaction of a lane's worker: the lane's row, the receipt's row and the database's time."""

    tx: Tx
    lane: ReceiptLane
    receipt: Receipt
    now: datetime


@asynccontextmanager
async def step(desk: FiscalDesk, lane: Lane, receipt_id: UUID) -> AsyncIterator[Step]:
    """Write one step of a receipt; raises `LeaseLost` and writes nothing when the lane is somebody else's."""
    async with desk.db.tx(lane.account_id) as tx:
        row, now = await mine(tx, lane, desk.pace)
        receipt = await tx.get(Receipt, (lane.account_id, receipt_id), with_for_update=True)
        assert receipt is not None
        yield Step(tx, row, receipt, now)


def claim(at: Step) -> None:
    """About to be sent. A crash after this leaves a receipt whose outcome is unknown, never one that is due."""
    at.receipt.state = ReceiptState.REGISTERING
    at.receipt.reason_code = at.receipt.provider_text = None
    at.receipt.attempts += 1
    at.receipt.sent_at = at.now
    at.receipt.accepted_at = at.receipt.not_found_at = at.receipt.next_attempt_at = None
    at.receipt.look_ups = 0
    at.lane.last_sent_at = at.now
    at.lane.blocked_until = at.lane.blocked_reason = at.lane.blocked_text = None
    at.lane.failures = 0


def accepted(at: Step) -> None:
    """Checkbox has it and works on it."""
    _answered(at)
    at.receipt.accepted_at = at.receipt.accepted_at or at.now
    at.receipt.reason_code = at.receipt.provider_text = None
    at.receipt.next_attempt_at = None


async def registered(at: Step, said: ReceiptAnswer) -> None:
    """It is fiscal; a sale of which everything is returned by now is reversed by that."""
    receipt = at.receipt
    accepted(at)
    receipt.state = ReceiptState.REGISTERED
    receipt.registered_at = at.now
    receipt.fiscal_code = said.fiscal_code
    receipt.url = said.url
    receipt.is_offline = said.is_offline
    receipt.sent_to_tax_office_at = at.now if said.is_sent else None
    receipt.next_tax_look_at = None if said.is_sent else at.now
    if receipt.sale_receipt_id is not None:
        await at.tx.flush()
        of_sale = aliased(Receipt)
        returned = select(func.sum(of_sale.total)).where(
            of_sale.account_id == receipt.account_id,
            of_sale.sale_receipt_id == receipt.sale_receipt_id,
            of_sale.state == ReceiptState.REGISTERED,
        )
        await at.tx.execute(
            update(Receipt)
            .where(
                Receipt.account_id == receipt.account_id,
                Receipt.id == receipt.sale_receipt_id,
                Receipt.state == ReceiptState.REGISTERED,
                Receipt.total <= returned.scalar_subquery(),
            )
            .values(state=ReceiptState.REVERSED, version=Receipt.version + 1)
        )
    _say(at.tx, ReceiptRegistered, receipt)


def failed(at: Step, text: str) -> None:
    """Checkbox refused it for good: it gives way to the next and waits for a person."""
    _answered(at)
    at.receipt.state = ReceiptState.FAILED
    at.receipt.reason_code = Reason.REJECTED
    at.receipt.provider_text = text
    at.receipt.accepted_at = at.receipt.next_attempt_at = None
    _say(at.tx, ReceiptFailed, at.receipt)


def ended_with_error(at: Step) -> None:
    """Checkbox ended this id with an error, so the next attempt needs a new one."""
    at.receipt.former_provider_ids = [*at.receipt.former_provider_ids, at.receipt.provider_id]
    at.receipt.provider_id = new_id()
    at.receipt.accepted_at = None


def back_to_due(at: Step) -> None:
    """Surely not accepted: it may be sent again under the same id."""
    _answered(at)
    at.receipt.state = ReceiptState.DUE
    at.receipt.reason_code = at.receipt.provider_text = None
    at.receipt.accepted_at = at.receipt.not_found_at = at.receipt.next_attempt_at = None


def _answered(at: Step) -> None:
    """The gap to the next receipt counts from here: from the claim, a slow way there could bring two close together."""
    if at.lane.last_sent_at is not None and at.lane.last_sent_at < at.now:
        at.lane.last_sent_at = at.now


def slow_down(at: Step, desk: FiscalDesk) -> None:
    """Checkbox wants a pause: the gap to the next receipt of this register grows to it."""
    gap = timedelta(seconds=desk.pace.receipt_gap_s)
    at.lane.last_sent_at = at.now + desk.pace.unavailable_pause(0) - gap


def unknown(at: Step, text: str, desk: FiscalDesk) -> None:
    """It may have been accepted: from now on it is asked about, and nothing else of the register is sent."""
    is_news = at.receipt.reason_code != Reason.UNKNOWN_OUTCOME
    if is_news:
        at.receipt.sent_at = at.now  # the look-ups are counted from here
        at.receipt.look_ups = 0
        at.receipt.not_found_at = None
    at.receipt.reason_code = Reason.UNKNOWN_OUTCOME
    at.receipt.provider_text = text
    at.receipt.accepted_at = None
    _plan_look_up(at, desk)
    if is_news:
        _say(at.tx, ReceiptHeld, at.receipt)


def looked_up_in_vain(at: Step, desk: FiscalDesk) -> None:
    """No answer to the question either."""
    at.receipt.look_ups += 1
    _plan_look_up(at, desk)


def not_found(at: Step, desk: FiscalDesk) -> None:
    """Checkbox knows no such receipt; the second such answer, far enough from the first, makes it due again."""
    if may_send_again(at.receipt.not_found_at, at.now, desk.pace):
        back_to_due(at)
        return
    at.receipt.look_ups += 1
    at.receipt.not_found_at = at.receipt.not_found_at or at.now
    _plan_look_up(at, desk)


async def hold_lane(at: Step, reason: Reason, text: str, pause: timedelta) -> None:
    """Nothing of this register can be sent for now: every receipt that is due is held with the cause."""
    at.lane.blocked_reason = reason
    at.lane.blocked_text = text
    at.lane.blocked_until = at.now + pause
    at.lane.failures += 1
    if at.receipt.state == ReceiptState.REGISTERING:
        back_to_due(at)
    await hold_due(at.tx, at.lane)


async def hold_due(tx: Tx, lane: ReceiptLane) -> None:
    """Let every receipt that is due share the lane's cause."""
    await tx.flush()
    rows = await tx.scalars(
        select(Receipt)
        .where(
            Receipt.account_id == lane.account_id,
            Receipt.cash_register_id == lane.cash_register_id,
            Receipt.state.in_((ReceiptState.DUE, ReceiptState.HELD)),
        )
        .order_by(Receipt.position)
        .with_for_update()
    )
    for receipt in rows:
        receipt.next_attempt_at = lane.blocked_until
        if (receipt.state, receipt.reason_code) == (ReceiptState.HELD, lane.blocked_reason):
            continue
        receipt.state = ReceiptState.HELD
        receipt.reason_code = lane.blocked_reason
        receipt.provider_text = lane.blocked_text or None
        _say(tx, ReceiptHeld, receipt)


async def head_of(tx: Tx, lane: Lane) -> Receipt | None:
    """The oldest receipt of the lane that is not at its end."""
    found: Receipt | None = await tx.scalar(
        select(Receipt)
        .where(
            Receipt.account_id == lane.account_id,
            Receipt.cash_register_id == lane.cash_register_id,
            Receipt.state.in_(WAITING),
        )
        .order_by(Receipt.position)
        .limit(1)
    )
    return found


def _plan_look_up(at: Step, desk: FiscalDesk) -> None:
    since = at.receipt.sent_at or at.now
    at.receipt.next_attempt_at = next_look_up(since, at.receipt.look_ups, at.receipt.not_found_at, desk.pace)


def _say(tx: Tx, event: type[ReceiptRegistered] | type[ReceiptHeld] | type[ReceiptFailed], receipt: Receipt) -> None:
    """Tell the others the new state, under a new version."""
    receipt.version += 1
    tx.emit(
        event(
            account_id=receipt.account_id,
            version=receipt.version,
            receipt=ReceiptSaid(
                id=receipt.id,
                settlement_id=receipt.settlement_id,
                booking_id=receipt.booking_id,
                cash_register_id=receipt.cash_register_id,
                state=receipt.state,
                reason_code=receipt.reason_code,
                total=Money(amount=receipt.total, currency=receipt.currency),
                fiscal_code=receipt.fiscal_code,
                url=receipt.url,
            ),
        )
    )
