"""The gateway's part towards providers: every call becomes a message to the service, before it is answered."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from aiohttp import web

from contracts.gateway import FiscalCallbackReceived, PaymentCallbackReceived
from gateway.api.answers import signed_ahead
from kit.ids import new_id
from kit.testing import Bench

SHOPS = {
    "liqpay": {"id": "test_public", "secret": "test_private"},
    "monobank": {"secret": "good-token"},
    "wayforpay": {"id": "demo_merchant", "secret": "test_secret", "domain": "zapys.example"},
}
KEPT = ("content-type", "x-sign", "x-request-signature")


@dataclass
class Door:
    bench: Bench
    is_deaf: bool = False
    """Calls are counted, and come no further."""
    calls: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    """Provider, query, headers and body of every call, in order."""

    async def take(self, request: web.Request) -> web.Response:
        headers = {name: request.headers[name] for name in KEPT if name in request.headers}
        body = await request.read()
        provider = request.match_info["provider"]
        self.calls.append((provider, request.query_string, headers, body))
        if not self.is_deaf:
            await self.call(provider, body, headers)
        return web.json_response(signed_ahead(provider, request.query_string) or {"status": "kept"})

    async def take_fiscal(self, request: web.Request) -> web.Response:
        headers = {name: request.headers[name] for name in KEPT if name in request.headers}
        body, token = await request.read(), request.match_info["token"]
        self.calls.append(("checkbox", token, headers, body))
        if not self.is_deaf:
            await self.call_about_register(token, body, headers)
        return web.json_response({"status": "kept"})

    async def call_about_register(self, token: str, body: bytes, headers: dict[str, str]) -> int:
        """As if somebody had called the address of a register."""
        return await self.bench.deliver(
            FiscalCallbackReceived(
                version=1,
                callback_id=new_id(),
                provider="checkbox",
                token=token,
                received_at=datetime.now(UTC),
                headers=headers,
                body_base64=base64.b64encode(body).decode(),
            )
        )

    async def call(self, provider: str, body: bytes, headers: dict[str, str] | None = None) -> int:
        """As if somebody had called the door; how many handlers had an effect."""
        return await self.bench.deliver(
            PaymentCallbackReceived(
                version=1,
                callback_id=new_id(),
                provider=provider,
                token="",
                received_at=datetime.now(UTC),
                headers=headers or {},
                body_base64=base64.b64encode(body).decode(),
            )
        )


@asynccontextmanager
async def open_door(bench: Bench, url: str) -> AsyncIterator[Door]:
    door = Door(bench)
    app = web.Application()
    app.router.add_post("/callbacks/payments/{provider}", door.take)
    app.router.add_post("/callbacks/fiscal/{provider}/{token}", door.take_fiscal)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", urlsplit(url).port).start()
    try:
        yield door
    finally:
        await runner.cleanup()
