"""The simulators as a process of their own, and a client for them."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web

from tests.support.own_ports import own_port


class Simulators:
    """A running server, with the control interface at hand."""

    def __init__(self, base_url: str, smtp_port: int, session: aiohttp.ClientSession) -> None:
        self.base_url = base_url
        self.smtp_port = smtp_port
        self.session = session

    async def get(self, path: str, **more: Any) -> Any:
        async with self.session.get(self.base_url + path, **more) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json(content_type=None)

    async def put(self, path: str, body: dict[str, Any]) -> Any:
        async with self.session.put(self.base_url + path, json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def post(self, path: str, body: Any = None, **more: Any) -> Any:
        async with self.session.post(self.base_url + path, json=body, **more) as answer:
            return await answer.json(content_type=None)

    async def fault(self, provider: str, mode: str, **more: Any) -> None:
        await self.put(f"/faults/{provider}", {"mode": mode, **more})

    async def ledger(self, provider: str, **narrowed: str) -> Any:
        return (await self.get(f"/ledger/{provider}", params=narrowed))["items"]

    async def phone(self, number: str) -> Any:
        return (await self.get(f"/phone/{number}/messages"))["items"]

    async def push_clock(self, seconds: float) -> None:
        async with self.session.post(self.base_url + "/clock/push", json={"seconds": seconds}) as answer:
            assert answer.status == 200

    async def stop_clock(self) -> None:
        async with self.session.post(self.base_url + "/clock/stop") as answer:
            assert answer.status == 200

    async def reset(self) -> None:
        async with self.session.post(self.base_url + "/reset") as answer:
            assert answer.status == 204


class Process:
    """`python -m simulators` on ports of its own."""

    def __init__(self) -> None:
        self.port, self.smtp_port = own_port(), own_port()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "simulators"],
            env={**os.environ, "SIMULATORS_PORT": str(self.port), "SIMULATORS_SMTP_PORT": str(self.smtp_port)},
        )

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answers(self) -> None:
        deadline = time.monotonic() + 90  # a busy machine takes its time to start a process
        async with aiohttp.ClientSession() as session:
            while True:
                assert self._process.poll() is None, "the simulators have ended"
                assert time.monotonic() < deadline, "the simulators do not answer"
                try:
                    async with session.get(self.base_url + "/ready") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.05)

    def stop(self) -> float:
        """Send SIGTERM; how many seconds the process took to end."""
        began = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=60)
        return time.monotonic() - began


class Receiver:
    """An address of the product: keeps what it was called with, and answers what it is told to."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.answer: Callable[[bytes], str] = lambda _: ""
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read() or request.query_string.encode()
        self.calls.append((dict(request.headers), body))
        status = self.statuses.pop(0) if self.statuses else 200
        return web.Response(status=status, body=self.answer(body).encode())

    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.calls]


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/hook", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    receiver.url = f"http://127.0.0.1:{port}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


async def becomes_true(fact: Callable[[], bool | Awaitable[bool]], within_s: float = 60.0) -> None:
    """Wait for a fact; fail where it does not come true in time."""
    deadline = time.monotonic() + within_s
    while True:
        value = fact()
        if value if isinstance(value, bool) else await value:
            return
        assert time.monotonic() < deadline, "the fact did not come true"
        await asyncio.sleep(0.02)
