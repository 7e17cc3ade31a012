"""A crowd at the door of one process waits outside, in order, rather than all inside and at one another's cost."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send


class AtMost:
    """Lets so many requests work at once.

    Without it every request of a crowd would do a little of its work in turn: all of them would end as late as the
    last one, and they would wait in the middle of their work, for connections that have time-outs.
    """

    def __init__(self, app: ASGIApp, number: int) -> None:
        self._app = app
        self._places = asyncio.Semaphore(number)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        async with self._places:
            await self._app(scope, receive, send)
