"""Giving money back, all of it or a part: acts with the sums turned round; what was written stays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from contracts.permissions import Permission
from fiscal.book_tables import SettlementLine
from fiscal.domain.days import OperatingDay
from fiscal.domain.payments import Taken
from fiscal.domain.refunds import Standing, refunds_of
from fiscal.domain.sold import Item, Part, parts_back
from fiscal.errors import CurrencyMismatch, NothingToReverse
from fiscal.tables import BookingCopy, CashOperation, Settlement, SettlementPayment
from fiscal.usecases.cash_rules import day_for, require_second_for_reversal
from fiscal.usecases.issue_receipt import issue_return
from fiscal.usecases.ledger import Approval, Author, author_of
from fiscal.usecases.record_act import Act, Tip, lock_booking, record_act
from kit.access import Member
from kit.db import Tx


@dataclass(frozen=True)
class ReverseSettlement:
    booking_id: UUID
    settlement_id: UUID | None = None
    """None: every act of the booking that still stands."""
    reason: str | None = None
    operating_day: date | None = None
    amount: int | None = None
    """None: all that stands, with discounts and tips. Else so much, from the newest acts."""
    payment_type: str | None = None
    currency: str | None = None


@dataclass(frozen=True)
class _Taken:
    """An act that stands, with what of it was not given back yet."""

    act: Settlement
    payments: Sequence[Standing]
    parts: Sequence[Part]
    tips: Sequence[CashOperation]
    is_touched: bool


async def reverse_settlement(
    command: ReverseSettlement, member: Member, tx: Tx, now: datetime, approval: Approval | None = None
) -> list[Settlement]:
    """Take settlements back, newest first, with a return receipt for each that has a receipt.

    Raises `NothingToReverse`, `RefundAbovePaid`.
    """
    booking = await lock_booking(tx, member.account_id, command.booking_id)
    member.require(Permission.SETTLEMENT_REVERSE, location_id=booking.location_id)
    if command.currency not in (None, booking.currency):
        raise CurrencyMismatch(booking.currency)
    standing = await _standing(tx, booking, command.settlement_id)
    if not standing:
        raise NothingToReverse
    day = await day_for(tx, command.operating_day, member, now, ZoneInfo(booking.time_zone), approval)
    await require_second_for_reversal(tx, member, approval)
    author = author_of(member, approval)
    if command.amount is None:
        return [await _take_back(tx, booking, taken, author, now, day, command.reason) for taken in standing]
    refunds = refunds_of([taken.payments for taken in standing], command.amount, command.payment_type)
    return [
        await _refund(tx, booking, taken, wanted, author, now, day, command.reason)
        for taken, wanted in zip(standing, refunds, strict=True)
        if wanted
    ]


async def _take_back(
    tx: Tx,
    booking: BookingCopy,
    taken: _Taken,
    author: Author,
    now: datetime,
    day: OperatingDay,
    reason: str | None,
) -> Settlement:
    """All that stands of an act: payments, discount and tips."""
    wanted = {payment.position: payment.amount for payment in taken.payments}
    tips = [
        Tip(
            line.payment_type,
            line.cash_register_id,
            -line.amount,
            line.staff_member_id,
            line.staff_member_name,
            line.id,
        )
        for line in taken.tips
    ]
    return await _refund(tx, booking, taken, wanted, author, now, day, reason, discount=-taken.act.discount, tips=tips)


async def _refund(
    tx: Tx,
    booking: BookingCopy,
    taken: _Taken,
    wanted: Mapping[int, int],
    author: Author,
    now: datetime,
    day: OperatingDay,
    reason: str | None,
    *,
    discount: int = 0,
    tips: Sequence[Tip] = (),
) -> Settlement:
    """So much of each payment of the act, by its number."""
    given = [payment for payment in taken.payments if wanted.get(payment.position)]
    positions = {payment.position: number for number, payment in enumerate(given)}
    payments = [Taken(one.payment_type, one.cash_register_id, -wanted[one.position]) for one in given]
    parts = [
        Part(positions[part.payment], part.item, part.amount)
        for part in parts_back(taken.parts, {one.position: wanted[one.position] for one in given})
    ]
    is_receipted = any(one.cash_register_id == taken.act.fiscal_register_id for one in given)
    act = await record_act(
        tx,
        booking,
        author,
        now,
        day,
        Act(
            payments,
            parts,
            discount=discount,
            discount_reason=taken.act.discount_reason if discount else None,
            tips=tips,
            fiscal_register_id=taken.act.fiscal_register_id if is_receipted else None,
            reverses=taken.act,
            reverses_positions=[one.position for one in given],
            lines=await _lines(tx, taken.act, [one.position for one in given]),
            reason=reason,
        ),
    )
    await issue_return(tx, taken.act, act, payments, parts, now)
    return act


async def _lines(tx: Tx, act: Settlement, positions: Sequence[int]) -> list[CashOperation]:
    found = await tx.scalars(
        select(CashOperation).where(CashOperation.account_id == act.account_id, CashOperation.settlement_id == act.id)
    )
    by_position = {line.position: line for line in found}
    return [by_position[position] for position in positions]


async def _standing(tx: Tx, booking: BookingCopy, settlement_id: UUID | None) -> list[_Taken]:
    """The acts of which something was not given back yet, newest first."""
    acts = select(Settlement).where(
        Settlement.account_id == booking.account_id, Settlement.booking_id == booking.booking_id
    )
    found = (await tx.scalars(acts.order_by(Settlement.act.desc()))).all()
    back = [act for act in found if act.kind == "reversal"]
    standing = []
    for act in found:
        if act.kind != "settlement" or settlement_id not in (None, act.id):
            continue
        reversals = [one for one in back if one.reverses_id == act.id]
        taken = await _what_stands(tx, act, reversals)
        has_discount = act.discount + sum(one.discount for one in reversals) > 0
        if taken.payments or taken.tips or has_discount:
            standing.append(taken)
    return standing


async def _what_stands(tx: Tx, act: Settlement, reversals: Sequence[Settlement]) -> _Taken:
    ids = [act.id, *(one.id for one in reversals)]
    number = func.coalesce(SettlementPayment.reverses_position, SettlementPayment.position)
    of_act = (SettlementPayment.account_id == act.account_id) & SettlementPayment.settlement_id.in_(ids)
    sums = await tx.execute(select(number, func.sum(SettlementPayment.amount)).where(of_act).group_by(number))
    left = {int(position): int(amount) for position, amount in sums}
    rows = await tx.scalars(
        select(SettlementPayment)
        .where(SettlementPayment.account_id == act.account_id, SettlementPayment.settlement_id == act.id)
        .order_by(SettlementPayment.position)
    )
    payments = [
        Standing(row.position, row.payment_type, row.cash_register_id, left[row.position])
        for row in rows
        if left[row.position] > 0
    ]
    tips = await tx.scalars(
        select(CashOperation).where(
            CashOperation.account_id == act.account_id,
            CashOperation.settlement_id == act.id,
            CashOperation.kind == "tip",
            ~_undone(),
        )
    )
    return _Taken(act, payments, await _parts(tx, act, ids), tips.all(), bool(reversals))


async def _parts(tx: Tx, act: Settlement, ids: Sequence[UUID]) -> list[Part]:
    line, payment = SettlementLine, SettlementPayment
    number = func.coalesce(payment.reverses_position, payment.position)
    what = (line.kind, line.item_key, line.code, line.name, line.staff_member_id, line.staff_member_name)
    rows = await tx.execute(
        select(number, *what, func.sum(line.amount))
        .join(
            payment,
            (payment.account_id == line.account_id)
            & (payment.settlement_id == line.settlement_id)
            & (payment.position == line.payment_position),
        )
        .where(line.account_id == act.account_id, line.settlement_id.in_(ids))
        .group_by(number, *what)
        .having(func.sum(line.amount) > 0)
        .order_by(number, func.min(line.position))
    )
    return [
        Part(int(position), Item(kind, key, code, name, 0, person, person_name), int(amount))
        for position, kind, key, code, name, person, person_name, amount in rows
    ]


def _undone() -> ColumnElement[bool]:
    undoing = aliased(CashOperation)
    return (
        select(undoing.id)
        .where(undoing.account_id == CashOperation.account_id, undoing.reverses_id == CashOperation.id)
        .exists()
    )
