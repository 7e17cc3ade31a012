"""Keep a start for a client who is still filling in the form."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete

from booking.tables import HoldRow
from booking.usecases.waitlist.call import call_waitlist
from kit.db import Tx
from kit.ids import new_id

from .places import Wish
from .take_time import TakenTime, take_time


async def hold_time(
    tx: Tx, wish: Wish, created_by: UUID | None, now: datetime, *, minutes: int | None = None
) -> tuple[HoldRow, TakenTime]:
    """Take the time for so many minutes, or as long as the account's rules say; raises the refusal."""
    hold_id = new_id()
    expires_at = now + timedelta(minutes=minutes or wish.account.booking_rules.hold_min)
    taken = await take_time(tx, wish, now, hold=(hold_id, expires_at))
    hold = HoldRow(
        account_id=wish.account.account_id,
        id=hold_id,
        location_id=taken.place.location.id,
        items=[item.stored() for item in taken.items],
        assigned_by=taken.assigned_by,
        starts_at=taken.starts_at,
        ends_at=taken.ends_at,
        expires_at=expires_at,
        created_by=created_by,
        created_at=now,
    )
    tx.add(hold)
    await tx.flush()
    return hold, taken


async def forget_expired_holds(tx: Tx, now: datetime) -> int:
    """Delete every hold whose time is over, in all accounts; answers how many."""
    gone = (await tx.scalars(delete(HoldRow).where(HoldRow.expires_at <= now).returning(HoldRow.account_id))).all()
    for account_id in sorted(set(gone)):
        await call_waitlist(tx, account_id)
    return len(gone)
