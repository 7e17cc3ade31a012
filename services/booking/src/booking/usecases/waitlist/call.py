"""Telling that time is free again: to everybody who listens, and to the account's own waiting list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import text

from contracts.booking import SlotFreed
from kit.db import Tx
from kit.ids import new_id
from kit.wakeups import notify

CHANNEL = "waitlist"

_CALL = text(
    """
    INSERT INTO waitlist_call (account_id, id, created_at)
    SELECT :account_id, :id, now()
    WHERE EXISTS (SELECT FROM waitlist_entry WHERE account_id = :account_id AND state = 'waiting')
    RETURNING id
    """
)

By = Literal["cancelled", "rescheduled", "offer_expired", "offer_declined"]


class Freed(NamedTuple):
    """Time of a person that can be had again."""

    staff_member_id: UUID
    starts_at: datetime
    ends_at: datetime


async def tell_freed(
    tx: Tx, account_id: UUID, location_id: UUID, spans: Iterable[Freed], by: By, booking_id: UUID | None = None
) -> None:
    """Say that this time is free, and let the waiting list be looked at."""
    for span in spans:
        tx.emit(
            SlotFreed(
                account_id=account_id,
                version=1,
                slot_id=new_id(),
                location_id=location_id,
                staff_member_id=span.staff_member_id,
                starts_at=span.starts_at,
                ends_at=span.ends_at,
                freed_by=by,
                booking_id=booking_id,
            )
        )
    await call_waitlist(tx, account_id)


async def call_waitlist(tx: Tx, account_id: UUID) -> None:
    """Let the account's waiting list be looked at when this transaction commits, if anybody waits."""
    if (await tx.execute(_CALL, {"account_id": account_id, "id": new_id()})).first() is not None:
        await notify(tx, CHANNEL)
