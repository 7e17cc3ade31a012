"""Taking money for a booking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from contracts.base import Money
from contracts.fiscal import BookingReversed, BookingSettled, SettlementState
from contracts.permissions import Permission
from fiscal.domain.days import OperatingDay, operating_day
from fiscal.domain.payments import Taken, Tendered, allocate, payment_state
from fiscal.domain.receipt_body import Sold, sell_body
from fiscal.domain.registers import Register, choose_register
from fiscal.errors import BookingNotPayable, CurrencyMismatch, ReceiptsInHryvniaOnly, SeveralFiscalRegisters
from fiscal.tables import BookingCopy, CashOperation, CashRegister, Receipt, Settlement, SettlementPayment
from fiscal.usecases.lanes import lock_lane, wake_lane
from kit import context, telemetry
from kit.access import Member
from kit.db import Tx
from kit.errors import NotFound, StaleVersion
from kit.ids import new_id

HRYVNIA = "UAH"
NOT_PAYABLE = frozenset({"held", "expired", "cancelled_by_client", "cancelled_by_staff"})


@dataclass(frozen=True)
class Payment:
    """One payment as it was asked for."""

    payment_type: str
    cash_register_id: UUID | None
    amount: int
    currency: str | None


@dataclass(frozen=True)
class SettleBooking:
    booking_id: UUID
    payments: Sequence[Payment]
    operating_day: date | None = None
    if_version: int | None = None
    """The version of the booking that the caller saw."""


async def settle_booking(command: SettleBooking, member: Member, tx: Tx, now: datetime) -> Settlement:
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
    if any(payment.currency not in (None, booking.currency) for payment in command.payments):
        raise CurrencyMismatch(booking.currency)
    day = day_for(command.operating_day, member, now, ZoneInfo(booking.time_zone))
    registers = {row.id: row for row in await _registers(tx, account_id)}
    choices = [_choice(row) for row in registers.values()]
    tendered = [
        Tendered(
            payment.payment_type,
            choose_register(
                account_id, choices, payment.payment_type, booking.location_id, payment.cash_register_id
            ).id,
            payment.amount,
        )
        for payment in command.payments
    ]
    taken = allocate(booking.due, tendered)
    fiscal_register = _fiscal_register([registers[payment.cash_register_id] for payment in taken], booking.currency)
    act = await record_act(
        tx, booking, member, now, day, taken, kind="settlement", change=sum(payment.change for payment in taken)
    )
    if fiscal_register is not None:
        receipted = [payment for payment in taken if payment.cash_register_id == fiscal_register.id]
        await _put_receipt_in_lane(tx, fiscal_register, booking, act, receipted, now)
    return act


async def lock_booking(tx: Tx, account_id: UUID, booking_id: UUID) -> BookingCopy:
    """The booking's copy, locked until the end of the transaction; raises `NotFound`."""
    booking = await tx.get(BookingCopy, (account_id, booking_id), with_for_update=True)
    if booking is None:
        raise NotFound("booking")
    return booking


def day_for(wanted: date | None, member: Member, now: datetime, zone: ZoneInfo) -> OperatingDay:
    """The operating day; any other than today needs the right to choose it."""
    day = operating_day(wanted, now, zone)
    if day.is_back_dated:
        member.require(Permission.OPERATING_DAY_CHOOSE)
    return day


async def record_act(
    tx: Tx,
    booking: BookingCopy,
    member: Member,
    now: datetime,
    day: OperatingDay,
    payments: Sequence[Taken],
    *,
    kind: str,
    change: int = 0,
    reverses: Settlement | None = None,
    reason: str | None = None,
) -> Settlement:
    """Write one act with its payments and ledger lines, and tell the others; a reversal has negative amounts."""
    amount = sum(payment.amount for payment in payments)
    booking.acts += 1
    booking.paid += amount
    state = payment_state(booking.price, booking.paid, after_reversal=reverses is not None)
    act = Settlement(
        account_id=booking.account_id,
        id=new_id(),
        booking_id=booking.booking_id,
        act=booking.acts,
        kind=kind,
        reverses_id=reverses.id if reverses else None,
        reason=reason,
        amount=amount,
        change=change,
        currency=booking.currency,
        price_then=booking.price,
        paid_after=booking.paid,
        payment_state=state,
        operating_day=day.day,
        is_back_dated=day.is_back_dated,
        created_at=now,
        created_by=member.caller.user_id,
        created_by_name=member.name,
    )
    tx.add(act)
    await tx.flush()
    lines = await _lines_of(tx, reverses) if reverses else []
    for position, payment in enumerate(payments):
        tx.add(
            SettlementPayment(
                account_id=act.account_id,
                settlement_id=act.id,
                position=position,
                payment_type=payment.payment_type,
                cash_register_id=payment.cash_register_id,
                amount=payment.amount,
                tendered=payment.tendered,
                change=payment.change,
            )
        )
        tx.add(
            CashOperation(
                account_id=act.account_id,
                id=new_id(),
                kind="reversal" if reverses else "sale",
                cash_register_id=payment.cash_register_id,
                payment_type=payment.payment_type,
                amount=payment.amount,
                currency=act.currency,
                operating_day=day.day,
                is_back_dated=day.is_back_dated,
                settlement_id=act.id,
                position=position,
                booking_id=booking.booking_id,
                reverses_id=lines[position].id if reverses else None,
                comment=reason,
                created_at=now,
                created_by=act.created_by,
                created_by_name=act.created_by_name,
            )
        )
    said = BookingReversed if reverses else BookingSettled
    tx.emit(
        said(
            account_id=booking.account_id,
            version=booking.acts,
            settlement=SettlementState(
                id=act.id,
                booking_id=booking.booking_id,
                payment_state=state,
                paid=Money(amount=booking.paid, currency=booking.currency),
                due=Money(amount=booking.due, currency=booking.currency),
                operating_day=day.day.isoformat(),
            ),
        )
    )
    return act


async def _lines_of(tx: Tx, act: Settlement) -> list[CashOperation]:
    lines = await tx.scalars(
        select(CashOperation)
        .where(CashOperation.account_id == act.account_id, CashOperation.settlement_id == act.id)
        .order_by(CashOperation.position)
    )
    return list(lines)


async def _registers(tx: Tx, account_id: UUID) -> Sequence[CashRegister]:
    # Shared lock: credentials must not be taken away between the choice and the receipt.
    rows = await tx.scalars(
        select(CashRegister)
        .where(CashRegister.account_id == account_id)
        .order_by(CashRegister.id)
        .with_for_update(read=True)
    )
    return rows.all()


def _choice(row: CashRegister) -> Register:
    return Register(row.id, row.name, frozenset(row.payment_types), row.location_id, row.is_active)


def _fiscal_register(registers: Sequence[CashRegister], currency: str) -> CashRegister | None:
    fiscal = {register.id: register for register in registers if register.is_fiscal}
    if not fiscal:
        return None
    if len(fiscal) > 1:
        raise SeveralFiscalRegisters([register.name for register in fiscal.values()])
    if currency != HRYVNIA:
        raise ReceiptsInHryvniaOnly(currency)
    return next(iter(fiscal.values()))


async def _put_receipt_in_lane(
    tx: Tx, register: CashRegister, booking: BookingCopy, act: Settlement, payments: Sequence[Taken], now: datetime
) -> None:
    items = [Sold(item["service_id"], item["name"], item["price"]) for item in booking.items]
    await put_in_lane(
        tx,
        Receipt(
            account_id=act.account_id,
            kind="sale",
            settlement_id=act.id,
            booking_id=act.booking_id,
            cash_register_id=register.id,
            total=sum(payment.amount for payment in payments),
            currency=act.currency,
            body=sell_body(items, payments, act.created_by_name),
        ),
        now,
    )


async def put_in_lane(tx: Tx, receipt: Receipt, now: datetime) -> None:
    """Put a receipt at the end of its register's lane, with the id it will have at Checkbox and the running trace."""
    lane = await lock_lane(tx, receipt.account_id, receipt.cash_register_id)
    receipt.id = new_id()
    receipt.provider_id = receipt.id
    receipt.state = "due"
    receipt.created_at = now
    receipt.trace = {**telemetry.carry(), "correlation_id": context.current().correlation_id}
    tx.add(receipt)
    await tx.flush()
    await wake_lane(tx, lane)
