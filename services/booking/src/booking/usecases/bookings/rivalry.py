"""Races for time, as the people in them see it: everybody waits their turn, and one has it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from booking.errors import SlotTaken
from kit.db import sqlstate
from kit.errors import TemporarilyUnavailable

T = TypeVar("T")

DEADLOCK, SERIALIZATION, OVERLAP = "40P01", "40001", "23P01"
AT_ONCE = 4
"""How many acts on time one process has in the database at once. The rest wait here, in order, rather than for a
connection: those who lose a race must hear that they lost, not that the service is busy."""
PATIENCE_S = 20.0


class Turns:
    """The queue of one process for acts that take or move time."""

    def __init__(self, at_once: int = AT_ONCE, patience_s: float = PATIENCE_S) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._patience_s = patience_s

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a place; raises `TemporarilyUnavailable` when none comes in time."""
        try:
            async with asyncio.timeout(self._patience_s):
                await self._places.acquire()
        except TimeoutError:
            raise TemporarilyUnavailable("booking") from None
        try:
            yield
        finally:
            self._places.release()

    async def run(self, act: Callable[[], Awaitable[T]]) -> T:
        """Run `act`, which opens its own transaction; once more after a deadlock, then the time counts as taken."""
        async with self.turn():
            try:
                return await act()
            except DBAPIError as error:
                if sqlstate(error) not in (DEADLOCK, SERIALIZATION, OVERLAP):
                    raise
            try:
                return await act()
            except DBAPIError as error:
                if sqlstate(error) in (DEADLOCK, SERIALIZATION, OVERLAP):
                    raise SlotTaken from error
                raise
