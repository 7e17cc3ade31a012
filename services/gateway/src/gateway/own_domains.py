"""A firm's own domain: its page answers on the host that the firm has proved to be its own.

Whatever else is asked for there belongs to the platform and is sent to the platform's own address.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Awaitable, Callable
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.clients import Asker, Refused, Services

KNOWN_S = 60.0
"""How long an answer about a host is kept; a proof that is taken back ends within it."""
_MOST_HOSTS = 2_000
_PROGRAMS = ("/api/", "/callbacks/", "/static/")
_OF_CLIENTS = frozenset({"b", "w", "me", "login", "logout", "look", "help", "contact"})


def host_of(url: str) -> str:
    """The host of an address, in small letters."""
    return (urlsplit(url).hostname or "").lower()


Find = Callable[[str], Awaitable[str | None]]


def finder(services: Services) -> Find:
    """Asks booking for the firm behind a host; none where nobody has proved it, or booking does not answer."""

    async def find(host: str) -> str | None:
        try:
            return (await services.on_behalf(Asker("uk")).site.page_of_host(host)).vanity_address
        except Refused:
            return None

    return find


class OwnDomainMiddleware:
    """Turns the first page of a proved host into the page of its firm."""

    def __init__(self, app: ASGIApp, *, find: Find, public_url: str, clock: Callable[[], float] = time.monotonic):
        self._app = app
        self._find = find
        self._public_url = public_url.rstrip("/")
        self._our_host = host_of(public_url)
        self._clock = clock
        self._known: dict[str, tuple[float, str | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        if scope["type"] != "http" or path.startswith(_PROGRAMS) or not path.startswith("/"):  # `OPTIONS *`, say
            await self._app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "").partition(":")[0].lower()
        vanity = await self._firm_of(host) if self._may_be_own(host) else None
        if vanity is None or path.split("/")[1] in (vanity, *_OF_CLIENTS):
            await self._app(scope, receive, send)
        elif path == "/":
            await self._app({**scope, "path": f"/{vanity}", "raw_path": f"/{vanity}".encode()}, receive, send)
        else:
            query = scope["query_string"].decode("latin-1")
            address = f"{self._public_url}{quote(path)}" + (f"?{query}" if query else "")
            await RedirectResponse(address, 307)(scope, receive, send)

    def _may_be_own(self, host: str) -> bool:
        if host == self._our_host or "." not in host or len(host) > 253:
            return False
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return True
        return False

    async def _firm_of(self, host: str) -> str | None:
        known = self._known.get(host)
        if known is not None and self._clock() - known[0] < KNOWN_S:
            return known[1]
        if len(self._known) >= _MOST_HOSTS:
            self._known.clear()
        vanity = await self._find(host)
        self._known[host] = self._clock(), vanity
        return vanity
