"""What a service listens to: one line per handler, one quorum queue per handler, one transaction per message.

A handler is `async def (event, tx)`. Its rows, its events and the inbox mark commit together; the message is
acknowledged after that, so a crash anywhere means a repeat that the inbox absorbs. A failure goes up the ladder of
delay queues with our own count of attempts; what no attempt could handle is dead-lettered with its cause.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import structlog
from aio_pika.abc import AbstractChannel
from faststream import AckPolicy
from faststream.rabbit import Channel
from faststream.rabbit.annotations import RabbitMessage
from pydantic import ValidationError
from sqlalchemy import text

from contracts import EVENTS as EVENT_TYPES
from contracts import Envelope, Event

from . import context
from .broker import (
    EVENTS,
    RETRIES_S,
    Broker,
    NotConfirmed,
    dead_letter_queue,
    dead_letter_queue_name,
    declare_queue,
    retry_exchange,
    retry_queue,
    start_consuming,
    stop_consuming,
    undecoded,
    work_queue,
)
from .db import Database, Tx, is_outage
from .errors import Problem
from .telemetry import trace_id, without_values

MAX_ATTEMPTS = 5
HANDLER_TIMEOUT_S = 30.0
_MOST_TOLD = 1_000_000

# In one round trip where the event is an account's: the mark, and the account that the transaction works for.
_MARK_SQL = (
    "INSERT INTO inbox (consumer, message_id) SELECT :consumer, :message_id{} ON CONFLICT DO NOTHING RETURNING 1"
)
_MARK = text(_MARK_SQL.format(""))
_MARK_AND_NAME_ACCOUNT = text(_MARK_SQL.format(" WHERE set_config('app.account_id', :account_id, true) IS NOT NULL"))

E = TypeVar("E", bound=Event)
Handler = Callable[[Any, Tx], Awaitable[None]]

log = structlog.get_logger("messaging")


@dataclass(frozen=True)
class Consumer:
    """One handler with its queue and the events it listens to."""

    queue: str
    events: tuple[type[Event], ...]
    handler: Handler
    prefetch: int | None = None

    def parse(self, envelope: Envelope, body: bytes) -> Event:
        """The event in `body`; raises `ValidationError` or `LookupError` for what is no event of ours."""
        event_type = EVENT_TYPES.get(envelope.type)
        if event_type is None or event_type not in self.events:
            raise LookupError(f"{envelope.type} is not an event that {self.queue} listens to")
        return event_type.model_validate_json(body)


class Consumers:
    """The list of everything a service listens to; `consumers.py` of the service fills it."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.all: list[Consumer] = []

    def on(
        self, *events: type[Event], name: str | None = None, prefetch: int | None = None
    ) -> Callable[[Callable[[E, Tx], Awaitable[None]]], Callable[[E, Tx], Awaitable[None]]]:
        """Register a handler of `events` on the queue `<service>.<name of the handler>`.

        `prefetch` is how many messages of the queue this process works on at once.
        """

        def register(handler: Callable[[E, Tx], Awaitable[None]]) -> Callable[[E, Tx], Awaitable[None]]:
            queue = f"{self.service}.{name or getattr(handler, '__name__', '')}"
            if any(consumer.queue == queue for consumer in self.all):
                raise ValueError(f"two handlers are named {queue}")
            self.all.append(Consumer(queue, events, handler, prefetch))
            return handler

        return register


class Listening:
    """Runs the consumers of one process."""

    def __init__(self, consumers: Consumers, db: Database, broker: Broker, *, prefetch: int) -> None:
        self._consumers = consumers
        self._db = db
        self._broker = broker
        self._subscribers: dict[str, Any] = {}
        self._running: set[str] = set()
        self._is_declared = False
        for consumer in consumers.all:
            self._subscribers[consumer.queue] = self._subscribe(consumer, consumer.prefetch or prefetch)

    async def declare_topology(self) -> None:
        """Declare every exchange, queue and binding, once; after a reconnection they are declared again."""
        if self._is_declared:
            return
        channel = self._broker.channel()
        await channel  # stays open for that
        try:
            await self._declare_on(channel)
        except BaseException:
            await channel.close()
            raise
        self._is_declared = True

    async def _declare_on(self, channel: AbstractChannel) -> None:
        events = await self._broker.faststream.declare_exchange(EVENTS)
        for delay_s in RETRIES_S:
            fanout = await self._broker.faststream.declare_exchange(retry_exchange(delay_s))
            queue = await declare_queue(channel, retry_queue(delay_s))
            await queue.bind(fanout)
        for consumer in self._consumers.all:
            await declare_queue(channel, dead_letter_queue(consumer.queue))
            queue = await declare_queue(channel, work_queue(consumer.queue, consumer.events[0].name))
            for event in consumer.events:
                await queue.bind(events, routing_key=event.name)

    async def obey(self, paused: set[str]) -> None:
        """Start every consumer that is not paused and stop those that are."""
        for queue, subscriber in self._subscribers.items():
            if queue in paused and queue in self._running:
                await stop_consuming(subscriber)
                self._running.discard(queue)
                log.info("consumer paused", queue=queue)
            elif queue not in paused and queue not in self._running:
                await start_consuming(subscriber)
                self._running.add(queue)
                log.info("consumer started", queue=queue)

    def _subscribe(self, consumer: Consumer, prefetch: int) -> Any:
        subscriber = self._broker.faststream.subscriber(
            work_queue(consumer.queue, consumer.events[0].name),
            EVENTS,
            channel=Channel(prefetch_count=prefetch),
            ack_policy=AckPolicy.MANUAL,
            decoder=undecoded,
            title=consumer.queue,
        )

        async def on_message(message: RabbitMessage) -> None:
            try:
                await self._receive(consumer, message)
            except Exception as error:
                # FastStream would swallow it, and the message would lie unacknowledged until the channel closes.
                log.error("message given back", queue=consumer.queue, error=_short(error), exc_info=error)
                await asyncio.sleep(1)
                await message.nack()

        subscriber(on_message)
        return subscriber

    async def _receive(self, consumer: Consumer, message: RabbitMessage) -> None:
        try:
            envelope = read_envelope(message)
            event = consumer.parse(envelope, message.body)
        except Exception as error:
            await self._bury(consumer, message, f"not readable: {_short(error)}")
            return
        now = context.RequestContext(correlation_id=envelope.correlation_id or "", actor_id=envelope.actor_id)
        with (
            context.bound(now),
            structlog.contextvars.bound_contextvars(
                correlation_id=now.correlation_id,
                account_id=str(envelope.account_id or ""),
                event=envelope.type,
                queue=consumer.queue,
            ),
        ):
            limit = asyncio.timeout(HANDLER_TIMEOUT_S)
            try:
                async with limit:
                    await handle_once(self._db, consumer, envelope.id, event)
            except Exception as error:
                # A handler that never ends is a bug of its own, not somebody's outage.
                await self._failed(consumer, message, error, outage=is_outage(error) and not limit.expired())
                return
        await message.ack()

    async def _failed(self, consumer: Consumer, message: RabbitMessage, error: Exception, *, outage: bool) -> None:
        attempt = attempts_of(message.headers)
        if not outage and (attempt >= MAX_ATTEMPTS or (isinstance(error, Problem) and not error.kind.may_retry)):
            log.error("dead letter", error=_short(error), attempt=attempt, exc_info=error)
            await self._bury(consumer, message, _short(error))
            return
        delay_s = RETRIES_S[min(attempt, len(RETRIES_S)) - 1]
        log.warning("will try again", error=_short(error), attempt=attempt, delay_s=delay_s, exc_info=error)
        await self._pass_on(
            consumer,
            message,
            exchange=retry_exchange(delay_s).name,
            routing_key=consumer.queue,
            extra={"x-attempt": attempt if outage else attempt + 1},
        )

    async def _bury(self, consumer: Consumer, message: RabbitMessage, cause: str) -> None:
        await self._pass_on(
            consumer,
            message,
            exchange="",
            routing_key=dead_letter_queue_name(consumer.queue),
            extra={"x-cause": cause[:2000], "x-trace-id": trace_id()},
        )

    async def _pass_on(
        self, consumer: Consumer, message: RabbitMessage, *, exchange: str, routing_key: str, extra: dict[str, Any]
    ) -> None:
        """Put the message elsewhere and only then acknowledge it here."""
        kept = {key: value for key, value in message.headers.items() if not key.startswith("x-d")}
        raw = message.raw_message
        try:
            await self._broker.publish(
                message.body,
                exchange=exchange,
                routing_key=routing_key,
                message_id=raw.message_id or message.message_id,
                message_type=raw.type,
                correlation_id=message.correlation_id,
                timestamp=raw.timestamp,
                headers={**kept, **extra},
            )
        except NotConfirmed as error:
            log.warning("could not pass on", queue=consumer.queue, error=str(error))
            await asyncio.sleep(1)  # the broker has trouble of its own; give the message back without hurry
            await message.nack()
            return
        await message.ack()


async def handle_once(db: Database, consumer: Consumer, message_id: UUID, event: Event) -> bool:
    """Run the handler in one transaction with its inbox mark; false when this message had its effect already."""
    mark: dict[str, Any] = {"consumer": consumer.queue, "message_id": message_id}
    async with db.tx() if event.account_id else db.system_tx() as tx:
        if event.account_id:
            first = await tx.execute(_MARK_AND_NAME_ACCOUNT, mark | {"account_id": str(event.account_id)})
        else:
            first = await tx.execute(_MARK, mark)
        if first.first() is None:
            log.debug("repeat absorbed")
            return False
        await consumer.handler(event, tx)
    return True


def read_envelope(message: RabbitMessage) -> Envelope:
    """The CloudEvents attributes of a message; raises `ValidationError` when one is missing or malformed."""
    headers = message.headers
    return Envelope.model_validate(
        {
            "id": headers.get("ce-id"),
            "type": headers.get("ce-type"),
            "source": headers.get("ce-source"),
            "subject": headers.get("ce-subject"),
            "time": headers.get("ce-time"),
            "account_id": UUID(headers["account-id"]) if headers.get("account-id") else None,
            "actor_id": UUID(headers["actor-id"]) if headers.get("actor-id") else None,
            "correlation_id": message.correlation_id,
        }
    )


def attempts_of(headers: Mapping[str, Any]) -> int:
    """Which attempt to handle it a message is at, the first being 1; what cannot be read counts as the first, and more
    than anybody has ever made as the last."""
    told = headers.get("x-attempt", 1)
    return min(max(told, 1), _MOST_TOLD) if isinstance(told, int) else 1


def now_utc() -> datetime:
    """The clock of the edges; rules of the trade take moments as arguments."""
    return datetime.now(UTC)


def _short(error: BaseException) -> str:
    if isinstance(error, ValidationError):
        fields = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        return f"ValidationError: {fields}"[:2000]
    return without_values(f"{type(error).__name__}: {error}")[:2000]
