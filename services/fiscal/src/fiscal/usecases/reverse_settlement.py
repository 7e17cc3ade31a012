"""Giving money back: acts with the sums turned round; what was written stays."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import aliased

from contracts.permissions import Permission
from fiscal.domain.days import OperatingDay
from fiscal.domain.payments import Taken
from fiscal.domain.receipt_body import return_body
from fiscal.errors import NothingToReverse
from fiscal.tables import BookingCopy, Receipt, Settlement, SettlementPayment
from fiscal.usecases.settle_booking import day_for, lock_booking, put_in_lane, record_act
from kit.access import Member
from kit.db import Tx


@dataclass(frozen=True)
class ReverseSettlement:
    booking_id: UUID
    settlement_id: UUID | None = None
    """None: every act of the booking that was not taken back yet."""
    reason: str | None = None
    operating_day: date | None = None


async def reverse_settlement(command: ReverseSettlement, member: Member, tx: Tx, now: datetime) -> list[Settlement]:
    """Take settlements back, newest first, with a return receipt for each that has a receipt."""
    booking = await lock_booking(tx, member.account_id, command.booking_id)
    member.require(Permission.SETTLEMENT_REVERSE, location_id=booking.location_id)
    day = day_for(command.operating_day, member, now, ZoneInfo(booking.time_zone))
    reversal = aliased(Settlement)
    standing = (
        select(Settlement)
        .where(
            Settlement.account_id == member.account_id,
            Settlement.booking_id == booking.booking_id,
            Settlement.kind == "settlement",
            ~select(reversal.id)
            .where(reversal.account_id == Settlement.account_id, reversal.reverses_id == Settlement.id)
            .exists(),
        )
        .order_by(Settlement.act.desc())
    )
    if command.settlement_id is not None:
        standing = standing.where(Settlement.id == command.settlement_id)
    found = (await tx.scalars(standing)).all()
    if not found:
        raise NothingToReverse
    return [await _reverse(tx, booking, act, member, now, day, command.reason) for act in found]


async def _reverse(
    tx: Tx,
    booking: BookingCopy,
    act: Settlement,
    member: Member,
    now: datetime,
    day: OperatingDay,
    reason: str | None,
) -> Settlement:
    payments = (
        await tx.scalars(
            select(SettlementPayment)
            .where(SettlementPayment.account_id == act.account_id, SettlementPayment.settlement_id == act.id)
            .order_by(SettlementPayment.position)
        )
    ).all()
    back = [Taken(payment.payment_type, payment.cash_register_id, -payment.amount) for payment in payments]
    reversal = await record_act(tx, booking, member, now, day, back, kind="reversal", reverses=act, reason=reason)
    sale = await tx.scalar(select(Receipt).where(Receipt.account_id == act.account_id, Receipt.settlement_id == act.id))
    if sale is not None:
        returned = [
            Taken(payment.payment_type, payment.cash_register_id, payment.amount)
            for payment in payments
            if payment.cash_register_id == sale.cash_register_id
        ]
        await put_in_lane(
            tx,
            Receipt(
                account_id=sale.account_id,
                kind="return",
                sale_receipt_id=sale.id,
                settlement_id=reversal.id,
                booking_id=sale.booking_id,
                cash_register_id=sale.cash_register_id,
                total=sale.total,
                currency=sale.currency,
                body=return_body(sale.body, returned, member.name),
            ),
            now,
        )
    return reversal
