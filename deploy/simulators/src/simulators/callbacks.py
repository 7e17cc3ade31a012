"""Calls from a provider to the product: delivery reports, receipt events, payment notices."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta

import aiohttp

from simulators.clock import Clock

ANSWER_WITHIN_S = 10.0


async def call(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    basic: tuple[str, str] | None = None,
) -> tuple[int, bytes]:
    """POST once: the status and the body of the answer; status 0 where there was none in time."""
    auth = aiohttp.BasicAuth(*basic) if basic else None
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN_S)) as session,
            session.post(url, data=body, headers=dict(headers), auth=auth, allow_redirects=False) as answer,
        ):
            return answer.status, await answer.read()
    except (aiohttp.ClientError, TimeoutError, OSError):
        return 0, b""


async def until_taken(
    clock: Clock,
    pauses: Iterable[timedelta],
    attempt: Callable[[int], Awaitable[bool]],
) -> bool:
    """Repeat `attempt` (it gets its number, from 1) after each pause until it says True or the pauses run out."""
    if await attempt(1):
        return True
    for number, pause in enumerate(pauses, start=2):
        await clock.sleep_until(clock.now() + pause)
        if await attempt(number):
            return True
    return False
