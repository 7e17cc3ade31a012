"""Headers that keep a browser from doing what no page of ours asks for."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.own_domains import host_of

PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_A_YEAR = "max-age=31536000"
API_POLICY = "default-src 'none'; frame-ancestors 'none'"


class SecurityMiddleware:
    """Adds the headers that an answer does not bring itself; a page that needs another policy sets its own."""

    def __init__(self, app: ASGIApp, *, public_url: str) -> None:
        self._app = app
        self._is_https = public_url.startswith("https:")
        self._our_host = host_of(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_api = scope["path"].startswith(("/api/", "/callbacks/"))

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", API_POLICY if is_api else PAGE_POLICY)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "no-referrer" if is_api else "same-origin")
                if not is_api:
                    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
                    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
                if self._is_https:
                    headers.setdefault("Strict-Transport-Security", self._only_https(scope))
            await send(message)

        await self._app(scope, receive, send_guarded)

    def _only_https(self, scope: Scope) -> str:
        """What browsers keep for a year. A firm's own domain has hosts below it that are none of ours."""
        host = Headers(scope=scope).get("host", "").partition(":")[0].lower()
        return f"{_A_YEAR}; includeSubDomains" if host == self._our_host else _A_YEAR
