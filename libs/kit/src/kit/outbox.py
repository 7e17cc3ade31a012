"""The relay: takes what transactions have said out of the outbox and hands it to the broker, at least once.

Claim with a lease and commit, publish with confirms, mark and commit: nothing remote happens inside a transaction,
and a relay that dies at any point leaves rows that the next one takes after the lease. A row counts as published only
when the broker's answer is an Ack (docs/adr on the outbox). Its own notes do not wait for the disk: a note that is lost
means a repeat, which the inbox of the hearer absorbs.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from opentelemetry import context as otel_context
from opentelemetry import propagate
from sqlalchemy import text

from .broker import Broker, BrokerUnavailable, NotConfirmed
from .db import Database
from .wakeups import Wakeups, wait_for

LEASE_S = 30
BATCH = 100
POLL_S = 1.0
GATHER_S = 0.05
"""After a turn with work: what is said meanwhile goes in one. What is said after a quiet while goes at once."""
KEEP_PUBLISHED = timedelta(days=7)
FORGOTTEN_AT_ONCE = 5000

log = structlog.get_logger("outbox")

_CLAIM = text(
    """
    UPDATE outbox SET leased_until = clock_timestamp() + make_interval(secs => :lease_s), attempts = attempts + 1
    WHERE id IN (
        SELECT id FROM outbox
        WHERE published_at IS NULL AND next_attempt_at <= clock_timestamp()
          AND (leased_until IS NULL OR leased_until < clock_timestamp())
        ORDER BY next_attempt_at, id LIMIT :batch FOR UPDATE SKIP LOCKED
    )
    RETURNING id, event_id, name, exchange, routing_key, account_id, headers, body, mandatory, created_at, attempts
    """
)
_PUBLISHED = text(
    """
    UPDATE outbox SET published_at = clock_timestamp(), leased_until = NULL, last_error = NULL,
           body = CASE WHEN secret THEN '' ELSE body END
    WHERE id = ANY(:ids)
    """
)
# Full jitter is not needed: one relay per process and a small spread of attempts. Delay 1, 2, 4 … 30 s.
_FAILED = text(
    """
    UPDATE outbox SET leased_until = NULL, last_error = :error,
           next_attempt_at = clock_timestamp() + make_interval(secs => least(30, power(2, least(attempts, 6) - 1)))
    WHERE id = ANY(:ids) AND published_at IS NULL
    """
)
_GIVEN_BACK = text("UPDATE outbox SET leased_until = NULL WHERE id = ANY(:ids) AND published_at IS NULL")
_DEPTH = text(
    """
    SELECT count(*) AS pending, coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0) AS oldest_age_s,
           max(last_error) AS last_error
    FROM outbox WHERE published_at IS NULL
    """
)


class Relay:
    """Publishes waiting rows of one database until told to stop."""

    def __init__(self, db: Database, broker: Broker, wakeups: Wakeups, *, source: str) -> None:
        self._db = db
        self._broker = broker
        self._source = source
        self._wake = wakeups.of("outbox")

    async def run(self) -> None:
        """Relay for ever; cancelled at shutdown."""
        while True:
            self._wake.clear()
            moved = await self._turn()
            if moved < BATCH:
                if moved:
                    await asyncio.sleep(GATHER_S)
                await wait_for(self._wake, POLL_S)

    async def _turn(self) -> int:
        try:
            return await self.relay_once()
        except BrokerUnavailable as error:
            log.warning("broker unavailable", error=str(error))
        except Exception as error:
            # A database that is away must not end the relay.
            log.warning("relay turn failed", error=repr(error))
        await asyncio.sleep(POLL_S)
        return 0

    async def relay_once(self) -> int:
        """Publish one batch; answers how many rows were confirmed."""
        if not self._broker.is_connected:
            raise BrokerUnavailable("no connection")
        async with self._db.system_tx(is_worth_a_wait=False) as tx:
            rows = (await tx.execute(_CLAIM, {"lease_s": LEASE_S, "batch": BATCH})).mappings().all()
        if not rows:
            return 0
        try:
            results = await asyncio.gather(*(self._publish(dict(row)) for row in rows))
        except asyncio.CancelledError:
            # Stopped half-way: the next relay need not wait for the lease. What got through is absorbed as a repeat.
            async with self._db.system_tx(is_worth_a_wait=False) as tx:
                await tx.execute(_GIVEN_BACK, {"ids": [row["id"] for row in rows]})
            raise
        confirmed = [row["id"] for row, error in zip(rows, results, strict=True) if error is None]
        failed = [(row["id"], error) for row, error in zip(rows, results, strict=True) if error is not None]
        async with self._db.system_tx(is_worth_a_wait=False) as tx:
            if confirmed:
                await tx.execute(_PUBLISHED, {"ids": confirmed})
            if failed:
                await tx.execute(_FAILED, {"ids": [row_id for row_id, _ in failed], "error": failed[0][1]})
        if failed:
            log.warning("rows not confirmed", count=len(failed), error=failed[0][1])
        return len(confirmed)

    async def _publish(self, row: dict[str, Any]) -> str | None:
        said = row["headers"]
        token = otel_context.attach(propagate.extract(said.get("trace", {})))
        try:
            await self._broker.publish(
                row["body"].encode(),
                exchange=row["exchange"],
                routing_key=row["routing_key"],
                message_id=said.get("message_id") or str(row["event_id"]),
                message_type=row["name"],
                correlation_id=said.get("correlation_id") or None,
                timestamp=row["created_at"],
                mandatory=row["mandatory"],
                headers={
                    "ce-specversion": "1.0",
                    "ce-id": said.get("message_id") or str(row["event_id"]),
                    "ce-source": self._source,
                    "ce-type": row["name"],
                    "ce-subject": said["subject"],
                    "ce-time": row["created_at"].isoformat(),
                    "account-id": str(row["account_id"] or ""),
                    "actor-id": said.get("actor_id", ""),
                },
            )
        except NotConfirmed as error:
            return str(error)
        except Exception as error:  # a row that cannot even be said must not keep the others back
            return f"{type(error).__name__}: {error}"
        finally:
            otel_context.detach(token)
        return None


async def depth(db: Database) -> dict[str, Any]:
    """How many rows wait, how old the oldest is (seconds), and the newest error."""
    async with db.system_tx() as tx:
        row = (await tx.execute(_DEPTH)).mappings().one()
    return {"pending": row["pending"], "oldest_age_s": float(row["oldest_age_s"]), "last_error": row["last_error"]}


async def forget_old(db: Database) -> None:
    """Drop published rows and inbox marks whose time has passed; called now and then by the worker."""
    before = datetime.now(UTC) - KEEP_PUBLISHED
    for statement in (
        "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE published_at < :before LIMIT :most) RETURNING 1",
        "DELETE FROM inbox WHERE (consumer, message_id) IN "
        "(SELECT consumer, message_id FROM inbox "
        "WHERE received_at < CAST(:before AS timestamptz) - interval '7 days' LIMIT :most) RETURNING 1",
        "DELETE FROM idempotency WHERE (scope, key) IN "
        "(SELECT scope, key FROM idempotency WHERE created_at < :before LIMIT :most) RETURNING 1",
    ):
        forgotten = FORGOTTEN_AT_ONCE
        while forgotten >= FORGOTTEN_AT_ONCE:
            async with db.system_tx() as tx:
                done = await tx.execute(text(statement), {"before": before, "most": FORGOTTEN_AT_ONCE})
                forgotten = len(done.all())
