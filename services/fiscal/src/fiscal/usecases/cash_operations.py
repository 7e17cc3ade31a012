"""Money put into a register or taken out by hand, and its corrections: the ledger only grows."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text

from contracts.permissions import Permission
from fiscal.domain.days import OperatingDay
from fiscal.errors import NotEnoughCash, OperationOfSettlement, OperationReversed
from fiscal.tables import AccountCopy, CashOperation, CashRegister, LocationCopy
from fiscal.usecases.reverse_settlement import ReverseSettlement, reverse_settlement
from fiscal.usecases.settle_booking import HRYVNIA, day_for
from kit.access import Member
from kit.db import Tx
from kit.errors import NotFound
from kit.ids import new_id

_DEFAULT_ZONE = ZoneInfo("Europe/Kyiv")


@dataclass(frozen=True)
class NewOperation:
    """`kind` is deposit or withdrawal; `amount` is above zero in both."""

    kind: str
    cash_register_id: UUID
    payment_type: str
    amount: int
    operating_day: date | None = None
    comment: str | None = None


@dataclass(frozen=True)
class Correction:
    """What is to be different; none stays as it was."""

    amount: int | None = None
    operating_day: date | None = None
    comment: str | None = None
    reason: str | None = None


async def record_operation(command: NewOperation, member: Member, tx: Tx, now: datetime) -> CashOperation:
    """Put money in or take it out; raises `NotEnoughCash`."""
    register = await _register(tx, member, command.cash_register_id, Permission.CASH_CREATE)
    account = await tx.get(AccountCopy, member.account_id)
    day = day_for(command.operating_day, member, now, await _zone(tx, register))
    return await _write(
        tx,
        CashOperation(
            kind=command.kind,
            cash_register_id=register.id,
            payment_type=command.payment_type,
            amount=command.amount if command.kind == "deposit" else -command.amount,
            currency=account.currency if account else HRYVNIA,
            comment=command.comment,
        ),
        member,
        day,
        now,
    )


async def reverse_operation(
    operation_id: UUID, reason: str | None, member: Member, tx: Tx, now: datetime
) -> CashOperation:
    """Take an operation back with an entry of its own; answers that entry.

    A payment for a booking takes its whole settlement back with it, so that the booking is not left half paid.
    """
    line = await _standing(tx, member, operation_id, Permission.CASH_DELETE)
    if line.settlement_id is not None and line.booking_id is not None:
        await reverse_settlement(ReverseSettlement(line.booking_id, line.settlement_id, reason), member, tx, now)
        await tx.flush()
        return await _undoing(tx, line)
    return await _reverse(tx, line, member, now, reason)


async def correct_operation(
    operation_id: UUID, change: Correction, member: Member, tx: Tx, now: datetime
) -> CashOperation:
    """Take an operation back and write it as it should have been; answers the new one."""
    line = await _standing(tx, member, operation_id, Permission.CASH_EDIT)
    if line.booking_id is not None:
        raise OperationOfSettlement(str(line.booking_id))
    register = await _register(tx, member, line.cash_register_id, Permission.CASH_EDIT)
    day = OperatingDay(line.operating_day, line.is_back_dated)
    if change.operating_day is not None and change.operating_day != line.operating_day:
        day = day_for(change.operating_day, member, now, await _zone(tx, register))
    await _reverse(tx, line, member, now, change.reason)
    amount = abs(line.amount) if change.amount is None else change.amount
    return await _write(
        tx,
        CashOperation(
            kind=line.kind,
            cash_register_id=line.cash_register_id,
            payment_type=line.payment_type,
            amount=amount if line.amount > 0 else -amount,
            currency=line.currency,
            replaces_id=line.id,
            comment=line.comment if change.comment is None else change.comment,
        ),
        member,
        day,
        now,
    )


async def _reverse(tx: Tx, line: CashOperation, member: Member, now: datetime, reason: str | None) -> CashOperation:
    day = OperatingDay(line.operating_day, line.is_back_dated)
    undoing = CashOperation(
        kind="reversal",
        cash_register_id=line.cash_register_id,
        payment_type=line.payment_type,
        amount=-line.amount,
        currency=line.currency,
        reverses_id=line.id,
        comment=reason,
    )
    return await _write(tx, undoing, member, day, now)


async def _write(tx: Tx, line: CashOperation, member: Member, day: OperatingDay, now: datetime) -> CashOperation:
    line.account_id = member.account_id
    line.id = new_id()
    line.operating_day = day.day
    line.is_back_dated = day.is_back_dated
    line.created_at = now
    line.created_by = member.caller.user_id
    line.created_by_name = member.name
    if line.kind == "withdrawal":
        await _require_balance(tx, line)
    tx.add(line)
    await tx.flush()
    return line


async def _require_balance(tx: Tx, line: CashOperation) -> None:
    # One withdrawal at a time per register: two at once would each see the whole balance.
    await tx.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:register, 0))"),
        {"register": f"{line.account_id}:{line.cash_register_id}"},
    )
    balance = await tx.scalar(
        select(func.coalesce(func.sum(CashOperation.amount), 0)).where(
            CashOperation.account_id == line.account_id,
            CashOperation.cash_register_id == line.cash_register_id,
            CashOperation.currency == line.currency,
        )
    )
    if int(balance or 0) + line.amount < 0:
        raise NotEnoughCash(int(balance or 0))


async def _standing(tx: Tx, member: Member, operation_id: UUID, permission: Permission) -> CashOperation:
    """The line, if it was not taken back yet.

    Two who take it back at once meet at the unique key of `reverses_id`; the lock lets the second see the first.
    """
    line = await tx.get(CashOperation, (member.account_id, operation_id))
    if line is None:
        raise NotFound("cash_operation")
    await _register(tx, member, line.cash_register_id, permission)
    await tx.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:line, 0))"), {"line": f"{line.account_id}:{line.id}"}
    )
    undone = await tx.scalar(
        select(CashOperation.id).where(
            CashOperation.account_id == line.account_id, CashOperation.reverses_id == line.id
        )
    )
    if undone is not None or line.kind == "reversal":
        raise OperationReversed
    return line


async def _undoing(tx: Tx, line: CashOperation) -> CashOperation:
    found = await tx.scalar(
        select(CashOperation).where(CashOperation.account_id == line.account_id, CashOperation.reverses_id == line.id)
    )
    assert found is not None
    return found


async def _register(tx: Tx, member: Member, register_id: UUID, permission: Permission) -> CashRegister:
    register = await tx.get(CashRegister, (member.account_id, register_id))
    if register is None:
        raise NotFound("cash_register")
    member.require(permission, location_id=register.location_id)
    return register


async def _zone(tx: Tx, register: CashRegister) -> ZoneInfo:
    if register.location_id is not None:
        location = await tx.get(LocationCopy, (register.account_id, register.location_id))
        if location is not None:
            return ZoneInfo(location.time_zone)
    account = await tx.get(AccountCopy, register.account_id)
    return ZoneInfo(account.time_zone) if account else _DEFAULT_ZONE
