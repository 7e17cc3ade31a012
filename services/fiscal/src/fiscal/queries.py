"""Reads that pages need; straight SELECT."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql import Select

from fiscal.book_tables import RegisterTurnover, SettlementLine
from fiscal.domain.receipts import WAITING
from fiscal.tables import (
    AccountCopy,
    CashOperation,
    CashRegister,
    FiscalShift,
    Receipt,
    ReceiptLane,
    Settlement,
    SettlementPayment,
)
from kit.db import Tx

_DEFAULT_ZONE = "Europe/Kyiv"


@dataclass(frozen=True)
class ActShown:
    """One act of settlement with what belongs to it."""

    act: Settlement
    payments: Sequence[tuple[SettlementPayment, str]]
    """Each with the name of its cash register."""
    receipt: Receipt | None
    tips: Sequence[CashOperation] = ()
    lines: Sequence[SettlementLine] = ()


@dataclass(frozen=True)
class RegisterShown:
    """A cash register with its balances by currency, its shift at work and its waiting receipts."""

    row: CashRegister
    balances: Mapping[str, int]
    shift: FiscalShift | None
    waiting: int
    blocked_reason: str | None


async def account_zone(tx: Tx, account_id: UUID) -> ZoneInfo:
    """The zone by whose days the account's books are read."""
    account = await tx.get(AccountCopy, account_id)
    return ZoneInfo(account.time_zone if account else _DEFAULT_ZONE)


async def acts(tx: Tx, account_id: UUID, booking_id: UUID, only: Iterable[UUID] | None = None) -> list[ActShown]:
    """The acts of a booking in order, or those named."""
    query = select(Settlement).where(Settlement.account_id == account_id, Settlement.booking_id == booking_id)
    if only is not None:
        query = query.where(Settlement.id.in_(list(only)))
    found = (await tx.scalars(query.order_by(Settlement.act))).all()
    ids = [act.id for act in found]
    payments = await tx.execute(
        select(SettlementPayment, CashRegister.name)
        .join(
            CashRegister,
            (CashRegister.account_id == SettlementPayment.account_id)
            & (CashRegister.id == SettlementPayment.cash_register_id),
        )
        .where(SettlementPayment.account_id == account_id, SettlementPayment.settlement_id.in_(ids))
        .order_by(SettlementPayment.settlement_id, SettlementPayment.position)
    )
    by_act: dict[UUID, list[tuple[SettlementPayment, str]]] = {}
    for payment, name in payments:
        by_act.setdefault(payment.settlement_id, []).append((payment, name))
    receipts = await tx.scalars(select(Receipt).where(Receipt.account_id == account_id, Receipt.settlement_id.in_(ids)))
    receipt_of = {receipt.settlement_id: receipt for receipt in receipts}
    tips = await tx.scalars(
        select(CashOperation)
        .where(
            CashOperation.account_id == account_id,
            CashOperation.settlement_id.in_(ids),
            CashOperation.figure == "tips",
        )
        .order_by(CashOperation.position)
    )
    tips_of = {act_id: list(group) for act_id, group in groupby(sorted(tips, key=_act), key=_act)}
    lines = await tx.scalars(
        select(SettlementLine)
        .where(SettlementLine.account_id == account_id, SettlementLine.settlement_id.in_(ids))
        .order_by(SettlementLine.settlement_id, SettlementLine.position)
    )
    lines_of = {act_id: list(group) for act_id, group in groupby(lines, key=_act)}
    return [
        ActShown(act, by_act.get(act.id, []), receipt_of.get(act.id), tips_of.get(act.id, ()), lines_of.get(act.id, ()))
        for act in found
    ]


def _act(row: CashOperation | SettlementLine) -> UUID:
    assert row.settlement_id is not None
    return row.settlement_id


async def registers(
    tx: Tx, account_id: UUID, locations: frozenset[UUID] | None, only: UUID | None = None
) -> list[RegisterShown]:
    """The cash registers that a member with this scope sees, by name."""
    query = select(CashRegister).where(CashRegister.account_id == account_id, in_scope(locations))
    if only is not None:
        query = query.where(CashRegister.id == only)
    rows = (await tx.scalars(query.order_by(CashRegister.name, CashRegister.id))).all()
    ids = [row.id for row in rows]
    sums = await tx.execute(
        select(RegisterTurnover.cash_register_id, RegisterTurnover.currency, func.sum(RegisterTurnover.amount))
        .where(RegisterTurnover.account_id == account_id, RegisterTurnover.cash_register_id.in_(ids))
        .group_by(RegisterTurnover.cash_register_id, RegisterTurnover.currency)
    )
    balances: dict[UUID, dict[str, int]] = {}
    for register_id, currency, amount in sums:
        balances.setdefault(register_id, {})[currency] = int(amount)
    shifts = await tx.scalars(
        select(FiscalShift).where(
            FiscalShift.account_id == account_id,
            FiscalShift.cash_register_id.in_(ids),
            FiscalShift.state != "closed",
        )
    )
    shift_of = {shift.cash_register_id: shift for shift in shifts}
    counted = await tx.execute(
        select(Receipt.cash_register_id, func.count())
        .where(Receipt.account_id == account_id, Receipt.cash_register_id.in_(ids), Receipt.state.in_(WAITING))
        .group_by(Receipt.cash_register_id)
    )
    waiting = {register_id: int(count) for register_id, count in counted}
    lanes = await tx.execute(
        select(ReceiptLane.cash_register_id, ReceiptLane.blocked_reason).where(
            ReceiptLane.account_id == account_id, ReceiptLane.cash_register_id.in_(ids)
        )
    )
    blocked = {lane.cash_register_id: lane.blocked_reason for lane in lanes}
    return [
        RegisterShown(
            row,
            balances.get(row.id, {}),
            shift_of.get(row.id),
            waiting.get(row.id, 0),
            blocked.get(row.id) if waiting.get(row.id) else None,
        )
        for row in rows
    ]


@dataclass(frozen=True)
class OperationFilter:
    """Which lines of the ledger are asked for; days are inclusive."""

    cash_register_id: UUID | None = None
    booking_id: UUID | None = None
    since: date | None = None
    until: date | None = None
    is_back_dated: bool | None = None
    before: UUID | None = None
    limit: int = 100


async def operations(
    tx: Tx, account_id: UUID, locations: frozenset[UUID] | None, wanted: OperationFilter
) -> list[tuple[CashOperation, str, UUID | None]]:
    """Lines of the ledger, newest first, each with its register's name and the line that took it back."""
    query = _operations(account_id).where(in_scope(locations))
    if wanted.cash_register_id is not None:
        query = query.where(CashOperation.cash_register_id == wanted.cash_register_id)
    if wanted.booking_id is not None:
        query = query.where(CashOperation.booking_id == wanted.booking_id)
    if wanted.since is not None:
        query = query.where(CashOperation.operating_day >= wanted.since)
    if wanted.until is not None:
        query = query.where(CashOperation.operating_day <= wanted.until)
    if wanted.is_back_dated is not None:
        query = query.where(CashOperation.is_back_dated == wanted.is_back_dated)
    if wanted.before is not None:
        query = query.where(CashOperation.id < wanted.before)
    rows = await tx.execute(query.order_by(CashOperation.id.desc()).limit(wanted.limit))
    return [(line, name, reversed_by) for line, name, reversed_by in rows]


async def operation(tx: Tx, account_id: UUID, operation_id: UUID) -> tuple[CashOperation, str, UUID | None]:
    """One line of the ledger, which must exist."""
    row = (await tx.execute(_operations(account_id).where(CashOperation.id == operation_id))).one()
    line, name, reversed_by = row
    return line, name, reversed_by


@dataclass(frozen=True)
class ReceiptFilter:
    states: Sequence[str] = ()
    cash_register_id: UUID | None = None
    booking_id: UUID | None = None
    before: UUID | None = None
    limit: int = 100


async def receipts(
    tx: Tx, account_id: UUID, locations: frozenset[UUID] | None, wanted: ReceiptFilter
) -> list[tuple[Receipt, str]]:
    """Receipts, newest first, with the names of their registers."""
    query = (
        select(Receipt, CashRegister.name)
        .join(
            CashRegister,
            (CashRegister.account_id == Receipt.account_id) & (CashRegister.id == Receipt.cash_register_id),
        )
        .where(Receipt.account_id == account_id, in_scope(locations))
    )
    if wanted.states:
        query = query.where(Receipt.state.in_(wanted.states))
    if wanted.cash_register_id is not None:
        query = query.where(Receipt.cash_register_id == wanted.cash_register_id)
    if wanted.booking_id is not None:
        query = query.where(Receipt.booking_id == wanted.booking_id)
    if wanted.before is not None:
        query = query.where(Receipt.id < wanted.before)
    rows = await tx.execute(query.order_by(Receipt.id.desc()).limit(wanted.limit))
    return [(receipt, name) for receipt, name in rows]


def in_scope(locations: frozenset[UUID] | None) -> ColumnElement[bool]:
    """Registers that a member with this scope sees: those of the locations, and those of every location."""
    if locations is None:
        return CashRegister.id.is_not(None)
    return or_(CashRegister.location_id.is_(None), CashRegister.location_id.in_(locations))


def _operations(account_id: UUID) -> Select[CashOperation, str, UUID | None]:
    undoing = aliased(CashOperation)
    return (
        select(CashOperation, CashRegister.name, undoing.id)
        .join(
            CashRegister,
            (CashRegister.account_id == CashOperation.account_id) & (CashRegister.id == CashOperation.cash_register_id),
        )
        .outerjoin(
            undoing, (undoing.account_id == CashOperation.account_id) & (undoing.reverses_id == CashOperation.id)
        )
        .where(CashOperation.account_id == account_id)
    )
