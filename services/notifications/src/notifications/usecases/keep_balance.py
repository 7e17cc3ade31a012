"""The prepaid balance: an append-only ledger, and a locked row with its sum.

Money for a message is set aside in the transaction that claims the message, taken when the provider accepts it, and
given back when it surely did not. Two senders cannot spend the same kopeck, and sending
never makes the balance negative; only a top-up that went back to its payer does.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from kit.db import Tx
from kit.ids import new_id
from notifications.tables import LedgerEntry, SmsBalanceRow


async def reserve(tx: Tx, account_id: UUID, amount: int, claim_id: UUID, notification_id: UUID, now: datetime) -> bool:
    """Set `amount` aside for a claim; false, and nothing done, when less than that is free."""
    row = SmsBalanceRow
    taken = await tx.execute(
        update(row)
        .where(row.account_id == account_id, row.free_amount >= amount)
        .values(free_amount=row.free_amount - amount, reserved_amount=row.reserved_amount + amount)
        .returning(row.free_amount + row.reserved_amount)
    )
    balance = taken.scalar()
    if balance is None:
        return False
    await _write(tx, account_id, "reserve", -amount, amount, balance, claim_id, now, notification_id)
    return True


async def settle(tx: Tx, account_id: UUID, claim_id: UUID, now: datetime) -> None:
    """The provider took the message: what was set aside is spent. A repeat changes nothing."""
    await _end(tx, account_id, claim_id, now, kind="settle", gives_back=False)


async def release(tx: Tx, account_id: UUID, claim_id: UUID, now: datetime) -> None:
    """The provider surely did not take it: what was set aside is free again. A repeat changes nothing."""
    await _end(tx, account_id, claim_id, now, kind="release", gives_back=True)


async def credit(
    tx: Tx, account_id: UUID, amount: int, cause_id: UUID, now: datetime, *, kind: str, note: str | None = None
) -> bool:
    """Add money, or take it where `amount` is negative, once per cause; false when this cause had its entry already."""
    row = SmsBalanceRow
    start = insert(row).values(account_id=account_id, free_amount=0, reserved_amount=0)
    await tx.execute(start.on_conflict_do_nothing())
    await tx.execute(select(row).where(row.account_id == account_id).with_for_update())
    if await _has(tx, account_id, cause_id, kind):
        return False
    added = await tx.execute(
        update(row)
        .where(row.account_id == account_id)
        .values(free_amount=row.free_amount + amount, **_full_after(amount))
        .returning(row.free_amount + row.reserved_amount)
    )
    await _write(tx, account_id, kind, amount, 0, added.scalar_one(), cause_id, now, note=note)
    return True


async def take_back(tx: Tx, account_id: UUID, amount: int, top_up_id: UUID, now: datetime) -> bool:
    """The top-up went back to its payer: take its money out again, once. What was spent meanwhile is owed."""
    return await credit(tx, account_id, -amount, top_up_id, now, kind="reversal")


async def free_amount(tx: Tx, account_id: UUID) -> int:
    """What may be spent now; the row stays locked until the transaction ends."""
    row = SmsBalanceRow
    free = await tx.execute(select(row.free_amount).where(row.account_id == account_id).with_for_update())
    return free.scalar() or 0


def _full_after(amount: int) -> dict[str, Any]:
    """What there was after the last top-up, of which shares are told: a new one begins anew, one undone never was."""
    row = SmsBalanceRow
    if amount > 0:
        return {"full_amount": func.greatest(0, row.free_amount + row.reserved_amount + amount), "warned_percent": None}
    return {"full_amount": func.greatest(0, row.full_amount + amount)}


async def _end(tx: Tx, account_id: UUID, claim_id: UUID, now: datetime, *, kind: str, gives_back: bool) -> None:
    row = SmsBalanceRow
    await tx.execute(select(row).where(row.account_id == account_id).with_for_update())
    entry = LedgerEntry
    of_claim = (entry.account_id == account_id, entry.cause_id == claim_id)
    reserved = (await tx.scalars(select(entry).where(*of_claim, entry.kind == "reserve"))).first()
    ended = await tx.execute(select(entry.id).where(*of_claim, entry.kind.in_(("settle", "release"))))
    if reserved is None or ended.first() is not None:
        return
    amount = reserved.reserved_change
    back = amount if gives_back else 0
    changed = await tx.execute(
        update(row)
        .where(row.account_id == account_id)
        .values(free_amount=row.free_amount + back, reserved_amount=row.reserved_amount - amount)
        .returning(row.free_amount + row.reserved_amount)
    )
    balance = changed.scalar_one()
    await _write(tx, account_id, kind, back, -amount, balance, claim_id, now, reserved.notification_id)


async def _has(tx: Tx, account_id: UUID, cause_id: UUID, kind: str) -> bool:
    entry = LedgerEntry
    found = await tx.execute(
        select(entry.id).where(entry.account_id == account_id, entry.cause_id == cause_id, entry.kind == kind)
    )
    return found.first() is not None


async def _write(
    tx: Tx,
    account_id: UUID,
    kind: str,
    free_change: int,
    reserved_change: int,
    balance_after: int,
    cause_id: UUID,
    now: datetime,
    notification_id: UUID | None = None,
    note: str | None = None,
) -> None:
    await tx.execute(
        insert(LedgerEntry).values(
            account_id=account_id,
            id=new_id(),
            kind=kind,
            free_change=free_change,
            reserved_change=reserved_change,
            balance_after=balance_after,
            cause_id=cause_id,
            notification_id=notification_id,
            note=note,
            created_at=now,
        )
    )
