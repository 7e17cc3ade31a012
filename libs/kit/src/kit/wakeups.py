"""Waking loops by PostgreSQL NOTIFY: latency of milliseconds where polling alone would cost a second.

A notification may get lost with its connection, so every loop also polls; a wake-up is only a hint to look now.
"""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import structlog
from sqlalchemy import text

from .db import Tx
from .dial import Servers

RECONNECT_S = 1.0
ASKED_EVERY_S = 15.0
LISTENER = "wakeups"
"""What the connection is called at the database. Each worker has one, and nobody else has."""

log = structlog.get_logger("wakeups")


class Wakeups:
    """One dedicated connection that listens on the channels its process has loops for."""

    def __init__(self, url: str) -> None:
        self._servers = Servers(url)
        self._events: dict[str, asyncio.Event] = {}

    def of(self, channel: str) -> asyncio.Event:
        """The event that is set whenever somebody notifies `channel`; ask before `run`."""
        return self._events.setdefault(channel, asyncio.Event())

    async def run(self) -> None:
        """Listen for ever, reconnecting; cancelled at shutdown."""
        while True:
            connection: asyncpg.Connection[Any] | None = None
            try:
                connection = await self._servers.connect_apart(
                    timeout=3, server_settings={"application_name": LISTENER}
                )
                gone = asyncio.Event()
                connection.add_termination_listener(lambda *_, gone=gone: gone.set())
                for channel, event in self._events.items():
                    await connection.add_listener(channel, lambda *_, event=event: event.set())
                    event.set()  # what came while nobody listened
                while not gone.is_set():
                    await wait_for(gone, ASKED_EVERY_S)
                    if not gone.is_set():
                        # A machine that was switched off says no farewell.
                        await connection.execute("SELECT 1", timeout=3)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                log.debug("listener lost", error=repr(error))
            finally:
                if connection is not None and not connection.is_closed():
                    connection.terminate()
            await asyncio.sleep(RECONNECT_S)


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Wait until the event is set, `seconds` at most."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


async def notify(tx: Tx, channel: str) -> None:
    """Wake the loops on `channel` when this transaction commits."""
    await tx.execute(text("SELECT pg_notify(:channel, '')"), {"channel": channel})
