"""Races for time, as the people in them see it: everybody waits their turn, and one has it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager
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
        self._lines: dict[Hashable, _Line] = {}
        self._lost: dict[Hashable, tuple[float, SlotTaken]] = {}

    async def run(
        self,
        act: Callable[[], Awaitable[T]],
        *,
        wish: Hashable = None,
        is_repeat: Callable[[], Awaitable[bool]] | None = None,
    ) -> T:
        """Run `act`, which opens its own transaction; once more after a deadlock, then the time counts as taken.

        Callers with an equal `wish` come one after the other, since only the first could have it anyway, and share the
        news that it is taken, unless they only repeat what they did before. Whatever frees time has no wish and ends
        that news. Raises `TemporarilyUnavailable` when the turn does not come in time.
        """
        await self._tell_loss(wish, is_repeat)
        until = asyncio.get_running_loop().time() + self._patience_s
        async with self._line(wish, until):
            await self._tell_loss(wish, is_repeat)
            async with _held(self._places, until):
                with self.sharing_loss(wish, is_told=True):
                    done = await _twice_at_most(act)
        if wish is None:
            self._lost.clear()
        return done

    @contextmanager
    def sharing_loss(self, wish: Hashable, *, is_told: bool = False) -> Iterator[None]:
        """Let a loss inside be known to all who have an equal wish, and refuse at once whoever comes after it.

        For acts that learn only on their way what they wish; `is_told`: the news was looked for before. Without a wish
        nothing is shared.
        """
        known = None if is_told else self._news(wish)
        if known is not None:
            raise SlotTaken(known.alternatives)
        try:
            yield
        except SlotTaken as loss:
            self._remember(wish, loss)
            raise

    @asynccontextmanager
    async def _line(self, wish: Hashable, until: float) -> AsyncIterator[None]:
        if wish is None:
            yield
            return
        line = self._lines.setdefault(wish, _Line())
        line.length += 1
        try:
            async with _held(line.front, until):
                yield
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[wish]

    async def _tell_loss(self, wish: Hashable, is_repeat: Callable[[], Awaitable[bool]] | None) -> None:
        known = self._news(wish)
        if known is not None and (is_repeat is None or not await is_repeat()):
            raise SlotTaken(known.alternatives)

    def _news(self, wish: Hashable) -> SlotTaken | None:
        known = self._lost.get(wish) if wish is not None else None
        return known[1] if known is not None and time.monotonic() < known[0] else None

    def _remember(self, wish: Hashable, loss: SlotTaken) -> None:
        if wish is None:
            return
        if len(self._lost) >= MOST_REMEMBERED:
            self._lost.clear()
        self._lost[wish] = time.monotonic() + MEMORY_S, loss


class _Line:
    """Those who want the very same thing."""

    def __init__(self) -> None:
        self.front = asyncio.Lock()
        self.length = 0


@asynccontextmanager
async def _held(place: asyncio.Lock | asyncio.Semaphore, until: float) -> AsyncIterator[None]:
    """Have a place; raises `TemporarilyUnavailable` when it is not free by then."""
    try:
        async with asyncio.timeout_at(until):
            await place.acquire()
    except TimeoutError:
        raise TemporarilyUnavailable("booking") from None
    try:
        yield
    finally:
        place.release()


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
