"""Counting a register at the end of the day and comparing it with the books."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select

from contracts.permissions import Permission
from fiscal.book_tables import DayClose
from fiscal.domain.days import operating_day
from fiscal.errors import CurrencyMismatch, DifferenceUnexplained, SecondPersonNeeded
from fiscal.tables import CashOperation, CashRegister
from fiscal.usecases.cash_operations import currency_of, zone_of
from fiscal.usecases.cash_rules import day_for
from fiscal.usecases.ledger import Approval, author_of, balance, enter, lock_registers
from kit.access import Member
from kit.db import Tx
from kit.errors import NotFound
from kit.ids import new_id


@dataclass(frozen=True)
class CloseDay:
    """`counted` is what lies in the register; `book_difference` makes the books agree with it."""

    cash_register_id: UUID
    payment_type: str
    counted: int
    currency: str | None = None
    operating_day: date | None = None
    explanation: str | None = None
    book_difference: bool = False


async def close_day(
    command: CloseDay, member: Member, tx: Tx, now: datetime, approval: Approval | None = None
) -> DayClose:
    """Write down the count beside what the books say for the end of that day.

    Raises `DifferenceUnexplained`, and `SecondPersonNeeded` for a day that is over where the account wants two people.
    """
    register = await tx.get(CashRegister, (member.account_id, command.cash_register_id))
    if register is None:
        raise NotFound("cash_register")
    member.require(Permission.CASH_CREATE, location_id=register.location_id)
    currency = await currency_of(tx, member.account_id)
    if command.currency not in (None, currency):
        raise CurrencyMismatch(currency)
    zone, needed = await zone_of(tx, register), None
    try:
        day = await day_for(tx, command.operating_day, member, now, zone, approval)
    except SecondPersonNeeded as two:  # what is asked of a second person is right by itself
        needed, day = two, operating_day(command.operating_day, now, zone)
    author = author_of(member, approval)
    await lock_registers(tx, member.account_id, [register.id])
    expected = await balance(tx, member.account_id, register.id, command.payment_type, currency, day.day)
    difference = command.counted - expected
    if difference and not command.explanation:
        raise DifferenceUnexplained(expected, command.counted, difference)
    if needed is not None:
        raise needed
    operation_id = None
    if difference and command.book_difference:
        line = CashOperation(
            id=new_id(),
            kind="surplus" if difference > 0 else "shortage",
            cash_register_id=register.id,
            payment_type=command.payment_type,
            amount=difference,
            currency=currency,
            comment=command.explanation,
        )
        await enter(tx, [line], member.account_id, author, day, now)
        operation_id = line.id
    close = DayClose(
        account_id=member.account_id,
        id=new_id(),
        cash_register_id=register.id,
        payment_type=command.payment_type,
        currency=currency,
        operating_day=day.day,
        number=await _next_number(tx, register, command.payment_type, currency, day.day),
        expected=expected,
        counted=command.counted,
        explanation=command.explanation,
        operation_id=operation_id,
        created_at=now,
        created_by=author.user_id,
        created_by_name=author.name,
    )
    tx.add(close)
    await tx.flush()
    return close


async def _next_number(tx: Tx, register: CashRegister, payment_type: str, currency: str, day: date) -> int:
    last = await tx.scalar(
        select(func.max(DayClose.number)).where(
            DayClose.account_id == register.account_id,
            DayClose.cash_register_id == register.id,
            DayClose.payment_type == payment_type,
            DayClose.currency == currency,
            DayClose.operating_day == day,
        )
    )
    return int(last or 0) + 1
