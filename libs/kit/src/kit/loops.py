"""Background loops of a worker: restarted when they fail, stopped at shutdown."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar
from uuid import UUID

import structlog

T = TypeVar("T")

log = structlog.get_logger("loops")

RESTART_S = 1.0
KNOCK_S = 0.5


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


def is_cancelled() -> bool:
    """Whether somebody really asked the running task to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def every(seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    """Do `act` now and then each `seconds`."""
    while True:
        await act()
        await asyncio.sleep(seconds)


async def each(name: str, items: Iterable[T], act: Callable[[T], Awaitable[object]], *, at_once: int = 1) -> list[T]:
    """Do `act` with every item, `at_once` of them at a time; answers those with which it failed.

    A loop that serves many must not end with the first that is broken: those behind it would never have their turn.
    Ids are shown in the log. Raises when the database is away: then no item is to blame.
    """
    places, failed, outages = asyncio.Semaphore(at_once), list[T](), list[Exception]()

    async def do(item: T) -> None:
        async with places:
            try:
                if not outages:
                    await act(item)
            except Exception as error:
                if _is_outage(error):
                    outages.append(error)
                    return
                log.error("one of many failed", loop=name, item=_shown(item), exc_info=error)
                failed.append(item)

    await asyncio.gather(*(do(item) for item in items))
    if outages:
        raise outages[0]
    return failed


def _is_outage(error: Exception) -> bool:
    from .db import is_outage  # here, for a process without a database has loops too and should not carry SQLAlchemy

    return is_outage(error)


def _shown(item: object) -> str:
    """An id, or several, as text; of anything else only what it is, for it may hold what belongs in no log."""
    ids = item if isinstance(item, tuple) else (item,)
    return " ".join(str(one) if isinstance(one, UUID | str | int) else type(one).__name__ for one in ids)


async def outlast(act: Callable[[], Awaitable[T]], patience_s: float) -> T:
    """What `act` answers, begun anew while the database is away; after so many seconds its failure is raised.

    For writing down what has happened outside: whoever knows it may be the only one who ever does.
    """
    until = asyncio.get_running_loop().time() + patience_s
    while True:
        try:
            return await act()
        except Exception as error:
            if not _is_outage(error) or asyncio.get_running_loop().time() >= until:
                raise
        await asyncio.sleep(KNOCK_S)
