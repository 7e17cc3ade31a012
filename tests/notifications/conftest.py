"""The service on a real database, against the simulators as a process of their own."""

from __future__ import annotations

import base64
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from kit.testing import Bench
from notifications.app import build
from notifications.settings import Settings
from tests.simulators.running import Process, Simulators
from zapys_dev import databases


@pytest.fixture(scope="session")
async def process() -> AsyncIterator[Process]:
    process = Process()
    await process.answers()
    yield process
    process.stop()


@pytest.fixture
async def simulators(process: Process) -> AsyncIterator[Simulators]:
    """The providers as after a fresh start."""
    async with aiohttp.ClientSession() as session:
        running = Simulators(process.base_url, process.smtp_port, session)
        await running.reset()
        yield running


@pytest.fixture(scope="session")
def settings(
    fresh_database: Callable[..., databases.Urls], process: Process, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    folder: Path = tmp_path_factory.mktemp("notifications")
    (folder / "key").write_text(base64.b64encode(os.urandom(32)).decode())
    (folder / "token").write_text("platform-token")
    (folder / "telegram").write_text("100001:good-token")
    urls = fresh_database("notifications")
    return Settings.model_validate(
        {
            "database_url": urls.app_url,
            "migration_database_url": urls.migration_url,
            "secrets_key_file": folder / "key",
            "platform_turbosms_token_file": folder / "token",
            "turbosms_url": f"{process.base_url}/turbosms",
            "turbosms_soap_url": f"{process.base_url}/turbosms/api/soap.html",
            "alphasms_url": f"{process.base_url}/alphasms",
            "smtp_port": process.smtp_port,
            "mail_from": "no-reply@zapys.example",
            "telegram_url": f"{process.base_url}/telegram",
            "telegram_token_file": folder / "telegram",
            "loopback_allowed": True,
            "sends_per_second": 100_000,
            "sms_timeout_s": 1.0,
            "soap_timeout_s": 1.0,
        }
    )


@pytest.fixture(scope="session")
async def bench(settings: Settings) -> AsyncIterator[Bench]:
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        trace.set_tracer_provider(TracerProvider())  # so that spans have ids, as in a real process
    async with Bench(build(settings)) as bench:
        yield bench
