"""Passes a request below /api/v1 on to the service that owns it and the answer back, byte for byte. Pure ASGI.

Nothing is parsed: bodies are streamed both ways, refusals of services arrive as they left them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes

from multidict import CIMultiDict
from starlette.types import Message, Receive, Scope, Send

from gateway.errors import RouteUnknown
from gateway.peers import Payload, Peers
from kit import context
from kit.api import REQUEST_ID_HEADER

from .routing import owner_of

HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
# Set here and nowhere before: a caller must not speak for a proxy, for a trace or for another caller.
_OURS = frozenset({"host", "expect", "forwarded", "x-real-ip", "traceparent", "tracestate", "baggage"})
_NOT_PASSED_BACK = HOP_BY_HOP | {"date", "server", REQUEST_ID_HEADER}
_WHOLE_BODY_BYTES = 65_536
_QUERY_SIGNS = "!$&'()*+,;=:@/?%-._~[]|^`{}\"<>\\#"


class Proxy:
    """The ASGI endpoint of everything below /api/v1 that the gateway does not answer itself."""

    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw_path = scope["raw_path"].decode("latin-1")
        rule = owner_of(scope["path"], raw_path)
        if rule is None:
            raise RouteUnknown
        scope["route"] = rule
        query = quote_from_bytes(scope["query_string"], safe=_QUERY_SIGNS)
        body = _Body(receive)
        headers = forwarded_headers(scope)
        try:
            async with self._peers.call(
                rule.service,
                scope["method"],
                f"{raw_path}?{query}" if query else raw_path,
                headers=headers,
                payload=await body.payload(headers),
            ) as response:
                await send(
                    {
                        "type": "http.response.start",
                        "status": response.status,
                        "headers": [
                            (name.lower(), value)
                            for name, value in response.raw_headers
                            if name.lower().decode("latin-1") not in _NOT_PASSED_BACK
                        ],
                    }
                )
                if (response.content_length or _WHOLE_BODY_BYTES) < _WHOLE_BODY_BYTES:
                    await send({"type": "http.response.body", "body": await response.read()})
                    return
                async for part in response.content.iter_any():
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
        except Exception:
            if body.caller_left:
                return
            if body.failure is not None:
                raise body.failure from None  # too large, say: not the fault of the service
            raise


def forwarded_headers(scope: Scope) -> CIMultiDict[str]:
    """The request's headers as the service may see them."""
    headers: CIMultiDict[str] = CIMultiDict()
    named_by_connection: set[str] = set()
    host = ""
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), _text(raw_value)
        if name == "connection":
            named_by_connection |= {token.strip().lower() for token in value.split(",")}
        if name == "host":
            host = value
        if name in HOP_BY_HOP or name in _OURS or name.startswith("x-forwarded-") or name == REQUEST_ID_HEADER:
            continue
        headers.add(name, value)
    for name in named_by_connection:
        headers.popall(name, None)
    headers["X-Request-Id"] = context.current().correlation_id
    headers["X-Forwarded-For"] = scope["client"][0] if scope["client"] else "unknown"
    headers["X-Forwarded-Proto"] = scope["scheme"]
    headers["X-Forwarded-Host"] = host
    return headers


def _text(value: bytes) -> str:
    # aiohttp writes headers as UTF-8; what is no UTF-8 is taken for Latin-1, as HTTP once said.
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


class _CallerLeft(Exception):
    """The caller closed the connection in the middle of the body."""


@dataclass
class _Body:
    """The request's body on its way to the service."""

    receive: Receive
    failure: Exception | None = None
    caller_left: bool = field(default=False)

    async def payload(self, headers: CIMultiDict[str]) -> Payload:
        """Nothing, the whole of a short body, or a stream."""
        declared = headers.get("content-length")
        first = await self.receive()
        if not first.get("more_body", False):
            return first.get("body", b"") or (b"" if declared is not None else None)
        if declared is not None and declared.isdigit() and int(declared) <= _WHOLE_BODY_BYTES:
            return b"".join([part async for part in self._parts(first)])
        return self._watched(first)

    async def _watched(self, first: Message) -> AsyncIterator[bytes]:
        # What goes wrong in here, aiohttp reports as a lost connection: the true cause is kept.
        try:
            async for part in self._parts(first):
                yield part
        except Exception as error:
            self.failure = error
            raise

    async def _parts(self, message: Message) -> AsyncIterator[bytes]:
        while True:
            if message["type"] == "http.disconnect":
                self.caller_left = True
                raise _CallerLeft
            if message.get("body"):
                yield message["body"]
            if not message.get("more_body", False):
                return
            message = await self.receive()
