"""Money moved by hand (in, out, to another register, collected) and its corrections: the ledger only grows."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select, text

from contracts.permissions import Permission
from fiscal.domain.days import OperatingDay
from fiscal.errors import (
    OperatingDayTooOld,
    OperationOfSettlement,
    OperationReversed,
    RegisterUnsuitable,
    TransferToItself,
)
from fiscal.tables import AccountCopy, CashOperation, CashRegister, LocationCopy
from fiscal.usecases.cash_rules import day_for, require_second_for_reversal
from fiscal.usecases.issue_receipt import HRYVNIA
from fiscal.usecases.ledger import Approval, author_of, enter
from fiscal.usecases.reverse_settlement import ReverseSettlement, reverse_settlement
from kit.access import Member
from kit.db import Tx
from kit.errors import NotFound
from kit.ids import new_id

_DEFAULT_ZONE = ZoneInfo("Europe/Kyiv")


@dataclass(frozen=True)
class NewOperation:
    """`kind` is deposit, withdrawal, transfer or collection; `amount` is above zero in all."""

    kind: str
    cash_register_id: UUID
    payment_type: str
    amount: int
    operating_day: date | None = None
    comment: str | None = None
    to_cash_register_id: UUID | None = None
    """Of a transfer alone."""


@dataclass(frozen=True)
class Correction:
    """What is to be different of an operation; none stays as it was."""

    operation_id: UUID
    amount: int | None = None
    operating_day: date | None = None
    comment: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class ReverseOperation:
    operation_id: UUID
    reason: str | None = None


async def record_operation(
    command: NewOperation, member: Member, tx: Tx, now: datetime, approval: Approval | None = None
) -> CashOperation:
    """Move money; answers the line of the register that was named first. Raises `NotEnoughCash`."""
    register = await _serving(tx, member, command.cash_register_id, command.payment_type)
    target = None
    if command.to_cash_register_id is not None:
        if command.to_cash_register_id == command.cash_register_id:
            raise TransferToItself
        target = await _serving(tx, member, command.to_cash_register_id, command.payment_type)
    day = await day_for(tx, command.operating_day, member, now, await zone_of(tx, register), approval)
    currency = await currency_of(tx, member.account_id)

    def line(kept_by: CashRegister, amount: int, transfer_id: UUID | None) -> CashOperation:
        return CashOperation(
            kind=command.kind,
            cash_register_id=kept_by.id,
            payment_type=command.payment_type,
            amount=amount,
            currency=currency,
            comment=command.comment,
            transfer_id=transfer_id,
        )

    transfer_id = new_id() if target is not None else None
    lines = [line(register, command.amount if command.kind == "deposit" else -command.amount, transfer_id)]
    if target is not None:
        lines.append(line(target, command.amount, transfer_id))
    await enter(tx, lines, member.account_id, author_of(member, approval), day, now)
    return lines[0]


async def reverse_operation(
    command: ReverseOperation, member: Member, tx: Tx, now: datetime, approval: Approval | None = None
) -> CashOperation:
    """Take an operation back with an entry of its own; answers that entry.

    A payment for a booking takes its whole settlement back with it, so that the booking is not left half paid; either
    line of a transfer takes both back.
    """
    line = await _standing(tx, member, command.operation_id, Permission.CASH_DELETE)
    if line.kind == "sale" and line.booking_id is not None:
        whole = ReverseSettlement(line.booking_id, line.settlement_id, command.reason)
        await reverse_settlement(whole, member, tx, now, approval)
        await tx.flush()
        return await _undoing(tx, line)
    await require_second_for_reversal(tx, member, approval)
    return await _reverse(tx, line, member, now, command.reason, approval)


async def correct_operation(
    change: Correction, member: Member, tx: Tx, now: datetime, approval: Approval | None = None
) -> CashOperation:
    """Take an operation back and write it as it should have been; answers the new one."""
    line = await _standing(tx, member, change.operation_id, Permission.CASH_EDIT)
    if line.booking_id is not None:
        raise OperationOfSettlement(str(line.booking_id))
    lines = await _together(tx, line)
    registers = [await _register(tx, member, one.cash_register_id, Permission.CASH_EDIT) for one in lines]
    await require_second_for_reversal(tx, member, approval)
    day = await _day_of_correction(tx, line, member, now, registers[0], approval)
    await _reverse(tx, line, member, now, change.reason, approval)
    if change.operating_day is not None:
        day = await day_for(tx, change.operating_day, member, now, await zone_of(tx, registers[0]), approval)
    transfer_id = new_id() if line.transfer_id is not None else None
    corrected = [_corrected(one, change, transfer_id) for one in lines]
    await enter(tx, corrected, member.account_id, author_of(member, approval), day, now)
    return next(one for one in corrected if one.replaces_id == line.id)


def _corrected(line: CashOperation, change: Correction, transfer_id: UUID | None) -> CashOperation:
    amount = abs(line.amount) if change.amount is None else change.amount
    return CashOperation(
        kind=line.kind,
        cash_register_id=line.cash_register_id,
        payment_type=line.payment_type,
        amount=amount if line.amount > 0 else -amount,
        currency=line.currency,
        replaces_id=line.id,
        transfer_id=transfer_id,
        comment=line.comment if change.comment is None else change.comment,
    )


async def _reverse(
    tx: Tx, line: CashOperation, member: Member, now: datetime, reason: str | None, approval: Approval | None
) -> CashOperation:
    register = await tx.get_one(CashRegister, (line.account_id, line.cash_register_id))
    day = await _day_of_correction(tx, line, member, now, register, approval)
    undoing = [
        CashOperation(
            kind="reversal",
            figure=one.figure,
            cash_register_id=one.cash_register_id,
            payment_type=one.payment_type,
            amount=-one.amount,
            currency=one.currency,
            reverses_id=one.id,
            transfer_id=one.transfer_id,
            booking_id=one.booking_id,
            staff_member_id=one.staff_member_id,
            staff_member_name=one.staff_member_name,
            comment=reason,
        )
        for one in await _together(tx, line)
    ]
    await enter(tx, undoing, member.account_id, author_of(member, approval), day, now)
    return next(one for one in undoing if one.reverses_id == line.id)


async def _day_of_correction(
    tx: Tx, line: CashOperation, member: Member, now: datetime, register: CashRegister, approval: Approval | None
) -> OperatingDay:
    """The day of the line itself, so that a mistake leaves the figures of its day; marked when that day is over.

    Whoever may not choose the day, or not one so far back, corrects it with an entry of today.
    """
    zone = await zone_of(tx, register)
    if not member.may(Permission.OPERATING_DAY_CHOOSE):
        return await day_for(tx, None, member, now, zone, approval)
    try:
        return await day_for(tx, line.operating_day, member, now, zone, approval)
    except OperatingDayTooOld:
        return await day_for(tx, None, member, now, zone, approval)


async def _together(tx: Tx, line: CashOperation) -> list[CashOperation]:
    """The line, and the other one of its transfer after the one that money left."""
    if line.transfer_id is None:
        return [line]
    found = await tx.scalars(
        select(CashOperation)
        .where(
            CashOperation.account_id == line.account_id,
            CashOperation.transfer_id == line.transfer_id,
            CashOperation.kind == "transfer",
        )
        .order_by(CashOperation.amount)
    )
    return list(found)


async def _standing(tx: Tx, member: Member, operation_id: UUID, permission: Permission) -> CashOperation:
    """The line, if it was not taken back yet.

    Two who take it back at once meet at the unique key of `reverses_id`; the lock lets the second see the first.
    """
    line = await tx.get(CashOperation, (member.account_id, operation_id))
    if line is None:
        raise NotFound("cash_operation")
    for one in await _together(tx, line):
        await _register(tx, member, one.cash_register_id, permission)
    await tx.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:line, 0))"),
        {"line": f"{line.account_id}:{line.transfer_id or line.id}"},
    )
    undone = await tx.scalar(
        select(CashOperation.id).where(
            CashOperation.account_id == line.account_id, CashOperation.reverses_id == line.id
        )
    )
    if undone is not None or line.kind in ("reversal", "refund"):
        raise OperationReversed
    return line


async def _undoing(tx: Tx, line: CashOperation) -> CashOperation:
    found = await tx.scalar(
        select(CashOperation)
        .where(
            CashOperation.account_id == line.account_id,
            or_(CashOperation.reverses_id == line.id, CashOperation.refunds_id == line.id),
        )
        .order_by(CashOperation.id.desc())
        .limit(1)
    )
    assert found is not None
    return found


async def _serving(tx: Tx, member: Member, register_id: UUID, payment_type: str) -> CashRegister:
    register = await _register(tx, member, register_id, Permission.CASH_CREATE)
    if not register.is_active or payment_type not in register.payment_types:
        raise RegisterUnsuitable(register.name, payment_type)
    return register


async def _register(tx: Tx, member: Member, register_id: UUID, permission: Permission) -> CashRegister:
    register = await tx.get(CashRegister, (member.account_id, register_id))
    if register is None:
        raise NotFound("cash_register")
    member.require(permission, location_id=register.location_id)
    return register


async def currency_of(tx: Tx, account_id: UUID) -> str:
    """The currency of the account's books."""
    account = await tx.get(AccountCopy, account_id)
    return account.currency if account else HRYVNIA


async def zone_of(tx: Tx, register: CashRegister) -> ZoneInfo:
    """Where the register stands: its location's time zone, else the account's."""
    if register.location_id is not None:
        location = await tx.get(LocationCopy, (register.account_id, register.location_id))
        if location is not None:
            return ZoneInfo(location.time_zone)
    account = await tx.get(AccountCopy, register.account_id)
    return ZoneInfo(account.time_zone) if account else _DEFAULT_ZONE
