"""`python -m gateway all` as an operator sees it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import psutil

from tests.gateway.api.running import StandIn, serving
from tests.gateway.api.test_live import Events, bearer, stream_of
from tests.support.own_ports import own_port
from tests.support.traces import SpanCollector

MEMORY_LIMIT_MB = 115


@dataclass
class Running:
    process: asyncio.subprocess.Process
    url: str
    admin_url: str
    http: aiohttp.ClientSession

    async def operated(self, path: str) -> tuple[int, Any]:
        """An answer of the operators' door."""
        async with self.http.get(f"{self.admin_url}{path}", headers={"Authorization": "Bearer op-token"}) as answer:
            return answer.status, await answer.json(content_type=None)


@asynccontextmanager
async def running(folder: Path, **told: str) -> AsyncIterator[Running]:
    (folder / "operator-token").write_text("op-token")
    (folder / "secret-key").write_text("a key for tests only")
    http_port, admin_port = own_port(), own_port()
    settings = {
        "HTTP_PORT": str(http_port),
        "ADMIN_PORT": str(admin_port),
        "OPERATOR_TOKEN_FILE": str(folder / "operator-token"),
        "SECRET_KEY_FILE": str(folder / "secret-key"),
        **told,
    }
    env = {**os.environ, **{f"GATEWAY_{name}": value for name, value in settings.items()}}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "all", env=env, stdout=asyncio.subprocess.DEVNULL
    )
    async with aiohttp.ClientSession() as http:
        started = Running(process, f"http://127.0.0.1:{http_port}", f"http://127.0.0.1:{admin_port}", http)
        try:
            async with asyncio.timeout(60):
                while not await _is_ready(started):
                    assert process.returncode is None
                    await asyncio.sleep(0.1)
            yield started
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def _is_ready(started: Running) -> bool:
    try:
        async with started.http.get(f"{started.admin_url}/ready") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def test_the_process_is_operated_like_every_other_and_ends_in_order(tmp_path: Path, vhost_url: str) -> None:
    booking = StandIn("booking")
    async with (
        serving(booking) as booking_url,
        running(tmp_path, RABBITMQ_URL=vhost_url, BOOKING_URL=booking_url) as gateway,
    ):
        async with asyncio.timeout(60):
            while (status := (await gateway.operated("/admin/status"))[1])["notes"]["live_updates"] != "listening":
                await asyncio.sleep(0.05)
        assert status["service"] == "gateway"
        assert status["notes"]["broker"] == "connected"
        assert status["settings"]["rabbitmq_url"] == "set"
        assert status["settings"]["booking_url"] == booking_url
        assert vhost_url not in str(status)
        assert (await gateway.operated("/live"))[0] == 200
        async with gateway.http.get(f"{gateway.admin_url}/admin/status") as answer:
            assert answer.status == 401
        async with gateway.http.get(f"{gateway.admin_url}/metrics") as answer:
            assert "zapys_http_request_seconds" in await answer.text()

        used_mb = psutil.Process(gateway.process.pid).memory_info().rss / 1_048_576
        assert used_mb < MEMORY_LIMIT_MB

        async with gateway.http.get(f"{gateway.url}{stream_of(uuid4())}", headers=bearer()) as stream:
            assert stream.status == 200
            events = Events(stream)
            await events.next()
            started = time.monotonic()
            gateway.process.send_signal(signal.SIGTERM)
            await events.to_the_end()
            assert await asyncio.wait_for(gateway.process.wait(), 60) == 0
            assert time.monotonic() - started < 40


async def test_no_token_and_no_phone_gets_into_a_trace_and_the_trace_leads_on(tmp_path: Path) -> None:
    booking = StandIn("booking")
    collector = SpanCollector()
    try:
        async with (
            serving(booking) as url,
            running(tmp_path, BOOKING_URL=url, OTLP_ENDPOINT=collector.endpoint) as gateway,
        ):
            path = f"/api/v1/accounts/{uuid4()}/clients?search=%2B380671234567"
            async with gateway.http.get(f"{gateway.url}{path}") as answer:
                assert answer.status == 200
            callback = f"{gateway.url}/callbacks/sms/alphasms/a-secret-token?phone=380671234567"
            async with gateway.http.post(callback, data=b"380671234567") as answer:
                assert answer.status == 503
            async with asyncio.timeout(60):
                while len(collector.spans) < 3:
                    await asyncio.sleep(0.1)
    finally:
        collector.close()
    said = str(collector.spans)
    for secret in ("671234567", "a-secret-token"):
        assert secret not in said
    # The trace that the door begins is the one that the service is told of.
    told = booking.last.header("traceparent")
    assert told is not None
    assert told.split("-")[1] in {span.trace_id for span in collector.spans}


async def test_without_its_secret_the_process_does_not_start_half(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "all", env=env, cwd=tmp_path, stderr=asyncio.subprocess.PIPE
    )
    _, said = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 1
    assert "pages' cookies is not set" in said.decode()


async def test_a_role_that_the_gateway_has_not_is_refused() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "migrate", stderr=asyncio.subprocess.PIPE
    )
    _, said = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 1
    assert "all | api" in said.decode()
