"""Writing into the ledger and reading what lies in a register: the one door to `cash_operation`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, text

from fiscal.book_tables import RegisterTurnover
from fiscal.domain.days import OperatingDay
from fiscal.errors import NotEnoughCash
from fiscal.tables import CashOperation
from kit.access import Member
from kit.db import Tx
from kit.ids import new_id

FIGURES = {
    "sale": "revenue",
    "refund": "revenue",
    "tip": "tips",
    "deposit": "paid_in",
    "withdrawal": "paid_out",
    "transfer": "transferred",
    "collection": "collected",
    "surplus": "counted",
    "shortage": "counted",
}
"""The sum of the books that a kind of entry belongs to; a reversal belongs to that of the entry it takes back."""


@dataclass(frozen=True)
class Approval:
    """The person who asked for a command that a second one now approves."""

    requested_by: UUID
    requested_by_name: str


@dataclass(frozen=True)
class Author:
    """Whose act it is, and the second person where one was needed."""

    user_id: UUID
    name: str
    approved_by: UUID | None = None
    approved_by_name: str | None = None


def author_of(member: Member, approval: Approval | None = None) -> Author:
    """The member; with an approval whoever asked, the member then being the second person."""
    if approval is None:
        return Author(member.caller.user_id, member.name)
    return Author(approval.requested_by, approval.requested_by_name, member.caller.user_id, member.name)


async def lock_registers(tx: Tx, account_id: UUID, register_ids: Iterable[UUID]) -> None:
    """Let nobody else write into these registers until the transaction ends; in one order, so never a deadlock."""
    for register_id in sorted(set(register_ids)):
        await tx.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:register, 0))"),
            {"register": f"{account_id}:{register_id}"},
        )


async def enter(
    tx: Tx, lines: Sequence[CashOperation], account_id: UUID, author: Author, day: OperatingDay, now: datetime
) -> None:
    """Write lines that belong together; raises `NotEnoughCash` when money that is not there would be carried off."""
    await lock_registers(tx, account_id, [line.cash_register_id for line in lines])
    for line in lines:
        line.account_id = account_id
        line.id = line.id or new_id()
        line.figure = line.figure or FIGURES[line.kind]
        line.operating_day = day.day
        line.is_back_dated = day.is_back_dated
        line.created_at = now
        line.created_by, line.created_by_name = author.user_id, author.name
        line.approved_by, line.approved_by_name = author.approved_by, author.approved_by_name
        if line.amount < 0 and line.kind in ("withdrawal", "transfer", "collection"):
            await _require_balance(tx, line)
        tx.add(line)
        await tx.flush()  # a line may refer to the one before it


async def balance(
    tx: Tx, account_id: UUID, register_id: UUID, payment_type: str, currency: str, until: date | None = None
) -> int:
    """What lies in the register by the books; with a day, at the end of that day."""
    turnover = RegisterTurnover
    query = select(func.coalesce(func.sum(turnover.amount), 0)).where(
        turnover.account_id == account_id,
        turnover.cash_register_id == register_id,
        turnover.payment_type == payment_type,
        turnover.currency == currency,
    )
    if until is not None:
        query = query.where(turnover.operating_day <= until)
    return int(await tx.scalar(query) or 0)


async def _require_balance(tx: Tx, line: CashOperation) -> None:
    lies = await balance(tx, line.account_id, line.cash_register_id, line.payment_type, line.currency)
    if lies + line.amount < 0:
        raise NotEnoughCash(lies)
