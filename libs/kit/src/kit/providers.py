"""Calls to outside providers: bounded in time and size, with an outcome that tells "surely not" from "unknown".

A provider is never called inside a transaction. Whoever calls records what came of it; whether an unknown outcome may
be repeated is a rule of the caller.
"""

from __future__ import annotations

import json as json_of
import re
import time
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import aiohttp
import structlog

MAX_ANSWER_BYTES = 1_048_576

log = structlog.get_logger("providers")


class Reached(Enum):
    """How far a call got."""

    NOT_SENT = "not_sent"
    """Refused before the first byte was written: trying again is safe."""
    UNKNOWN = "unknown"
    """Written, and no complete answer: it may have had its effect."""


class CallFailed(Exception):
    """No complete HTTP answer came; `reached` says whether the provider may have acted."""

    def __init__(self, reached: Reached, cause: str) -> None:
        super().__init__(cause)
        self.reached = reached
        self.cause = cause


@dataclass(frozen=True)
class Answer:
    """A complete HTTP answer, whatever its status."""

    status: int
    body: bytes
    headers: dict[str, str]

    def json(self) -> Any:
        """The body as JSON, its texts as a database can keep them; raises `ValueError` when it is none."""
        return read_json(self.body)

    def text(self, most: int) -> str:
        """The beginning of the body, `most` characters, as it can be stored and shown."""
        return self.body[: 4 * most].decode("utf-8", errors="replace").replace("\0", "\ufffd")[:most]

    def retry_after_s(self, otherwise: float) -> float:
        """Seconds after which to call again, as the answer says them; `otherwise` where it does not."""
        said = self.headers.get("retry-after", "")
        return float(said) if re.fullmatch("[0-9]{1,9}", said) else otherwise


def read_json(body: bytes | str, **options: Any) -> Any:
    """Strange JSON, read so that it harms nobody; raises `ValueError` for what is none or is nested without end.

    Its texts lose null characters and halves of characters, which no database keeps. `options` are those of
    `json.loads`.
    """
    try:
        return _storable(json_of.loads(body, **options))
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "").encode(errors="replace").decode()
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(one) for name, one in value.items()}
    return value


@dataclass
class Breaker:
    """Stops calling a provider that fails: opens after `limit` failures in a row, then lets one probe through per
    `pause_s` seconds."""

    limit: int = 5
    pause_s: float = 30.0
    _failures: int = 0
    _next_probe_at: float = 0.0

    def lets_through(self) -> bool:
        """Whether a call may be made now; answering yes while open spends the probe."""
        if self._failures < self.limit:
            return True
        if time.monotonic() < self._next_probe_at:
            return False
        self._next_probe_at = time.monotonic() + self.pause_s
        return True

    @property
    def is_open(self) -> bool:
        """Whether calls are being held back."""
        return self._failures >= self.limit

    def record(self, *, ok: bool) -> None:
        """Count the outcome of a call."""
        if ok:
            self._failures = 0
            return
        self._failures += 1
        if self._failures >= self.limit:
            self._next_probe_at = time.monotonic() + self.pause_s


@dataclass
class HttpClient:
    """One provider's HTTP client with a kept connection pool; redirects are not followed."""

    base_url: str
    connect_timeout_s: float = 3.0
    total_timeout_s: float = 10.0
    headers: dict[str, str] = field(default_factory=dict)
    cookies: bool = False
    connections: int = 100
    """At once. Waiting for one of them counts into the time limit, so there are more than callers."""
    resolver: aiohttp.abc.AbstractResolver | None = None
    """Who finds addresses of names; one of our own where the name comes from outside."""
    _session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        body: bytes | str | None = None,
        headers: dict[str, str] | None = None,
        params: dict[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> Answer:
        """Call and read the whole answer; raises `CallFailed`."""
        if any(sign in value for value in (headers or {}).values() for sign in "\r\n\0"):
            raise CallFailed(Reached.NOT_SENT, "a header of several lines")
        timeout = aiohttp.ClientTimeout(total=timeout_s or self.total_timeout_s, sock_connect=self.connect_timeout_s)
        try:
            async with self._open().request(
                method,
                self.base_url.rstrip("/") + path,
                json=json,
                data=body,
                headers=headers,
                params=params,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                content = await response.content.read(MAX_ANSWER_BYTES + 1)
                if len(content) > MAX_ANSWER_BYTES:
                    raise CallFailed(Reached.UNKNOWN, "the answer is too large")
                while not response.content.at_eof():
                    more = await response.content.read(MAX_ANSWER_BYTES)
                    content += more
                    if len(content) > MAX_ANSWER_BYTES:
                        raise CallFailed(Reached.UNKNOWN, "the answer is too large")
                return Answer(response.status, content, {k.lower(): v for k, v in response.headers.items()})
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise CallFailed(Reached.NOT_SENT, type(error).__name__) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise CallFailed(Reached.UNKNOWN, type(error).__name__) from error

    async def close(self) -> None:
        """Close kept connections."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            jar: aiohttp.abc.AbstractCookieJar = (
                aiohttp.CookieJar(unsafe=True) if self.cookies else aiohttp.DummyCookieJar()
            )
            connector = aiohttp.TCPConnector(limit=self.connections, keepalive_timeout=30, resolver=self.resolver)
            self._session = aiohttp.ClientSession(headers=self.headers, cookie_jar=jar, connector=connector)
        return self._session
