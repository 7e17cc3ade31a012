"""Reading a copy that may be a moment behind.

Services keep copies of what others own, fed by events. Somebody who has just made a thing at one service may ask
another for it some milliseconds before the event arrives. UUIDv7 tells the age of an id, so only for ids made within
the last seconds the reader waits for the copy; everything else answers at once (docs/adr on copies).
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from .ids import is_fresh

T = TypeVar("T")

PATIENCE_S = 3.0
STEP_S = 0.03
MOST_WAITING = 20
"""Readers of one process that may wait at once: made-up young ids cannot tie up more of it."""

_waiting = 0


async def wait_for_copy(
    identifier: UUID, look_up: Callable[[], Awaitable[T | None]], *, patience_s: float = PATIENCE_S
) -> T | None:
    """What `look_up` finds, asked again for up to `patience_s` seconds while `identifier` is newly born.

    `look_up` must open its own transaction: inside one, nothing new would become visible cheaply.
    """
    global _waiting
    found = await look_up()
    if found is not None or _waiting >= MOST_WAITING or not is_fresh(identifier, datetime.now(UTC)):
        return found
    deadline = asyncio.get_running_loop().time() + patience_s
    _waiting += 1
    try:
        while found is None and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(STEP_S)
            found = await look_up()
    finally:
        _waiting -= 1
    return found
