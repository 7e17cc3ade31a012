"""The gateway and stand-ins of the services behind it, on real sockets of this machine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
from opentelemetry.sdk.trace import TracerProvider
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.app import Gateway, Links, build
from gateway.settings import Settings
from kit.process import Server

SERVICES = ("identity", "booking", "notifications", "fiscal")


@dataclass
class Seen:
    """One request as a service got it."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The only value of a header, or none."""
        values = [value for each, value in self.headers if each == name]
        assert len(values) < 2, values
        return values[0] if values else None


Act = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass
class StandIn:
    """Stands in for a service: remembers what it is asked and answers what it is told to."""

    name: str
    seen: list[Seen] = field(default_factory=list)
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=lambda: [("content-type", "application/json")])
    body: bytes = b"{}"
    openapi: dict[str, Any] | None = None
    act: Act | None = None
    """Takes the place of the whole answer."""
    url: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        if self.act is not None:
            await self.act(scope, receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body", False):
                break
        query = scope["query_string"].decode("latin-1")
        target = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        if target == "/openapi.json":
            if self.openapi is None:
                await _reply(send, 404, [], b"")
            else:
                kind = [("content-type", "application/json")]
                await _reply(send, 200, kind, json.dumps(self.openapi).encode())
            return
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        self.seen.append(Seen(scope["method"], target, headers, body))
        await _reply(send, self.status, self.headers, self.body)

    @property
    def last(self) -> Seen:
        """The newest request."""
        return self.seen[-1]

    def answer(self, status: int, body: bytes = b"{}", **headers: str) -> None:
        """Answer so from now on; underscores of header names stand for hyphens."""
        named = {"content-type": "application/json"} | {key.replace("_", "-"): text for key, text in headers.items()}
        self.status, self.body, self.headers = status, body, list(named.items())


async def _reply(send: Send, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def serving(app: ASGIApp, *, trusted_proxies: str = "") -> AsyncIterator[str]:
    """`app` on a free port; gives its address."""
    server = Server(app, "127.0.0.1", 0, 1, trusted_proxies=trusted_proxies)  # type: ignore[arg-type]
    server.config.lifespan = "off"
    task = asyncio.create_task(server.serve())
    while not server.started:
        assert not task.done(), task
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@dataclass
class Door:
    """A running gateway with stand-ins behind it and a plain HTTP client in front of it."""

    url: str
    gateway: Gateway
    services: dict[str, StandIn]
    http: aiohttp.ClientSession

    def __getattr__(self, name: str) -> Any:
        if name in SERVICES:
            return self.services[name]
        raise AttributeError(name)


@asynccontextmanager
async def open_door(*, linked: bool = False, away: tuple[str, ...] = (), **settings: Any) -> AsyncIterator[Door]:
    """The gateway with stand-ins for all services but those that are `away`; `linked` connects it to the broker."""
    stand_ins = {name: StandIn(name) for name in SERVICES}
    async with AsyncExitStack() as exits:
        for name, stand_in in stand_ins.items():
            stand_in.url = await exits.enter_async_context(serving(stand_in)) if name not in away else nowhere()
        told = {f"{name}_url": stand_in.url for name, stand_in in stand_ins.items()}
        rabbitmq_url = SecretStr(settings.pop("rabbitmq_url", "amqp://127.0.0.1:9/"))
        key = Path(exits.enter_context(TemporaryDirectory())) / "secret-key"
        key.write_text("a key for tests only")
        usual = {"rate_limits": "off", "secret_key_file": key, "rabbitmq_url": rabbitmq_url}
        chosen = Settings.model_validate({**told, **usual, **settings})
        gateway = build(chosen, TracerProvider())
        await gateway.peers.open()
        exits.push_async_callback(gateway.peers.close)
        if linked:
            links = Links(gateway)
            task = asyncio.create_task(links.run())
            exits.push_async_callback(_unlink, gateway, links, task)
        url = await exits.enter_async_context(serving(gateway.build_app(), trusted_proxies=chosen.trusted_proxies))
        http = await exits.enter_async_context(
            aiohttp.ClientSession(
                url,
                auto_decompress=False,
                skip_auto_headers=("Accept-Encoding",),  # bytes are compared as they come
                cookie_jar=aiohttp.DummyCookieJar(),
                connector=aiohttp.TCPConnector(limit=0),
            )
        )
        yield Door(url, gateway, stand_ins, http)
        gateway.live.end()


async def _unlink(gateway: Gateway, links: Links, task: asyncio.Task[None]) -> None:
    await links.stop()
    await task
    await gateway.broker.close()


def nowhere() -> str:
    """An address at which nobody listens."""
    return "http://127.0.0.1:9"
