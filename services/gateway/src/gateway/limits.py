"""Limits per network address: exact moving windows in memory, told in RateLimit headers.

Each process counts for itself. Limits per phone number and per code are identity's: an address here is only the first
fence (docs/adr/0013-moving-windows-of-our-own.md says why no library counts).
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import TooManyRequests
from gateway.settings import Settings
from kit import problems
from kit.texts import Texts

WINDOW_S = 60
_IPV6_HOME = 64  # one subscriber has a whole /64 to choose addresses from


@dataclass(frozen=True)
class Verdict:
    """Whether one more request fits, and what the caller is told."""

    allowed: bool
    limit: int
    remaining: int
    reset_s: int
    """Until the window is empty again, or, when refused, until one more request fits."""


class Window:
    """At most `limit` requests per key in any `WINDOW_S` seconds; a refused request does not count."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self._clock = clock
        self._taken: dict[str, deque[float]] = {}
        self._swept_at = clock()

    def take(self, key: str) -> Verdict:
        """Count one request of `key`, if it fits."""
        now = self._clock()
        self._sweep(now)
        taken = self._taken.setdefault(key, deque())
        while taken and taken[0] <= now - WINDOW_S:
            taken.popleft()
        if len(taken) >= self.limit:
            return Verdict(False, self.limit, 0, math.ceil(taken[0] + WINDOW_S - now) if taken else WINDOW_S)
        taken.append(now)
        return Verdict(True, self.limit, self.limit - len(taken), WINDOW_S)

    @property
    def keys(self) -> int:
        """How many addresses are remembered now."""
        return len(self._taken)

    def _sweep(self, now: float) -> None:
        if now - self._swept_at < WINDOW_S:
            return
        self._swept_at = now
        self._taken = {key: taken for key, taken in self._taken.items() if taken and taken[-1] > now - WINDOW_S}


class Limits:
    """Which windows a request falls under."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._general = Window(settings.rate_general, clock)
        self._sign_in = Window(settings.rate_sign_in, clock)
        self._holds = Window(settings.rate_holds, clock)
        self._callbacks = Window(settings.rate_callbacks, clock)

    def judge(self, method: str, path: str, address: str) -> Verdict | None:
        """The strictest verdict; none for files that cost nothing."""
        if path.startswith("/static/"):
            return None
        key = home_of(address)
        if path.startswith("/callbacks/"):
            return self._callbacks.take(key)
        strict = self._strict(method, path)
        if strict is not None:
            verdict = strict.take(key)
            if not verdict.allowed:
                return verdict
            general = self._general.take(key)
            return verdict if general.allowed else general
        return self._general.take(key)

    def _strict(self, method: str, path: str) -> Window | None:
        if method != "POST":
            return None
        if path.startswith("/api/v1/auth/"):
            return self._sign_in
        if path.startswith("/api/v1/public/") and path.endswith(("/holds", "/bookings")):
            return self._holds
        return None


def home_of(address: str) -> str:
    """What stands for one caller: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _IPV6_HOME), strict=False))


class LimitMiddleware:
    """Refuses what does not fit and tells every caller where they stand."""

    def __init__(self, app: ASGIApp, limits: Limits, texts: Texts, base_url: str) -> None:
        self._app = app
        self._limits = limits
        self._texts = texts
        self._base_url = base_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        address = scope["client"][0] if scope["client"] else ""
        verdict = self._limits.judge(scope["method"], scope["path"], address)
        if verdict is None:
            await self._app(scope, receive, send)
            return

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("RateLimit-Limit", str(verdict.limit))
                headers.setdefault("RateLimit-Remaining", str(verdict.remaining))
                headers.setdefault("RateLimit-Reset", str(verdict.reset_s))
            await send(message)

        if verdict.allowed:
            await self._app(scope, receive, send_told)
            return
        refusal = TooManyRequests(verdict.limit, WINDOW_S, max(1, verdict.reset_s))
        await problems.respond(refusal, self._texts, self._base_url)(scope, receive, send_told)
