"""Waiting for a fact instead of sleeping for a while."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from kit import freshness


async def eventually(fact: Callable[[], Awaitable[bool]], *, within_s: float = 60, step_s: float = 0.05) -> None:
    """Return as soon as `fact` holds; fail when it does not within the time."""
    deadline = time.monotonic() + within_s
    while not await fact():
        if time.monotonic() > deadline:
            raise AssertionError(f"did not come true within {within_s} s")
        await asyncio.sleep(step_s)


async def a_copy_is_waited_for() -> None:
    """Return once a request in this process waits for news that have not come yet."""

    async def is_so() -> bool:
        return freshness._waiting > 0

    await eventually(is_so, step_s=0.01)
