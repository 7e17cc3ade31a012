"""Background loops of a worker: restarted when they fail, stopped at shutdown."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import structlog

T = TypeVar("T")

log = structlog.get_logger("loops")

RESTART_S = 1.0


async def keep_running(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    """Run `loop` for ever; a failure is logged and the loop starts again after a pause."""
    while True:
        try:
            await loop()
        except asyncio.CancelledError as error:
            if is_cancelled():
                raise
            # A lost connection to the broker ends whatever waited on it in a CancelledError that nobody asked for.
            log.error("loop lost its connection", loop=name, exc_info=error)
        except Exception as error:
            log.error("loop failed", loop=name, exc_info=error)
        await asyncio.sleep(RESTART_S)


async def each(name: str, things: Iterable[T], act: Callable[[T], Awaitable[None]]) -> None:
    """Do `act` with one thing after the other; one that fails is logged and keeps nobody waiting."""
    for thing in things:
        try:
            await act(thing)
        except Exception as error:
            log.error("one of many failed", loop=name, exc_info=error)


def is_cancelled() -> bool:
    """Whether somebody really asked the running task to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def every(seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    """Do `act` now and then each `seconds`."""
    while True:
        await act()
        await asyncio.sleep(seconds)
