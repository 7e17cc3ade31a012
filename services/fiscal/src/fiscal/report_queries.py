"""Money by day, register, payment type, person and service: sums of the ledger and of what it was paid for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, literal, or_, select
from sqlalchemy.orm import aliased

from fiscal.book_tables import DayClose, RegisterTurnover, SettlementLine
from fiscal.queries import account_zone, in_scope
from fiscal.tables import CashOperation, CashRegister, Settlement, SettlementPayment
from kit.db import Tx

LISTED = 500
"""Reversals that a report lists one by one."""


@dataclass(frozen=True)
class Period:
    """Operating days from `since` to `until`, both included, at the registers (by id, with their names)."""

    account_id: UUID
    since: date
    until: date
    registers: Mapping[UUID, str]

    def days(self, column: Any) -> ColumnElement[bool]:
        """The column is one of the days."""
        found: ColumnElement[bool] = column.between(self.since, self.until)
        return found

    def here(self, column: Any) -> ColumnElement[bool]:
        """The column is one of the registers."""
        found: ColumnElement[bool] = column.in_(list(self.registers))
        return found


async def period_of(
    tx: Tx,
    account_id: UUID,
    since: date,
    until: date,
    locations: frozenset[UUID] | None,
    cash_register_id: UUID | None = None,
) -> Period:
    """The days at the registers that a reader with this scope may see, or at one of them."""
    query = select(CashRegister.id, CashRegister.name).where(CashRegister.account_id == account_id, in_scope(locations))
    if cash_register_id is not None:
        query = query.where(CashRegister.id == cash_register_id)
    rows = await tx.execute(query)
    return Period(account_id, since, until, {row.id: row.name for row in rows})


@dataclass(frozen=True)
class Sums:
    """One line of a report, in minor units; `given_back` is not above zero."""

    key: str
    name: str
    currency: str
    sold: int
    given_back: int
    tips: int
    entries: int
    reversals: int

    @property
    def net(self) -> int:
        return self.sold + self.given_back


async def totals(tx: Tx, period: Period) -> list[Sums]:
    """One line per currency, from the turnover of the ledger."""
    return await _of_turnover(tx, period, literal(""))


async def by_day(tx: Tx, period: Period) -> list[Sums]:
    """One line per operating day with any money."""
    return await _of_turnover(tx, period, RegisterTurnover.operating_day)


async def by_register(tx: Tx, period: Period) -> list[Sums]:
    """One line per cash register."""
    sums = await _of_turnover(tx, period, RegisterTurnover.cash_register_id)
    named = [replace(line, name=period.registers[UUID(line.key)]) for line in sums]
    return sorted(named, key=lambda line: (line.name, line.key, line.currency))


async def by_payment_type(tx: Tx, period: Period) -> list[Sums]:
    """One line per payment type; its name is left to the reader's language."""
    return await _of_turnover(tx, period, RegisterTurnover.payment_type)


async def by_staff_member(tx: Tx, period: Period) -> list[Sums]:
    """Each person's part of what was paid, and the tips left for them."""
    sold = await _of_lines(tx, period, SettlementLine.staff_member_id, SettlementLine.staff_member_name)
    tips = await tx.execute(
        select(
            CashOperation.staff_member_id,
            func.max(CashOperation.staff_member_name),
            CashOperation.currency,
            func.sum(CashOperation.amount),
        )
        .where(
            CashOperation.account_id == period.account_id,
            CashOperation.figure == "tips",
            period.days(CashOperation.operating_day),
            period.here(CashOperation.cash_register_id),
        )
        .group_by(CashOperation.staff_member_id, CashOperation.currency)
    )
    return _with_tips(
        sold, [(str(key or ""), name or "", currency, int(amount)) for key, name, currency, amount in tips]
    )


async def by_service(tx: Tx, period: Period) -> list[Sums]:
    """Services and goods; tips belong to none of them and stand in a line of their own."""
    sold = await _of_lines(tx, period, SettlementLine.code, SettlementLine.name)
    return _with_tips(sold, [("", "", line.currency, line.tips) for line in await totals(tx, period) if line.tips])


async def _of_turnover(tx: Tx, period: Period, key: Any) -> list[Sums]:
    turnover = RegisterTurnover
    is_revenue, is_back = turnover.figure == "revenue", turnover.is_reversal
    rows = await tx.execute(
        select(
            key,
            turnover.currency,
            _sum(turnover.amount, is_revenue & ~is_back),
            _sum(turnover.amount, is_revenue & is_back),
            _sum(turnover.amount, ~is_revenue),
            _sum(turnover.entries, ~is_back),
            _sum(turnover.entries, is_back),
        )
        .where(
            turnover.account_id == period.account_id,
            period.here(turnover.cash_register_id),
            period.days(turnover.operating_day),
            turnover.figure.in_(["revenue", "tips"]),
        )
        .group_by(key, turnover.currency)
    )
    found = [Sums(str(key), str(key), currency, *map(int, sums)) for key, currency, *sums in rows]
    return sorted(found, key=lambda line: (line.key, line.currency))


async def _of_lines(tx: Tx, period: Period, key: Any, name: Any) -> list[Sums]:
    line, payment, act = SettlementLine, SettlementPayment, Settlement
    rows = await tx.execute(
        select(
            key,
            func.max(name),
            act.currency,
            _sum(line.amount, line.amount > 0),
            _sum(line.amount, line.amount < 0),
            func.count().filter(line.amount > 0),
            func.count().filter(line.amount < 0),
        )
        .join(act, (act.account_id == line.account_id) & (act.id == line.settlement_id))
        .join(
            payment,
            (payment.account_id == line.account_id)
            & (payment.settlement_id == line.settlement_id)
            & (payment.position == line.payment_position),
        )
        .where(
            act.account_id == period.account_id,
            period.days(act.operating_day),
            period.here(payment.cash_register_id),
        )
        .group_by(key, act.currency)
        .order_by(func.max(name), act.currency)
    )
    return [
        Sums(str(key or ""), name or "", currency, int(sold), int(back), 0, int(entries), int(reversals))
        for key, name, currency, sold, back, entries, reversals in rows
    ]


def _with_tips(sold: Sequence[Sums], tips: Sequence[tuple[str, str, str, int]]) -> list[Sums]:
    found = {(line.key, line.currency): line for line in sold}
    for key, name, currency, amount in tips:
        line = found.get((key, currency)) or Sums(key, name, currency, 0, 0, 0, 0, 0)
        found[key, currency] = Sums(
            key, line.name or name, currency, line.sold, line.given_back, amount, line.entries, line.reversals
        )
    return list(found.values())


def _sum(column: Any, condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, column), else_=0)), 0)


@dataclass(frozen=True)
class Undone:
    """An entry that took another back, with that other (none is possible for neither) and the register's name."""

    line: CashOperation
    of: CashOperation | None
    register: str


async def reversals(tx: Tx, period: Period, *, back_dated: bool = False) -> tuple[list[Undone], int]:
    """What was taken back in the period, newest first, and how many more there are than are answered.

    With `back_dated` instead whatever was dated on a day already over, written in these days of the account.
    """
    was = aliased(CashOperation)
    wanted = CashOperation.kind.in_(["reversal", "refund"]) & period.days(CashOperation.operating_day)
    if back_dated:
        zone = await account_zone(tx, period.account_id)
        begins = datetime.combine(period.since, time.min, zone)
        ends = datetime.combine(period.until + timedelta(days=1), time.min, zone)
        written_at = CashOperation.created_at
        wanted = CashOperation.is_back_dated & (written_at >= begins) & (written_at < ends)
    rows = await tx.execute(
        select(CashOperation, was, func.count().over())
        .outerjoin(
            was,
            (was.account_id == CashOperation.account_id)
            & or_(was.id == CashOperation.reverses_id, was.id == CashOperation.refunds_id),
        )
        .where(
            CashOperation.account_id == period.account_id,
            period.here(CashOperation.cash_register_id),
            wanted,
        )
        .order_by(CashOperation.id.desc())
        .limit(LISTED)
    )
    found = rows.all()
    listed = [Undone(line, of, period.registers[line.cash_register_id]) for line, of, _ in found]
    return listed, (found[0][2] if found else 0) - len(found)


@dataclass(frozen=True)
class DaySums:
    """One register, payment type and currency on one day; `sums` by figure, those given back apart."""

    cash_register_id: UUID
    register: str
    payment_type: str
    currency: str
    opening: int
    sums: dict[tuple[str, bool], int]
    entries: int

    def of(self, figure: str, *, is_reversal: bool | None = None) -> int:
        """The sum of a figure; of its entries or of its reversals alone where that is said."""
        return sum(
            amount for (name, back), amount in self.sums.items() if name == figure and is_reversal in (None, back)
        )

    @property
    def closing(self) -> int:
        return self.opening + sum(self.sums.values())


async def day_sums(tx: Tx, period: Period) -> list[DaySums]:
    """Opening, movements and closing of every register on the day `period.until`."""
    turnover, day = RegisterTurnover, period.until
    place = (turnover.cash_register_id, turnover.payment_type, turnover.currency)
    here = (turnover.account_id == period.account_id, period.here(turnover.cash_register_id))
    before = await tx.execute(
        select(*place, func.sum(turnover.amount)).where(*here, turnover.operating_day < day).group_by(*place)
    )
    opening = {(register, kind, currency): int(amount) for register, kind, currency, amount in before}
    rows = await tx.execute(
        select(*place, turnover.figure, turnover.is_reversal, turnover.amount, turnover.entries).where(
            *here, turnover.operating_day == day
        )
    )
    moved: dict[tuple[UUID, str, str], dict[tuple[str, bool], int]] = {key: {} for key in opening}
    entries = dict.fromkeys(opening, 0)
    for register, kind, currency, figure, is_back, amount, count in rows:
        key = (register, kind, currency)
        moved.setdefault(key, {})[figure, is_back] = int(amount)
        entries[key] = entries.get(key, 0) + int(count)
    found = [
        DaySums(key[0], period.registers[key[0]], key[1], key[2], opening.get(key, 0), sums, entries[key])
        for key, sums in moved.items()
    ]
    return sorted(found, key=lambda line: (line.register, line.payment_type, line.currency))


async def day_closes(
    tx: Tx, period: Period, *, only: UUID | None = None, limit: int = 500
) -> list[tuple[DayClose, str]]:
    """Counted days, newest first, with the names of their registers."""
    query = (
        select(DayClose)
        .where(
            DayClose.account_id == period.account_id,
            period.days(DayClose.operating_day),
            period.here(DayClose.cash_register_id),
        )
        .order_by(DayClose.operating_day.desc(), DayClose.id.desc())
        .limit(limit)
    )
    if only is not None:
        query = query.where(DayClose.id == only)
    return [(close, period.registers[close.cash_register_id]) for close in await tx.scalars(query)]
