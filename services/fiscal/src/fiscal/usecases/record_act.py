"""Writing one act of settlement: the act, its payments, what they paid for, the ledger, and the word to the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from contracts.base import Money
from contracts.fiscal import BookingReversed, BookingSettled, SettlementState
from fiscal.book_tables import SettlementLine
from fiscal.domain.days import OperatingDay
from fiscal.domain.payments import Taken, payment_state
from fiscal.domain.sold import Item, Part, parts_of
from fiscal.tables import BookingCopy, CashOperation, Settlement, SettlementPayment
from fiscal.usecases.issue_receipt import issue_sale
from fiscal.usecases.ledger import Author, enter
from kit.db import Tx
from kit.errors import NotFound
from kit.ids import new_id


@dataclass(frozen=True)
class Tip:
    """Money for a person, as a ledger line; below zero when it is given back."""

    payment_type: str
    cash_register_id: UUID
    amount: int
    staff_member_id: UUID | None
    staff_member_name: str | None
    reverses_id: UUID | None = None


@dataclass(frozen=True)
class Act:
    """What is to be written. Of a reversal all sums are below zero, and `lines` are the entries taken back."""

    payments: Sequence[Taken]
    parts: Sequence[Part]
    change: int = 0
    discount: int = 0
    discount_reason: str | None = None
    tips: Sequence[Tip] = ()
    fiscal_register_id: UUID | None = None
    reverses: Settlement | None = None
    reverses_positions: Sequence[int] = ()
    lines: Sequence[CashOperation] = field(default=(), repr=False)
    reason: str | None = None


async def lock_booking(tx: Tx, account_id: UUID, booking_id: UUID) -> BookingCopy:
    """The booking's copy, locked until the end of the transaction; raises `NotFound`."""
    booking = await tx.get(BookingCopy, (account_id, booking_id), with_for_update=True)
    if booking is None:
        raise NotFound("booking")
    return booking


async def take(
    tx: Tx,
    booking: BookingCopy,
    author: Author,
    now: datetime,
    day: OperatingDay,
    payments: Sequence[Taken],
    *,
    discount: int = 0,
    discount_reason: str | None = None,
    tips: Sequence[Tip] = (),
    fiscal_register_id: UUID | None = None,
) -> Settlement:
    """Write money taken for a locked booking, with its receipt where a fiscal register took part."""
    received = await _received(tx, booking)
    net = max(booking.net - discount, 0)
    parts = parts_of(items_of(booking), net, received, [payment.amount for payment in payments])
    act = await record_act(
        tx,
        booking,
        author,
        now,
        day,
        Act(
            payments,
            parts,
            change=sum(payment.change for payment in payments),
            discount=discount,
            discount_reason=discount_reason,
            tips=tips,
            fiscal_register_id=fiscal_register_id,
        ),
    )
    await issue_sale(tx, act, payments, parts, now)
    return act


async def record_act(
    tx: Tx, booking: BookingCopy, author: Author, now: datetime, day: OperatingDay, wanted: Act
) -> Settlement:
    """Write an act of a locked booking with its payments, lines and ledger entries, and tell the others."""
    amount = sum(payment.amount for payment in wanted.payments)
    booking.acts += 1
    booking.paid += amount
    booking.discounted += wanted.discount
    state = payment_state(booking.net, booking.paid, after_reversal=wanted.reverses is not None)
    act = Settlement(
        account_id=booking.account_id,
        id=new_id(),
        booking_id=booking.booking_id,
        act=booking.acts,
        kind="reversal" if wanted.reverses else "settlement",
        reverses_id=wanted.reverses.id if wanted.reverses else None,
        reason=wanted.reason,
        amount=amount,
        change=wanted.change,
        discount=wanted.discount,
        discount_reason=wanted.discount_reason,
        tips=sum(tip.amount for tip in wanted.tips),
        fiscal_register_id=wanted.fiscal_register_id,
        currency=booking.currency,
        price_then=booking.net,
        paid_after=booking.paid,
        payment_state=state,
        operating_day=day.day,
        is_back_dated=day.is_back_dated,
        created_at=now,
        created_by=author.user_id,
        created_by_name=author.name,
        approved_by=author.approved_by,
        approved_by_name=author.approved_by_name,
    )
    tx.add(act)
    await tx.flush()
    await _write_payments(tx, act, wanted)
    await enter(tx, _entries(act, wanted), act.account_id, author, day, now)
    tx.emit(_said(booking, act, wanted))
    return act


def items_of(booking: BookingCopy) -> list[Item]:
    """Services and goods of the booking, as its owner last said; a booking of neither counts as one nameless item."""
    items = [_item("service", item, str(item["service_id"])) for item in booking.items]
    items += [_item("goods", good, str(good["code"])) for good in booking.goods]
    return items or [Item("service", str(booking.booking_id), "", "—", booking.price)]


async def _received(tx: Tx, booking: BookingCopy) -> Mapping[str, int]:
    rows = await tx.execute(
        select(SettlementLine.item_key, func.sum(SettlementLine.amount))
        .join(
            Settlement,
            (Settlement.account_id == SettlementLine.account_id) & (Settlement.id == SettlementLine.settlement_id),
        )
        .where(Settlement.account_id == booking.account_id, Settlement.booking_id == booking.booking_id)
        .group_by(SettlementLine.item_key)
    )
    return {key: int(amount) for key, amount in rows}


async def _write_payments(tx: Tx, act: Settlement, wanted: Act) -> None:
    for position, payment in enumerate(wanted.payments):
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
                reverses_position=wanted.reverses_positions[position] if wanted.reverses else None,
            )
        )
    await tx.flush()
    for position, part in enumerate(wanted.parts):
        tx.add(
            SettlementLine(
                account_id=act.account_id,
                settlement_id=act.id,
                payment_position=part.payment,
                position=position,
                kind=part.item.kind,
                item_key=part.item.key,
                code=part.item.code,
                name=part.item.name,
                staff_member_id=part.item.staff_member_id,
                staff_member_name=part.item.staff_member_name,
                amount=part.amount,
            )
        )


def _entries(act: Settlement, wanted: Act) -> list[CashOperation]:
    entries = []
    for position, payment in enumerate(wanted.payments):
        undone = wanted.lines[position] if wanted.reverses else None
        is_whole = undone is not None and undone.amount == -payment.amount
        entries.append(
            CashOperation(
                kind=("reversal" if is_whole else "refund") if undone else "sale",
                figure="revenue",
                cash_register_id=payment.cash_register_id,
                payment_type=payment.payment_type,
                amount=payment.amount,
                reverses_id=undone.id if undone and is_whole else None,
                refunds_id=undone.id if undone and not is_whole else None,
            )
        )
    entries += [
        CashOperation(
            kind="reversal" if tip.reverses_id else "tip",
            figure="tips",
            cash_register_id=tip.cash_register_id,
            payment_type=tip.payment_type,
            amount=tip.amount,
            staff_member_id=tip.staff_member_id,
            staff_member_name=tip.staff_member_name,
            reverses_id=tip.reverses_id,
        )
        for tip in wanted.tips
    ]
    for position, entry in enumerate(entries):
        entry.currency = act.currency
        entry.settlement_id = act.id
        entry.position = position
        entry.booking_id = act.booking_id
        entry.comment = wanted.reason
    return entries


def _said(booking: BookingCopy, act: Settlement, wanted: Act) -> BookingSettled | BookingReversed:
    def money(amount: int) -> Money:
        return Money(amount=amount, currency=act.currency)

    said = BookingReversed if wanted.reverses else BookingSettled
    return said(
        account_id=booking.account_id,
        version=booking.acts,
        settlement=SettlementState.model_validate(
            {
                "id": act.id,
                "booking_id": booking.booking_id,
                "payment_state": act.payment_state,
                "paid": money(booking.paid),
                "due": money(booking.due),
                "discounted": money(booking.discounted),
                "operating_day": act.operating_day.isoformat(),
            }
        ),
    )


def _item(kind: str, told: Mapping[str, Any], code: str) -> Item:
    return Item(
        kind=kind,
        key=str(told.get("id") or code),
        code=code,
        name=str(told["name"]),
        price=int(told["price"]),
        staff_member_id=UUID(told["staff_member_id"]) if told.get("staff_member_id") else None,
        staff_member_name=told.get("staff_member_name"),
    )
