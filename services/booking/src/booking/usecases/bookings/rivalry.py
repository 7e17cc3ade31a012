"""Races for time, as the people in them see it: everybody waits their turn, and one has it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
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
PATIENCE_S = 10.0
"""Less than the gateway waits for an answer: the caller then hears when to try again."""
MEMORY_S = 0.3
"""How long "taken" is believed for the very same wish. A crowd at one hour then costs one look, not one look each."""
MOST_REMEMBERED = 1000


class Turns:
    """The queue of one process for acts that take, move or free time."""

    def __init__(self, at_once: int = AT_ONCE, patience_s: float = PATIENCE_S) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._patience_s = patience_s
        self._lost: dict[Hashable, tuple[float, SlotTaken]] = {}

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

    async def run(
        self,
        act: Callable[[], Awaitable[T]],
        *,
        wish: Hashable = None,
        is_repeat: Callable[[], Awaitable[bool]] | None = None,
    ) -> T:
        """Run `act`, which opens its own transaction; once more after a deadlock, then the time counts as taken.

        Callers with an equal `wish` share the news that it is taken, unless they only repeat what they did before;
        whatever frees time has no wish and ends that news.
        """
        await self._tell_loss(wish, is_repeat)
        async with self.turn():
            await self._tell_loss(wish, is_repeat)
            try:
                done = await _twice_at_most(act)
            except SlotTaken as loss:
                self._remember(wish, loss)
                raise
        if wish is None:
            self._lost.clear()
        return done

    async def _tell_loss(self, wish: Hashable, is_repeat: Callable[[], Awaitable[bool]] | None) -> None:
        known = self._lost.get(wish) if wish is not None else None
        if known is None or time.monotonic() >= known[0]:
            return
        if is_repeat is None or not await is_repeat():
            raise SlotTaken(known[1].alternatives)

    def _remember(self, wish: Hashable, loss: SlotTaken) -> None:
        if wish is None:
            return
        if len(self._lost) >= MOST_REMEMBERED:
            self._lost.clear()
        self._lost[wish] = time.monotonic() + MEMORY_S, loss


async def _twice_at_most(act: Callable[[], Awaitable[T]]) -> T:
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
