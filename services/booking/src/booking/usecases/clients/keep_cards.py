"""Cards are kept for as long as the account says after the last visit, then the person is forgotten by itself."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text

from booking.errors import ClientErased, ClientHasVisitsAhead, ClientIsDouble
from booking.records import ClientRetention
from kit.db import Database, Tx
from kit.first_rows import locked_or_new
from kit.loops import each

from .erase_card import drop_imports, erase_card

AT_ONCE = 50
"""Cards of one transaction, so that nobody at the desk waits for it."""

# A card without a visit counts from the day it was opened; a double's visits are visits of the person.
_DUE = text(
    """
    SELECT c.id FROM client c
    WHERE c.account_id = :account_id AND c.erased_at IS NULL AND c.merged_into IS NULL AND c.created_at < :before
      AND NOT EXISTS (
          SELECT FROM booking b
          WHERE b.account_id = c.account_id AND b.client_id = c.id AND b.ends_at >= :before)
      AND NOT EXISTS (
          SELECT FROM client d JOIN booking b ON b.account_id = d.account_id AND b.client_id = d.id
          WHERE d.account_id = c.account_id AND d.merged_into = c.id AND b.ends_at >= :before)
      AND NOT EXISTS (
          SELECT FROM waitlist_entry w WHERE w.account_id = c.account_id AND w.client_id = c.id
          AND w.state IN ('waiting', 'offered'))
    ORDER BY c.id LIMIT :most
    """
)
# Where the database takes an account for a small one, it would read every booking again for every card.
_EACH_TABLE_ONCE = text("SELECT set_config('enable_nestloop', :allowed, true)")
_BEFORE = text("SELECT CAST(:now AS timestamptz) - make_interval(months => :months)")


async def retention_of(tx: Tx, account_id: UUID, now: datetime) -> ClientRetention:
    """What the account has said, locked; version 0 where it never said anything."""
    return await locked_or_new(tx, ClientRetention(account_id=account_id, version=0, changed_at=now))


async def set_retention(
    tx: Tx, row: ClientRetention, months: int | None, by: UUID | None, now: datetime
) -> ClientRetention:
    """Keep cards for so many months after the last visit; none: until somebody erases them."""
    row.version, row.months, row.changed_by, row.changed_at = row.version + 1, months, by, now
    await tx.flush()
    return row


def is_shorter(months: int | None, before: int | None) -> bool:
    """Whether people are forgotten who would have been kept until now; none is without an end."""
    return months is not None and (before is None or months < before)


async def cards_due(tx: Tx, account_id: UUID, months: int, now: datetime, *, most: int) -> list[UUID]:
    """Cards whose time is over, at most so many of them."""
    before = await _before(tx, months, now)
    await tx.execute(_EACH_TABLE_ONCE, {"allowed": "off"})
    due = list(await tx.scalars(_DUE, {"account_id": account_id, "before": before, "most": most}))
    await tx.execute(_EACH_TABLE_ONCE, {"allowed": "on"})
    return due


async def _before(tx: Tx, months: int, now: datetime) -> datetime:
    before: datetime = (await tx.execute(_BEFORE, {"now": now, "months": months})).scalar_one()
    return before


async def forget_old_cards(db: Database, now: datetime) -> int:
    """Erase what is due in every account; answers how many cards."""
    async with db.system_tx() as tx:
        rows = select(ClientRetention.account_id).where(ClientRetention.months.is_not(None))
        accounts = list(await tx.scalars(rows))
    erased = 0

    async def forget(account_id: UUID) -> None:
        nonlocal erased
        while done := await _forget_some(db, account_id, now):
            erased += done

    await each("client_retention", accounts, forget)
    return erased


async def _forget_some(db: Database, account_id: UUID, now: datetime) -> int:
    done = 0
    async with db.tx(account_id) as tx:
        row = await tx.get(ClientRetention, account_id)
        if row is None or row.months is None:
            return 0
        await drop_imports(tx, account_id, before=await _before(tx, row.months, now))
        for client_id in await cards_due(tx, account_id, row.months, now, most=AT_ONCE):
            try:
                await erase_card(tx, account_id, client_id, now)
            except (ClientErased, ClientHasVisitsAhead, ClientIsDouble):
                continue  # changed at this very moment
            done += 1
    return done
