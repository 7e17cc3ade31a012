"""Bookings of one account pass one another freely; a change of its rules waits for them, and they for it.

So a change of working time knows every booking that it hits, also the one that is being made at that moment.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from kit.db import Tx

_BESIDE_OTHERS = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:account_id, 7))")
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:account_id, 7))")


async def lock_calendar(tx: Tx, account_id: UUID, *, alone: bool = False) -> None:
    """Hold the account's calendar until the transaction ends: beside other bookings, or `alone` to change its rules."""
    await tx.execute(_ALONE if alone else _BESIDE_OTHERS, {"account_id": str(account_id)})
