"""The connection to RabbitMQ and the one way to publish: persistent, mandatory where it matters, confirmed, bounded.

Measured traps that shape this module: FastStream ignores `publish(timeout=…)`; an unroutable message is no error unless
the channel is told so; a connection lost by heartbeat ends a waiting publish in a CancelledError that nobody asked
for. So a publish counts only when the broker's answer is an Ack, and everything else is `NotConfirmed`.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog
from aio_pika.abc import AbstractChannel, AbstractQueue, AbstractRobustConnection
from aio_pika.exceptions import AMQPException
from faststream import AckPolicy
from faststream.rabbit import Channel, ExchangeType, RabbitBroker, RabbitExchange, RabbitQueue
from faststream.rabbit.opentelemetry import RabbitTelemetryMiddleware
from faststream.rabbit.prometheus import RabbitPrometheusMiddleware
from faststream.rabbit.response import RabbitPublishCommand
from faststream.rabbit.schemas import QueueType
from faststream.response.publish_type import PublishType
from opentelemetry import propagate
from pamqp.commands import Basic

from .loops import is_cancelled

if TYPE_CHECKING:
    from faststream.rabbit.schemas.queue import QuorumQueueArgs
    from opentelemetry.trace import TracerProvider
    from prometheus_client import CollectorRegistry

log = structlog.get_logger("broker")

EVENTS = RabbitExchange("zapys.events", type=ExchangeType.TOPIC, durable=True)
RETRIES_S = (1, 10, 60, 600)
"""The ladder of pauses, in seconds: the n-th attempt waits in the n-th delay queue, the last one repeats."""

DELIVERY_LIMIT = 20
"""Redeliveries by the broker before it gives up. Every restart burns one, so business attempts are counted by us."""

GOODBYE_S = 3.0
"""How long the broker may take to close the connection after the last handler has finished."""

_AT_LEAST_ONCE: QuorumQueueArgs = {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}


class NotConfirmed(Exception):
    """The broker did not confirm a message; it may or may not have it."""


class BrokerUnavailable(Exception):
    """There is no connection to the broker."""


def retry_exchange(delay_s: int) -> RabbitExchange:
    """Fanout in front of a delay queue; the routing key of a message names the queue it returns to."""
    return RabbitExchange(f"zapys.retry.{delay_s}s", type=ExchangeType.FANOUT, durable=True)


def retry_queue(delay_s: int) -> RabbitQueue:
    """Holds messages for one fixed time, then hands them back to the queue that their routing key names."""
    return RabbitQueue(
        f"zapys.retry.{delay_s}s",
        queue_type=QueueType.QUORUM,
        durable=True,
        arguments={
            "x-message-ttl": delay_s * 1000,
            "x-dead-letter-exchange": "",
            "x-delivery-limit": DELIVERY_LIMIT,
            **_AT_LEAST_ONCE,
        },
    )


def work_queue(name: str, routing_key: str) -> RabbitQueue:
    """The queue of one handler; what the broker gives up on goes to its dead-letter queue."""
    return RabbitQueue(
        name,
        queue_type=QueueType.QUORUM,
        durable=True,
        routing_key=routing_key,
        arguments={
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": dead_letter_queue_name(name),
            "x-delivery-limit": DELIVERY_LIMIT,
            **_AT_LEAST_ONCE,
        },
    )


def dead_letter_queue_name(queue: str) -> str:
    """Where messages of `queue` go that nobody could handle."""
    return f"{queue}.dead"


def dead_letter_queue(queue: str) -> RabbitQueue:
    """Collected into the service's database, where operators see, replay or discard."""
    return RabbitQueue(dead_letter_queue_name(queue), queue_type=QueueType.QUORUM, durable=True)


class Broker:
    """One service's connection: FastStream underneath, confirmed publishing on top."""

    def __init__(
        self,
        url: str,
        *,
        service: str,
        publish_timeout_s: float,
        graceful_timeout_s: float,
        registry: CollectorRegistry,
        tracer_provider: TracerProvider,
    ) -> None:
        self.service = service
        self._publish_timeout_s = publish_timeout_s
        self._graceful_timeout_s = graceful_timeout_s
        separator = "&" if "?" in url else "?"
        self.faststream = RabbitBroker(
            f"{url}{separator}heartbeat=10&name={service}",
            reconnect_interval=1,
            graceful_timeout=graceful_timeout_s,
            default_channel=Channel(on_return_raises=True),  # for publishing only; each consumer has its own
            ack_policy=AckPolicy.MANUAL,
            middlewares=[
                RabbitTelemetryMiddleware(tracer_provider=tracer_provider),
                RabbitPrometheusMiddleware(registry=registry, app_name=service, metrics_prefix="fs"),
            ],
            logger=None,
        )
        self._connected = False

    async def connect(self, *, retry_s: float = 1.0) -> None:
        """Connect, waiting for the broker as long as it takes; a service lives without it."""
        while True:
            try:
                async with asyncio.timeout(10):
                    await self.faststream.connect()
                    await self.faststream.declare_exchange(EVENTS)
                self._connected = True
                return
            except (AMQPException, OSError, TimeoutError, asyncio.CancelledError) as error:
                if isinstance(error, asyncio.CancelledError) and is_cancelled():
                    raise
                await asyncio.sleep(retry_s)

    async def close(self) -> None:
        """Stop consumers (running handlers finish within the grace time) and disconnect."""
        if self._connected:
            # A frozen broker answers no good-bye, and would hold up the end of the process until heartbeats give up.
            connection: AbstractRobustConnection | None = self.faststream._connection  # noqa: SLF001 - no public property
            try:
                async with asyncio.timeout(self._graceful_timeout_s + GOODBYE_S):
                    await self.faststream.stop()
            except Exception as error:
                log.warning("no good-bye from the broker", error=repr(error))
            if connection is not None and not connection.is_closed:
                await self._give_up(connection)

    async def _give_up(self, connection: AbstractRobustConnection) -> None:
        """Tell a connection that was left open to stop coming back: its task would survive even its cancellation."""
        closing = asyncio.ensure_future(connection.close())
        # Not longer: a frozen broker does not answer, and aio-pika does not let go of such a wait when it is cancelled.
        await asyncio.wait({closing}, timeout=1)
        closing.add_done_callback(lambda done: done.cancelled() or done.exception())
        closing.cancel()

    @property
    def is_connected(self) -> bool:
        """Whether the socket is up. A frozen broker still looks connected: publishing has its own time-out."""
        connection: AbstractRobustConnection | None = self.faststream._connection  # noqa: SLF001 - no public property
        return self._connected and connection is not None and connection.connected.is_set() and not connection.is_closed

    def channel(self) -> AbstractChannel:
        """A new channel, to be opened with `async with` or `await`; what is declared on it is declared again after
        every reconnection for as long as it is open. Raises `BrokerUnavailable`."""
        connection = self.faststream._connection  # noqa: SLF001 - no public property
        if connection is None:
            raise BrokerUnavailable("no connection")
        return connection.channel()

    async def queue_size(self, name: str) -> tuple[int, int]:
        """Ready messages and consumers of a queue, asked on a channel of its own."""
        async with self.channel() as channel:
            queue = await channel.declare_queue(name, passive=True)
            return queue.declaration_result.message_count or 0, queue.declaration_result.consumer_count or 0

    async def publish(
        self,
        body: bytes,
        *,
        routing_key: str,
        message_id: str,
        headers: dict[str, Any],
        exchange: str = "",
        message_type: str | None = None,
        correlation_id: str | None = None,
        timestamp: datetime | None = None,
        mandatory: bool = True,
    ) -> None:
        """Hand one message over and wait for the broker's Ack.

        Raises `NotConfirmed` for anything else: time-out, lost connection, unroutable, Nack.
        """
        try:
            async with asyncio.timeout(self._publish_timeout_s):
                frame = await self._hand_over(
                    RabbitPublishCommand(
                        body,
                        _publish_type=PublishType.PUBLISH,
                        exchange=_known_exchange(exchange),
                        routing_key=routing_key,
                        message_id=message_id,
                        message_type=message_type,
                        correlation_id=correlation_id or message_id,
                        timestamp=timestamp,
                        mandatory=mandatory,
                        persist=True,
                        content_type="application/json",
                        headers={key: value for key, value in headers.items() if value is not None},
                    )
                )
        except asyncio.CancelledError:
            if is_cancelled():
                raise
            raise NotConfirmed("connection lost before the confirm") from None
        except Exception as error:
            raise NotConfirmed(f"{type(error).__name__}: {error}") from error
        if not isinstance(frame, Basic.Ack):
            raise NotConfirmed(f"the broker answered {type(frame).__name__}")

    async def _hand_over(self, command: RabbitPublishCommand) -> object:
        """Past the middlewares, which are for what is heard: for each message said they would cost more than saying
        it, and all that a listener needs of them is where the trace comes from."""
        propagate.inject(command.headers)
        return await self.faststream._producer.publish(command)  # noqa: SLF001 - no public property


async def declare_queue(channel: AbstractChannel, queue: RabbitQueue) -> AbstractQueue:
    """Declare `queue` on `channel`; the same arguments again change nothing.

    FastStream's own declaring remembers a queue with the channel that it was first declared on, and consumes there:
    every consumer would share the channel for publishing, without a prefetch.
    """
    return await channel.declare_queue(queue.name, durable=queue.durable, arguments=queue.arguments)


async def start_consuming(subscriber: Any) -> None:
    """Start a subscriber of FastStream without losing its first messages.

    It drops, unacknowledged and without a word, what arrives before its own mark, which it sets after the broker has
    begun to deliver; such a message would lie there until the channel closes.
    """
    subscriber.running = True
    await subscriber.start()


async def stop_consuming(subscriber: Any) -> None:
    """Stop a subscriber of FastStream, letting running handlers finish.

    The delivery ends first: what arrives after its mark is gone FastStream drops unacknowledged, and a consumer that
    is started again on the same channel would find its prefetch used up by those.
    """
    queue, tag = subscriber._queue_obj, subscriber._consumer_tag  # noqa: SLF001 - no public property
    if queue is not None and tag is not None and not queue.channel.is_closed:
        await queue.cancel(tag)
        subscriber._consumer_tag = None  # noqa: SLF001
    await subscriber.stop()


async def undecoded(_: Any) -> bytes:
    """Decoder of every subscriber: bodies are parsed in the handler, where a broken one can be dead-lettered.

    FastStream's own decoder fails before the handler; with a manual ack policy that message would stay unacknowledged.
    """
    return b""


def _known_exchange(name: str) -> RabbitExchange | None:
    if not name:
        return None
    if name == EVENTS.name:
        return EVENTS
    return RabbitExchange(name, type=ExchangeType.FANOUT, durable=True)
