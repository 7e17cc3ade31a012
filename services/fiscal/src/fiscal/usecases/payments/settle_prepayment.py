"""Money for a booking that came in advance: settled like any other, or sent back when there is nothing to pay for."""

from datetime import datetime

import structlog

from contracts.base import Money
from contracts.fiscal import PrepaymentCancelled, PrepaymentPaid, PrepaymentState
from contracts.permissions import Permission
from fiscal.domain.card_payments import PaymentState
from fiscal.errors import FiscalProblem, NothingToReverse, RefundAbovePaid
from fiscal.payment_tables import CardPayment, Prepayment
from fiscal.usecases.payments.acquiring import Acquiring, acting
from fiscal.usecases.reverse_settlement import ReverseSettlement, reverse_settlement
from fiscal.usecases.settle_booking import Payment, SettleBooking, settle_booking
from kit.db import Tx

ONLINE = "online"
_SETTLES = frozenset({Permission.SETTLEMENT_CREATE, Permission.SETTLEMENT_REVERSE})

log = structlog.get_logger("payments")


async def prepayment_paid(acquiring: Acquiring, tx: Tx, payment: CardPayment, now: datetime) -> None:
    """Settle the booking with the money; what cannot be settled any more goes back to the payer by itself.

    That is so for a second payment, for one that came after its time, and for a booking that was cancelled or paid
    otherwise meanwhile. Raises `NotFound` while the booking is not known here.
    """
    assert payment.prepayment_id is not None
    asked = await tx.get_one(Prepayment, (payment.account_id, payment.prepayment_id), with_for_update=True)
    if asked.state != "pending":
        _give_back(payment, f"prepayment_{asked.state}", now)
        return
    member = acting(payment.account_id, payment.provider, _SETTLES)
    money = Payment(ONLINE, asked.cash_register_id, payment.amount, payment.currency)
    try:
        async with tx.begin_nested():
            act = await settle_booking(SettleBooking(asked.booking_id, [money]), member, tx, now)
    except FiscalProblem as problem:
        log.warning("prepayment not settled", payment_id=str(payment.id), cause=problem.code)
        end_prepayment(asked, "cancelled")
        say_cancelled(tx, asked)
        _give_back(payment, problem.code.partition(".")[2], now)
        return
    asked.settlement_id = payment.settlement_id = act.id
    end_prepayment(asked, "paid")
    tx.emit(PrepaymentPaid(account_id=asked.account_id, version=asked.version, prepayment=shown(acquiring, asked)))


async def prepayment_given_back(acquiring: Acquiring, tx: Tx, payment: CardPayment, now: datetime) -> None:  # noqa: ARG001
    """Take the settlement back, with its return receipt, when its money has gone back to the payer."""
    assert payment.prepayment_id is not None
    asked = await tx.get_one(Prepayment, (payment.account_id, payment.prepayment_id), with_for_update=True)
    if payment.settlement_id is None:  # money that never settled anything: too late, or a second payment
        return
    await _reverse(tx, asked, payment, None, now)
    end_prepayment(asked, "refunded")


async def part_given_back(acquiring: Acquiring, tx: Tx, payment: CardPayment, part: int, now: datetime) -> None:
    """Take so much of the settlement back; with the last part the prepayment is refunded."""
    payment.refunded += part
    payment.refund_part = payment.refund_asked_at = payment.next_check_at = None
    payment.reason_code = payment.provider_text = None
    payment.version += 1
    if payment.refunded == payment.amount:
        payment.state, payment.refunded_at = PaymentState.REFUNDED, now
        await prepayment_given_back(acquiring, tx, payment, now)
        return
    payment.state = PaymentState.PAID
    assert payment.prepayment_id is not None
    asked = await tx.get_one(Prepayment, (payment.account_id, payment.prepayment_id), with_for_update=True)
    asked.version += 1
    await _reverse(tx, asked, payment, part, now)


async def _reverse(tx: Tx, asked: Prepayment, payment: CardPayment, part: int | None, now: datetime) -> None:
    member = acting(payment.account_id, payment.provider, _SETTLES)
    command = ReverseSettlement(asked.booking_id, payment.settlement_id, reason="refund", amount=part)
    try:
        async with tx.begin_nested():
            await reverse_settlement(command, member, tx, now)
    except (NothingToReverse, RefundAbovePaid):
        log.info("settlement was reversed before its refund", payment_id=str(payment.id))


def end_prepayment(asked: Prepayment, state: str) -> None:
    """Move a prepayment to one of its ends."""
    asked.state = state
    asked.next_check_at = None
    asked.version += 1


def say_cancelled(tx: Tx, asked: Prepayment) -> None:
    """Nobody is to pay it any more, so that no link to it goes out."""
    told = _state(asked, None)
    tx.emit(PrepaymentCancelled(account_id=asked.account_id, version=asked.version, prepayment=told))


def shown(acquiring: Acquiring, asked: Prepayment) -> PrepaymentState:
    """A prepayment as others see it."""
    return _state(asked, acquiring.pay_url(asked.id))


def _state(asked: Prepayment, url: str | None) -> PrepaymentState:
    return PrepaymentState(
        id=asked.id,
        booking_id=asked.booking_id,
        state=asked.state,
        amount=Money(amount=asked.amount, currency=asked.currency),
        url=url,
        expires_at=asked.expires_at,
    )


def _give_back(payment: CardPayment, reason_code: str, now: datetime) -> None:
    payment.state = PaymentState.REFUNDING
    payment.reason_code = reason_code
    payment.next_check_at = now
    payment.checks = 0
