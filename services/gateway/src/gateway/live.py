"""What changes in an account, told to whoever has its calendar open.

Each process hears every event of bookings on a queue of its own that lives as long as its connection. Missing one
costs a refresh and nothing else: nothing is acknowledged, kept or repeated, and after a break listeners are told to
look again.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import aio_pika
import structlog
from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import AMQPException
from prometheus_client import CollectorRegistry, Gauge

from kit.broker import EVENTS

BINDING = "booking.*.v1"
_RETRY_S = 1.0
_HEARTBEAT_S = 10
_CONNECT_S = 10
_CLOSE_S = 2
_WAITING_CHANGES = 64
_PREFETCH = 200

log = structlog.get_logger("live")


@dataclass(frozen=True)
class Change:
    """Something with this id is now at this version; what it is, the listener asks the owner."""

    id: str
    subject: str
    version: int
    type: str


@dataclass(frozen=True)
class Refresh:
    """Changes were missed: look at everything again."""


@dataclass(frozen=True)
class End:
    """The process is about to stop."""


News = Change | Refresh | End


@dataclass(eq=False)
class Listener:
    """One open stream; slow readers lose single changes and are told to refresh instead."""

    _news: asyncio.Queue[News] = field(default_factory=lambda: asyncio.Queue(_WAITING_CHANGES))

    def tell(self, news: News) -> None:
        """Hand news over without waiting."""
        if self._news.full():
            while not self._news.empty():
                self._news.get_nowait()
            self._news.put_nowait(Refresh())
            if isinstance(news, Change):
                return
        self._news.put_nowait(news)

    async def next(self) -> News:
        """Wait for news."""
        return await self._news.get()


class Live:
    """The broadcast of one process."""

    def __init__(self, rabbitmq_url: str, registry: CollectorRegistry) -> None:
        separator = "&" if "?" in rabbitmq_url else "?"
        self._url = f"{rabbitmq_url}{separator}heartbeat={_HEARTBEAT_S}&name=gateway-live"
        self._listeners: dict[str, set[Listener]] = {}
        self._is_ending = False
        self.is_listening = False
        self._streams = Gauge("zapys_live_streams", "Open streams of calendar changes.", registry=registry)

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return sum(map(len, self._listeners.values()))

    @contextlib.contextmanager
    def listen(self, account_id: str) -> Iterator[Listener]:
        """Hear what changes in an account while the block runs."""
        listener = Listener()
        if self._is_ending:
            listener.tell(End())
        self._listeners.setdefault(account_id, set()).add(listener)
        self._streams.inc()
        try:
            yield listener
        finally:
            self._streams.dec()
            remaining = self._listeners[account_id]
            remaining.discard(listener)
            if not remaining:
                del self._listeners[account_id]

    async def run(self) -> None:
        """Hear the broker for ever, connecting again after every break."""
        while True:
            try:
                await self._hear()
            except (AMQPException, OSError, TimeoutError) as error:
                log.debug("not listening", error=repr(error))
            except asyncio.CancelledError:
                if _really_cancelled():
                    raise
            finally:
                self.is_listening = False
            await asyncio.sleep(_RETRY_S)

    def end(self) -> None:
        """Close every stream: the process is about to stop."""
        self._is_ending = True
        self._tell_all(End())

    async def _hear(self) -> None:
        async with asyncio.timeout(_CONNECT_S):
            connection = await aio_pika.connect(self._url)
        lost = asyncio.Event()
        try:
            async with asyncio.timeout(_CONNECT_S):
                channel = await connection.channel(publisher_confirms=False)
                await channel.set_qos(_PREFETCH)
                events = await channel.declare_exchange(EVENTS.name, aio_pika.ExchangeType.TOPIC, durable=True)
                queue = await channel.declare_queue(exclusive=True, auto_delete=True)
                await queue.bind(events, routing_key=BINDING)
                await queue.consume(self._on_message, no_ack=True)
            connection.close_callbacks.add(lambda *_: lost.set())
            channel.close_callbacks.add(lambda *_: lost.set())
            self.is_listening = True
            self._tell_all(Refresh())  # whatever happened before is not coming any more
            log.info("listening")
            await lost.wait()
        finally:
            with contextlib.suppress(AMQPException, OSError, TimeoutError):  # a frozen broker says no good-bye
                async with asyncio.timeout(_CLOSE_S):
                    await connection.close()

    async def _on_message(self, message: AbstractIncomingMessage) -> None:
        account_id = str(message.headers.get("account-id") or "")
        listeners = self._listeners.get(account_id)
        if not listeners:
            return
        change = _change(message)
        for listener in tuple(listeners):
            listener.tell(change or Refresh())

    def _tell_all(self, news: News) -> None:
        for listeners in self._listeners.values():
            for listener in tuple(listeners):
                listener.tell(news)


def _change(message: AbstractIncomingMessage) -> Change | None:
    try:
        body: Any = json.loads(message.body)
        version = int(body["version"])
    except (ValueError, KeyError, TypeError):
        return None
    return Change(
        id=str(message.message_id or ""),
        subject=str(message.headers.get("ce-subject") or ""),
        version=version,
        type=str(message.headers.get("ce-type") or ""),
    )


def _really_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
