"""The wire under the providers: requests recorded whole, connections held open or cut without an answer."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulators.clock import Clock
from simulators.faults import TRANSPORT, TRANSPORT_BEFORE, Fault
from simulators.journal import Requests

HOLD_S = 300.0
SLOW_S = 5.0
PROXY_PAGE = (
    "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"
)
ERROR_PAGE = "<html><body><h1>500 Internal Server Error</h1></body></html>"


class Wire:
    """Outermost layer of the server: records requests of the providers and lends them the TCP connection.

    A provider is the first part of the path; paths of other names (the control interface) are not recorded.
    """

    def __init__(self, app: ASGIApp, providers: frozenset[str], requests: Requests, clock: Clock) -> None:
        self._app = app
        self._providers = providers
        self._requests = requests
        self._clock = clock
        self.stopping = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        provider = scope["path"].split("/")[1] if scope["type"] == "http" else ""
        if provider not in self._providers:
            await self._app(scope, receive, send)
            return
        body = await _whole_body(receive)
        self._requests.record(provider, self._as_recorded(scope, body))
        scope["simulators.cut"] = lambda: _cut(send)
        scope["simulators.stopping"] = self.stopping
        await self._app(scope, _Replayed(body, receive), send)

    def _as_recorded(self, scope: Scope, body: bytes) -> dict[str, Any]:
        return {
            "at": self._clock.now().isoformat(),
            "method": scope["method"],
            "path": scope["path"],
            "query": scope["query_string"].decode("latin-1"),
            "headers": {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            "body": body.decode("utf-8", errors="replace"),
        }


class _Replayed:
    """A body that was read already, given to the application once more."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        return await self._receive()


async def _whole_body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    return b"".join(parts)


def _cut(send: Send) -> None:
    # Under uvicorn `send` is a method of the request cycle, which knows its TCP transport.
    # ASGI itself has no way to end a connection without an answer.
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise RuntimeError("a connection can only be cut under uvicorn")
    transport.abort()


class Cut(Response):
    """No answer: the connection is closed, after `hold_s` seconds of silence."""

    def __init__(self, hold_s: float = 0.0) -> None:
        super().__init__()
        self._hold_s = hold_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        if self._hold_s:
            await _silence(scope, receive, self._hold_s)
        scope["simulators.cut"]()
        while (await receive())["type"] != "http.disconnect":
            pass


async def _silence(scope: Scope, receive: Receive, seconds: float) -> None:
    """Wait until the time is over, the client has gone, or the server stops."""
    ends = [asyncio.create_task(scope["simulators.stopping"].wait()), asyncio.create_task(_gone(receive))]
    try:
        await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for end in ends:
            end.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def answered(fault: Fault | None, accept: Callable[[], Awaitable[Response]]) -> Response:
    """Do the provider's work in `accept` and answer it, unless the fault says otherwise.

    Only faults of the transport are known here; others must have been acted out by the provider.
    """
    if fault is None or fault.mode not in TRANSPORT:
        return await accept()
    if fault.mode in TRANSPORT_BEFORE:
        return await _not_accepted(fault, accept)
    answer = await accept()
    match fault.mode:
        case "drop_after_accept":
            return Cut()
        case "timeout_after_accept":
            return Cut(HOLD_S if fault.delay_s is None else fault.delay_s)
        case "http_500_after_accept":
            return HTMLResponse(ERROR_PAGE, status_code=500)
        case "html_after_accept":
            return HTMLResponse(PROXY_PAGE)
        case _:
            await asyncio.sleep(SLOW_S if fault.delay_s is None else fault.delay_s)
            return answer


async def _not_accepted(fault: Fault, accept: Callable[[], Awaitable[Response]]) -> Response:
    match fault.mode:
        case "drop_before":
            return Cut()
        case "timeout_before":
            return Cut(HOLD_S if fault.delay_s is None else fault.delay_s)
        case "http_500":
            return HTMLResponse(ERROR_PAGE, status_code=500)
        case "http_502":
            return HTMLResponse(PROXY_PAGE, status_code=502)
        case "html_reply":
            return HTMLResponse(PROXY_PAGE)
        case _:
            await asyncio.sleep(SLOW_S if fault.delay_s is None else fault.delay_s)
            return await accept()


def json_text(value: Any) -> str:
    """JSON as a provider writes it: no ASCII escapes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
