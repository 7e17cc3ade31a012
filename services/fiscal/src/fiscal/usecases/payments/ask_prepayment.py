"""Asking a client for money in advance: by hand, or by the account's rules as soon as a booking is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select

from contracts.booking import BookingCancelled, BookingCreated
from contracts.fiscal import PrepaymentRequested
from contracts.permissions import Permission
from fiscal.domain.card_payments import PaymentState
from fiscal.domain.registers import Register, choose_register
from fiscal.errors import (
    AcquirerNotSetUp,
    AmountAboveDue,
    BookingNotPayable,
    CurrencyMismatch,
    FiscalProblem,
    NothingDue,
    PrepaymentOpen,
)
from fiscal.payment_tables import CardPayment, Prepayment, PrepaymentRules
from fiscal.tables import BookingCopy, CashRegister
from fiscal.usecases.issue_receipt import HRYVNIA
from fiscal.usecases.payments.acquiring import CHANNEL, Acquiring, current_shops
from fiscal.usecases.payments.settle_prepayment import ONLINE, end_prepayment, say_cancelled, shown
from fiscal.usecases.record_act import lock_booking
from fiscal.usecases.settle_booking import NOT_PAYABLE
from kit.access import Member
from kit.db import Tx
from kit.errors import NotFound
from kit.ids import new_id
from kit.messaging import now_utc
from kit.wakeups import notify

log = structlog.get_logger("payments")


@dataclass(frozen=True)
class AskPrepayment:
    booking_id: UUID
    amount: int | None
    """None: everything that is still to be paid."""
    pay_within: timedelta


async def ask_prepayment(
    command: AskPrepayment, acquiring: Acquiring, member: Member, tx: Tx, now: datetime
) -> Prepayment:
    """A link by which the client pays for the booking in time; raises what stands in its way."""
    booking = await lock_booking(tx, member.account_id, command.booking_id)
    member.require(Permission.SETTLEMENT_CREATE, location_id=booking.location_id)
    if booking.state in NOT_PAYABLE:
        raise BookingNotPayable(booking.state)
    if booking.currency != HRYVNIA:
        raise CurrencyMismatch(HRYVNIA)
    if booking.due == 0:
        raise NothingDue
    amount = command.amount or booking.due
    if amount > booking.due:
        raise AmountAboveDue(ONLINE, booking.due)
    open_already = await tx.scalar(
        select(Prepayment.id).where(
            Prepayment.account_id == member.account_id,
            Prepayment.booking_id == command.booking_id,
            Prepayment.state == "pending",
        )
    )
    if open_already is not None:
        raise PrepaymentOpen(str(open_already))
    register_id = await _online_register(tx, member.account_id, booking.location_id)
    asked = _new(member.account_id, command.booking_id, register_id, amount, now, command.pay_within)
    asked.created_by, asked.created_by_name = member.caller.user_id, member.name
    _say(acquiring, tx, asked)
    return asked


async def ask_by_rules(event: BookingCreated, tx: Tx, *, acquiring: Acquiring) -> None:
    """Ask for the share that the account's rules name; a booking they do not name is asked nothing (N12)."""
    said = event.booking
    rules = await tx.get(PrepaymentRules, said.account_id)
    if rules is None or not rules.is_on or said.source not in rules.sources:
        return
    amount = (said.price.amount * rules.share_percent + 99) // 100
    if amount == 0 or said.price.currency != HRYVNIA:
        return
    known = select(Prepayment.id).where(Prepayment.account_id == said.account_id, Prepayment.booking_id == said.id)
    if await tx.scalar(known.limit(1)) is not None:
        return
    try:
        register_id = await _online_register(tx, said.account_id, said.location_id)
    except FiscalProblem as problem:  # nothing can be paid: the booking stands without
        log.error("prepayment by rules not possible", booking_id=str(said.id), cause=problem.code)
        return
    now = now_utc()
    asked = _new(said.account_id, said.id, register_id, amount, now, timedelta(minutes=rules.pay_within_min))
    asked.expires_at = asked.next_check_at = min(asked.expires_at, max(said.starts_at, now + timedelta(minutes=5)))
    _say(acquiring, tx, asked)


async def drop_prepayment(event: BookingCancelled, tx: Tx) -> None:
    """Nothing is paid for a cancelled booking any more; what was paid stays until somebody gives it back."""
    said = event.booking
    rows = await tx.scalars(
        select(Prepayment)
        .where(
            Prepayment.account_id == said.account_id,
            Prepayment.booking_id == said.id,
            Prepayment.state == "pending",
        )
        .with_for_update()
    )
    for asked in rows:
        await cancel_prepayment(tx, asked, now_utc())


async def cancel_prepayment(tx: Tx, asked: Prepayment, now: datetime) -> None:
    """Close the link; orders under way are withdrawn at the acquirer by the worker."""
    end_prepayment(asked, "cancelled")
    say_cancelled(tx, asked)
    for payment in await open_orders(tx, asked):
        withdraw_order(payment, now)
    await notify(tx, CHANNEL)


def withdraw_order(payment: CardPayment, now: datetime) -> None:
    """Nobody shall pay it any more: the worker tells the acquirer, and asks until it is known that nobody has."""
    payment.state = PaymentState.CANCELLED
    payment.version += 1
    payment.next_check_at, payment.checks = now, 0


async def open_orders(tx: Tx, asked: Prepayment) -> Sequence[CardPayment]:
    """Attempts to pay that are not at an end, locked."""
    rows = await tx.scalars(
        select(CardPayment)
        .where(
            CardPayment.account_id == asked.account_id,
            CardPayment.prepayment_id == asked.id,
            CardPayment.state == "pending",
        )
        .order_by(CardPayment.id)
        .with_for_update()
    )
    return rows.all()


async def require_shop_and_register(tx: Tx, account_id: UUID) -> None:
    """Raise what keeps an account from taking money in advance at all."""
    if not await current_shops(tx, account_id):
        raise AcquirerNotSetUp(str(account_id))
    rows = await _registers(tx, account_id)
    if not any(ONLINE in row.payment_types and row.is_active for row in rows):
        choose_register(account_id, [], ONLINE, account_id, None)


async def _online_register(tx: Tx, account_id: UUID, location_id: UUID) -> UUID:
    """The register that online payments of this location go to: the oldest that serves them."""
    await require_shop_and_register(tx, account_id)
    rows = await _registers(tx, account_id)
    choices = [Register(r.id, r.name, frozenset(r.payment_types), r.location_id, r.is_active) for r in rows]
    serving = [choice for choice in choices if choice.serves(ONLINE, location_id)]
    return choose_register(account_id, serving[:1], ONLINE, location_id, None).id


async def _registers(tx: Tx, account_id: UUID) -> Sequence[CashRegister]:
    rows = await tx.scalars(select(CashRegister).where(CashRegister.account_id == account_id).order_by(CashRegister.id))
    return rows.all()


def _new(
    account_id: UUID, booking_id: UUID, register_id: UUID, amount: int, now: datetime, pay_within: timedelta
) -> Prepayment:
    return Prepayment(
        account_id=account_id,
        id=new_id(),
        version=1,
        booking_id=booking_id,
        cash_register_id=register_id,
        amount=amount,
        currency=HRYVNIA,
        state="pending",
        expires_at=now + pay_within,
        next_check_at=now + pay_within,
        created_at=now,
        created_by=None,
        created_by_name="Zapys",
    )


def _say(acquiring: Acquiring, tx: Tx, asked: Prepayment) -> None:
    tx.add(asked)
    tx.emit(PrepaymentRequested(account_id=asked.account_id, version=1, prepayment=shown(acquiring, asked)))


async def prepayment_of(tx: Tx, member: Member, prepayment_id: UUID, permission: Permission) -> Prepayment:
    """A prepayment, locked, for a member who has the right where its visit is; raises `NotFound`."""
    asked = await tx.get(Prepayment, (member.account_id, prepayment_id), with_for_update=True)
    if asked is None:
        raise NotFound("prepayment")
    booking = await tx.get(BookingCopy, (member.account_id, asked.booking_id))
    member.require(permission, location_id=booking.location_id if booking else None)
    return asked
