"""Claims work and does it, so many at a time: a slow provider keeps its own few slots busy and nobody else's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, Protocol, TypeVar

import structlog

from kit.wakeups import wait_for

POLL_S = 1.0
LINGER_S = 0.03
"""After a piece of work others end soon: what they make room for is claimed together."""
DRAIN_S = 15.0

log = structlog.get_logger("pump")


class Claim(Protocol):
    """A piece of work that this process has claimed; `lane` is whose slots it takes."""

    @property
    def lane(self) -> Hashable:
        """Whose it is."""


C = TypeVar("C", bound=Claim)


class Pump(Generic[C]):
    """Runs `work` on what `claim(room, full lanes)` hands out."""

    def __init__(
        self,
        claim: Callable[[int, frozenset[Hashable]], Awaitable[Sequence[C]]],
        work: Callable[[C], Awaitable[None]],
        wake: asyncio.Event,
        *,
        concurrency: int,
        per_lane: int | None = None,
    ) -> None:
        self._claim = claim
        self._work = work
        self._wake = wake
        self._concurrency = concurrency
        self._per_lane = per_lane or concurrency
        self._under_way: dict[asyncio.Task[None], Hashable] = {}

    async def run(self) -> None:
        """Claim and work for ever; when cancelled, what is under way may still finish."""
        try:
            while True:
                self._wake.clear()
                if not await self.start_some():
                    await wait_for(self._wake, POLL_S)
                if self._under_way:
                    await asyncio.sleep(LINGER_S)
        finally:
            if self._under_way:
                await asyncio.wait(self._under_way, timeout=DRAIN_S)

    async def start_some(self) -> int:
        """Start as much as there is room for; answers how much was claimed."""
        room = self._concurrency - len(self._under_way)
        if room <= 0:
            return 0
        lanes = list(self._under_way.values())
        full = frozenset(lane for lane in lanes if lanes.count(lane) >= self._per_lane)
        claims = await self._claim(room, full)
        for claim in claims:
            task = asyncio.create_task(self._guarded(claim))
            self._under_way[task] = claim.lane
            task.add_done_callback(self._done)
        return len(claims)

    async def drain(self) -> int:
        """Do everything that is due now, and wait for it; answers how much that was."""
        done = 0
        while started := await self.start_some():
            done += started
            await asyncio.wait(self._under_way)
        return done

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.pop(task, None)
        self._wake.set()

    async def _guarded(self, claim: C) -> None:
        try:
            await self._work(claim)
        except Exception as error:
            log.error("work failed", exc_info=error)
