"""Taking money for a booking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from contracts.permissions import Permission
from fiscal.domain.payments import Tendered, allocate
from fiscal.domain.registers import Register, choose_register
from fiscal.domain.shares import percent_of
from fiscal.errors import BookingNotPayable, CurrencyMismatch, DiscountAboveDue, NothingDue
from fiscal.tables import BookingCopy, CashRegister, Settlement
from fiscal.usecases.cash_rules import day_for, rules_of
from fiscal.usecases.issue_receipt import fiscal_register_of
from fiscal.usecases.ledger import Approval, author_of
from fiscal.usecases.record_act import Tip, items_of, lock_booking, take
from kit.access import Member
from kit.db import Tx
from kit.errors import InvalidInput, StaleVersion

NOT_PAYABLE = frozenset({"held", "expired", "cancelled_by_client", "cancelled_by_staff"})


@dataclass(frozen=True)
class Payment:
    """One payment as it was asked for."""

    payment_type: str
    cash_register_id: UUID | None
    amount: int
    currency: str | None


@dataclass(frozen=True)
class WantedTip:
    """A tip as it was asked for; none for the person who serves first."""

    payment: Payment
    staff_member_id: UUID | None


@dataclass(frozen=True)
class Discount:
    """Either a sum or per cent of what is due."""

    amount: int | None
    percent: Decimal | None
    reason: str | None = None
    currency: str | None = None


@dataclass(frozen=True)
class SettleBooking:
    booking_id: UUID
    payments: Sequence[Payment]
    operating_day: date | None = None
    if_version: int | None = None
    """The version of the booking that the caller saw."""
    discount: Discount | None = None
    tips: Sequence[WantedTip] = ()


async def settle_booking(
    command: SettleBooking, member: Member, tx: Tx, now: datetime, approval: Approval | None = None
) -> Settlement:
    """Count the payments, write them into the ledger and, where a fiscal register took part, put a receipt in its lane.

    Never waits for Checkbox. The lock on the booking's copy lets one act at a time at it.
    """
    account_id = member.account_id
    booking = await lock_booking(tx, account_id, command.booking_id)
    member.require(Permission.SETTLEMENT_CREATE, location_id=booking.location_id)
    if command.if_version is not None and booking.version != command.if_version:
        raise StaleVersion(booking.version)
    if booking.state in NOT_PAYABLE:
        raise BookingNotPayable(booking.state)
    _require_currency(command, booking.currency)
    registers = await _registers(tx, account_id)
    discount = await _discount(tx, booking, command.discount, member)
    due = booking.due - discount
    taken = allocate(due, _tendered(command.payments, registers, booking)) if command.payments or due else []
    tips = _tips(command.tips, registers, booking)
    chosen = {register.id: register for register in registers}
    fiscal_register = fiscal_register_of([chosen[payment.cash_register_id] for payment in taken], booking.currency)
    day = await day_for(tx, command.operating_day, member, now, ZoneInfo(booking.time_zone), approval)
    return await take(
        tx,
        booking,
        author_of(member, approval),
        now,
        day,
        taken,
        discount=discount,
        discount_reason=command.discount.reason if command.discount else None,
        tips=tips,
        fiscal_register_id=fiscal_register.id if fiscal_register else None,
    )


async def _discount(tx: Tx, booking: BookingCopy, wanted: Discount | None, member: Member) -> int:
    if wanted is None:
        return 0
    member.require(Permission.BOOKING_EDIT_PRICE, location_id=booking.location_id)
    if not booking.due:
        raise NothingDue
    if wanted.percent is not None:
        step = (await rules_of(tx, booking.account_id)).discount_rounding
        amount = percent_of(booking.due, wanted.percent, step)
        if not amount:
            raise InvalidInput.of("/discount/percent", "discount_of_nothing")
        return amount
    amount = wanted.amount or 0
    if amount > booking.due:
        raise DiscountAboveDue(booking.due)
    return amount


def _tendered(payments: Sequence[Payment], registers: Sequence[CashRegister], booking: BookingCopy) -> list[Tendered]:
    return [
        Tendered(payment.payment_type, _choose(payment, registers, booking), payment.amount) for payment in payments
    ]


def _tips(wanted: Sequence[WantedTip], registers: Sequence[CashRegister], booking: BookingCopy) -> list[Tip]:
    people = {
        item.staff_member_id: item.staff_member_name for item in items_of(booking) if item.staff_member_id is not None
    }
    tips = []
    for position, tip in enumerate(wanted):
        person = tip.staff_member_id or next(iter(people), None)
        if tip.staff_member_id is not None and person not in people:
            raise InvalidInput.of(f"/tips/{position}/staff_member_id", "not_in_booking")
        register = _choose(tip.payment, registers, booking)
        name = people.get(person) if person else None
        tips.append(Tip(tip.payment.payment_type, register, tip.payment.amount, person, name))
    return tips


def _choose(payment: Payment, registers: Sequence[CashRegister], booking: BookingCopy) -> UUID:
    choices = [
        Register(row.id, row.name, frozenset(row.payment_types), row.location_id, row.is_active) for row in registers
    ]
    return choose_register(
        booking.account_id, choices, payment.payment_type, booking.location_id, payment.cash_register_id
    ).id


def _require_currency(command: SettleBooking, currency: str) -> None:
    sums = [*command.payments, *(tip.payment for tip in command.tips)]
    named = [payment.currency for payment in sums] + ([command.discount.currency] if command.discount else [])
    if any(name not in (None, currency) for name in named):
        raise CurrencyMismatch(currency)


async def _registers(tx: Tx, account_id: UUID) -> Sequence[CashRegister]:
    # Shared lock: credentials must not be taken away between the choice and the receipt.
    rows = await tx.scalars(
        select(CashRegister)
        .where(CashRegister.account_id == account_id)
        .order_by(CashRegister.id)
        .with_for_update(read=True)
    )
    return rows.all()
