"""The lanes of receipts: one per fiscal register, served by one worker at a time.

A worker leases a lane. Whatever it records afterwards is written only while the lease is its own (`mine`), so a worker
that was stopped and woke late changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from fiscal.domain.receipts import Pace
from fiscal.tables import ReceiptLane
from kit.db import Database, Tx
from kit.ids import new_id
from kit.wakeups import notify

CHANNEL = "receipts"


class LeaseLost(Exception):
    """Another worker serves the lane now."""


@dataclass(frozen=True)
class Lane:
    """A leased lane."""

    account_id: UUID
    cash_register_id: UUID
    lease_id: UUID


async def lock_lane(tx: Tx, account_id: UUID, cash_register_id: UUID) -> ReceiptLane:
    """The lane's row, locked: receipts that come to a lane get their order under this lock."""
    statement = insert(ReceiptLane).values(account_id=account_id, cash_register_id=cash_register_id, failures=0)
    await tx.execute(statement.on_conflict_do_nothing())
    row = await tx.get(ReceiptLane, (account_id, cash_register_id), with_for_update=True, populate_existing=True)
    assert row is not None
    return row


async def wake_lane(tx: Tx, row: ReceiptLane, *, unblock: bool = False) -> None:
    """Ask for a visit at once; `unblock` when a cause may have been cured."""
    await tx.execute(
        update(ReceiptLane)
        .where(ReceiptLane.account_id == row.account_id, ReceiptLane.cash_register_id == row.cash_register_id)
        .values(next_visit_at=func.now())
    )
    if unblock:
        row.blocked_until = None
        row.failures = 0
    await notify(tx, CHANNEL)


async def claim_lanes(db: Database, limit: int, pace: Pace) -> list[Lane]:
    """Lease lanes that want a visit, or whose worker has gone silent."""
    claim = text(
        """
        UPDATE receipt_lane AS lane
        SET lease_id = :lease_id, next_visit_at = NULL,
            leased_until = clock_timestamp() + make_interval(secs => :lease_s)
        FROM (
            SELECT account_id, cash_register_id FROM receipt_lane
            WHERE (next_visit_at <= clock_timestamp() AND leased_until IS NULL)
               OR leased_until < clock_timestamp()
            ORDER BY coalesce(next_visit_at, leased_until)
            LIMIT :limit
            FOR UPDATE SKIP LOCKED
        ) AS waiting
        WHERE lane.account_id = waiting.account_id AND lane.cash_register_id = waiting.cash_register_id
        RETURNING lane.account_id, lane.cash_register_id
        """
    )
    lease_id = new_id()
    async with db.system_tx() as tx:
        rows = await tx.execute(claim, {"lease_id": lease_id, "lease_s": pace.lease_s, "limit": limit})
        return [Lane(row.account_id, row.cash_register_id, lease_id) for row in rows]


async def mine(tx: Tx, lane: Lane, pace: Pace) -> tuple[ReceiptLane, datetime]:
    """The lane's row, locked and leased anew, with the database's time; raises `LeaseLost`."""
    row = await tx.scalar(
        select(ReceiptLane)
        .where(
            ReceiptLane.account_id == lane.account_id,
            ReceiptLane.cash_register_id == lane.cash_register_id,
            ReceiptLane.lease_id == lane.lease_id,
        )
        .with_for_update()
    )
    if row is None:
        raise LeaseLost
    now = await tx.scalar(select(func.clock_timestamp()))
    assert isinstance(now, datetime)
    row.leased_until = now + timedelta(seconds=pace.lease_s)
    return row, now


async def release_lane(db: Database, lane: Lane, next_visit_at: datetime | None) -> None:
    """Give the lane back; a wish for an earlier visit that came meanwhile is kept."""
    earliest = func.least(ReceiptLane.next_visit_at, next_visit_at)
    async with db.tx(lane.account_id) as tx:
        await tx.execute(
            update(ReceiptLane)
            .where(
                ReceiptLane.account_id == lane.account_id,
                ReceiptLane.cash_register_id == lane.cash_register_id,
                ReceiptLane.lease_id == lane.lease_id,
            )
            .values(lease_id=None, leased_until=None, next_visit_at=earliest)
        )


async def next_visit(db: Database) -> datetime | None:
    """The earliest moment when a lane wants a worker."""
    query = text(
        """
        SELECT least(
            (SELECT min(next_visit_at) FROM receipt_lane WHERE leased_until IS NULL),
            (SELECT min(leased_until) FROM receipt_lane)
        ) AS at
        """
    )
    async with db.system_tx() as tx:
        at: datetime | None = await tx.scalar(query)
        return at
