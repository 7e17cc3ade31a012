"""Dead letters: collected from the broker into the database, shown, replayed, discarded."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from faststream import AckPolicy
from faststream.rabbit import Channel
from faststream.rabbit.annotations import RabbitMessage
from sqlalchemy import func, select, update

from contracts import EVENTS

from .broker import Broker, dead_letter_queue, start_consuming, undecoded
from .db import Database, Tx
from .errors import NotFound
from .ids import new_id
from .messaging import Consumers, attempts_of
from .tables import DeadLetter, OutboxRow

log = structlog.get_logger("deadletters")


class Collector:
    """Moves dead letters of the service's queues into its database, one by one, waiting where that is away."""

    def __init__(self, consumers: Consumers, db: Database, broker: Broker) -> None:
        self._db = db
        self._subscribers = []
        for consumer in consumers.all:
            subscriber = broker.faststream.subscriber(
                dead_letter_queue(consumer.queue),
                channel=Channel(prefetch_count=1),
                ack_policy=AckPolicy.MANUAL,
                decoder=undecoded,
                include_in_schema=False,
            )
            subscriber(self._keep_from(consumer.queue))
            self._subscribers.append(subscriber)

    async def start(self) -> None:
        """Begin to collect."""
        for subscriber in self._subscribers:
            await start_consuming(subscriber)

    def _keep_from(self, queue: str) -> Any:
        async def keep(message: RabbitMessage) -> None:
            while not await self._kept(queue, message):  # noqa: ASYNC110 - waits for a database, not for an event
                await asyncio.sleep(2)
            await message.ack()

        return keep

    async def _kept(self, queue: str, message: RabbitMessage) -> bool:
        headers = _plain(message.headers)
        account = str(headers.get("account-id") or "")
        try:
            async with self._db.system_tx() as tx:
                tx.add(
                    DeadLetter(
                        queue=queue,
                        event=str(headers.get("ce-type", "")),
                        message_id=_plain(str(message.raw_message.message_id or "")),
                        account_id=_uuid(account),
                        headers=headers,
                        body=message.body,
                        cause=str(headers.get("x-cause") or _broker_cause(headers)),
                        attempts=attempts_of(headers),
                        trace_id=str(headers.get("x-trace-id") or "") or None,
                    )
                )
        except Exception as error:
            log.warning("dead letter not kept yet", queue=queue, error=repr(error))
            return False
        log.error("dead letter kept", queue=queue, dead_event=headers.get("ce-type"), cause=headers.get("x-cause"))
        return True


async def waiting(tx: Tx, *, queue: str | None = None, limit: int = 100) -> list[DeadLetter]:
    """The dead letters that nobody has dealt with, newest first."""
    query = select(DeadLetter).where(DeadLetter.state == "waiting").order_by(DeadLetter.died_at.desc()).limit(limit)
    if queue:
        query = query.where(DeadLetter.queue == queue)
    return list(await tx.scalars(query))


async def count_waiting(tx: Tx) -> int:
    """How many dead letters nobody has dealt with."""
    return await tx.scalar(select(func.count()).select_from(DeadLetter).where(DeadLetter.state == "waiting")) or 0


async def replay(tx: Tx, letter_id: UUID) -> DeadLetter:
    """Send the message back to its queue, with its own id, so that an effect it had already is not had again."""
    letter = await _resolve(tx, letter_id, "replayed")
    kept = {key: value for key, value in letter.headers.items() if key in ("account-id", "actor-id")}
    tx.add(
        OutboxRow(
            event_id=new_id(),
            name=letter.event,
            exchange="",
            routing_key=letter.queue,
            account_id=letter.account_id,
            headers={
                "subject": str(letter.headers.get("ce-subject", "")),
                "message_id": letter.message_id,
                "correlation_id": str(letter.headers.get("correlation_id", "")),
                "actor_id": str(kept.get("actor-id", "")),
                "trace": {},
            },
            body=letter.body.decode("utf-8", errors="replace").replace("\0", "\ufffd"),
            mandatory=True,
            secret=_is_secret(letter),
        )
    )
    _wipe(letter)
    return letter


async def discard(tx: Tx, letter_id: UUID) -> DeadLetter:
    """Mark it as dealt with; the row stays as a record."""
    letter = await _resolve(tx, letter_id, "discarded")
    _wipe(letter)
    return letter


def _is_secret(letter: DeadLetter) -> bool:
    return letter.event in EVENTS and EVENTS[letter.event].secret


def _wipe(letter: DeadLetter) -> None:
    """A secret lives no longer than it is needed; the rest of the row stays as a record."""
    if _is_secret(letter):
        letter.body = b""


async def _resolve(tx: Tx, letter_id: UUID, state: str) -> DeadLetter:
    statement = (
        update(DeadLetter)
        .where(DeadLetter.id == letter_id, DeadLetter.state == "waiting")
        .values(state=state, resolved_at=datetime.now(UTC))
        .returning(DeadLetter)
    )
    letter = (await tx.scalars(statement)).first()
    if letter is None:
        raise NotFound("dead_letter")
    return letter


def _broker_cause(headers: dict[str, Any]) -> str:
    deaths = headers.get("x-death")
    if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict):
        return f"the broker gave up: {deaths[0].get('reason')}"
    return "unknown"


def _uuid(told: str) -> UUID | None:
    try:
        return UUID(told) if told else None
    except ValueError:
        return None


def _plain(value: Any) -> Any:
    """The header value as PostgreSQL's JSON can hold it."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {_plain(str(key)): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, int | float | bool | None) else str(value)
