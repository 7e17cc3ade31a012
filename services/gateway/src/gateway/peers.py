"""The four services behind the door, over kept connections of one session."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from gateway.errors import AnswerLate, OutcomeUnknown, ServiceAway

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# Below the services' own 30 s: a connection that a service is about to close is never taken for a new request.
_KEEP_ALIVE_S = 15
# A service that hangs may hold this many calls; the next ones are refused within the time to connect.
_CALLS_AT_ONCE = 128

Payload = bytes | AsyncIterable[bytes] | None


class Peers:
    """Calls services by name. No cookie is kept: the session is shared by all callers."""

    def __init__(self, urls: Mapping[str, str], *, connect_timeout_s: float, answer_timeout_s: float) -> None:
        self.urls = dict(urls)
        self._timeout = aiohttp.ClientTimeout(
            total=answer_timeout_s, connect=connect_timeout_s, sock_connect=connect_timeout_s
        )
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Make the session; connections are opened when they are needed."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, limit_per_host=_CALLS_AT_ONCE, keepalive_timeout=_KEEP_ALIVE_S, ttl_dns_cache=30
            ),
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        )

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    @asynccontextmanager
    async def call(
        self, service: str, method: str, target: str, *, headers: CIMultiDict[str], payload: Payload = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer of `service` to one request; `target` is path and query, already encoded.

        Raises `ServiceAway` when the request was never sent, else `AnswerLate` or `OutcomeUnknown`; the same while
        the block reads the answer.
        """
        assert self._session is not None, "open() comes first"
        url = URL(self.urls[service] + target, encoded=True)
        try:
            async with self._session.request(
                method, url, headers=headers, data=payload, allow_redirects=False
            ) as response:
                yield response
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise ServiceAway(service) from error
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise (AnswerLate(service) if method in SAFE_METHODS else OutcomeUnknown(service)) from error
