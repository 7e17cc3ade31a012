"""Limits per network address: exact moving windows in memory, told in RateLimit headers.

Each process counts for itself. Limits per phone number and per code are identity's: an address here is only the first
fence (docs/adr/0013-moving-windows-of-our-own.md says why no library counts).
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import TooManyRequests
from gateway.settings import Settings
from kit import context, problems
from kit.addresses import home_of as home_of
from kit.texts import Texts

WINDOW_S = 60


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
        self._ends: dict[str, deque[float]] = {}  # when each request that was taken no longer counts
        self._swept_at = clock()

    def take(self, key: str) -> Verdict:
        """Count one request of `key`, if it fits."""
        now = self._clock()
        self._sweep(now)
        ends = self._ends.setdefault(key, deque())
        while ends and ends[0] <= now:
            ends.popleft()
        if len(ends) >= self.limit:
            return Verdict(False, self.limit, 0, math.floor(ends[0] - now) + 1 if ends else WINDOW_S)
        ends.append(now + WINDOW_S)
        return Verdict(True, self.limit, self.limit - len(ends), WINDOW_S)

    @property
    def keys(self) -> int:
        """How many addresses are remembered now."""
        return len(self._ends)

    def _sweep(self, now: float) -> None:
        if now - self._swept_at < WINDOW_S:
            return
        self._swept_at = now
        self._ends = {key: ends for key, ends in self._ends.items() if ends and ends[-1] > now}


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
        if path.startswith("/api/v1/"):
            if path.startswith("/api/v1/auth/"):
                return self._sign_in
            is_visit = path.startswith("/api/v1/public/") and path.endswith(("/holds", "/bookings"))
            return self._holds if is_visit else None
        # The same acts by the forms of pages.
        if path.startswith("/login") or path.endswith("/code"):
            return self._sign_in
        return self._holds if path.count("/") == 2 and path.endswith(("/hold", "/book", "/contact")) else None


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
        response: Response = problems.respond(refusal, self._texts, self._base_url)
        if b"text/html" in dict(scope["headers"]).get(b"accept", b""):
            response = self._page(refusal, response.headers["Retry-After"])
        await response(scope, receive, send_told)

    def _page(self, refusal: TooManyRequests, retry_after: str) -> Response:
        """The refusal for a person, as plain as a page can be: it must cost next to nothing."""
        language = context.current().language
        told = problems.body_of(refusal, self._texts, language, self._base_url)
        title, detail, fix = (escape(text) for text in (told["title"], told["detail"], told["fix"]["text"]))
        page = (
            f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
            f"<main><h1>{title}</h1><p>{detail}</p><p>{fix}</p></main></html>"
        )
        return HTMLResponse(page, 429, {"Retry-After": retry_after, "Content-Language": language})
