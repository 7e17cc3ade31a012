"""Fiscal on a real database, against the simulator of Checkbox as a process of its own."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import update

from fiscal.app import build
from fiscal.settings import Settings
from fiscal.tables import ReceiptLane
from kit.testing import Bench
from tests.fiscal.door import SHOPS, Door, open_door
from tests.fiscal.salon import Salon, TestDesk, open_salon
from tests.simulators.running import Process, Simulators
from tests.support.own_ports import own_port
from zapys_dev import databases


@pytest.fixture(scope="session")
async def process() -> AsyncIterator[Process]:
    process = Process()
    await process.answers()
    yield process
    process.stop()


@pytest.fixture
async def simulators(process: Process) -> AsyncIterator[Simulators]:
    """Checkbox as after a fresh start."""
    async with aiohttp.ClientSession() as session:
        running = Simulators(process.base_url, process.smtp_port, session)
        await running.reset()
        yield running


@pytest.fixture(scope="session")
def database_urls(fresh_database: Callable[..., databases.Urls]) -> databases.Urls:
    return fresh_database("fiscal")


@pytest.fixture(scope="session")
def door_url() -> str:
    """Where providers call: `tests.fiscal.door` answers there for tests that want to be called."""
    return f"http://127.0.0.1:{own_port()}"


@pytest.fixture(scope="session")
def settings(
    database_urls: databases.Urls, process: Process, tmp_path_factory: pytest.TempPathFactory, door_url: str
) -> Settings:
    """Real times made short: what is a minute in production is half a second here."""
    key: Path = tmp_path_factory.mktemp("fiscal") / "key"
    key.write_text(base64.b64encode(os.urandom(32)).decode())
    shops: Path = tmp_path_factory.mktemp("fiscal") / "shops"
    shops.write_text(json.dumps(SHOPS))
    return Settings.model_validate(
        {
            "database_url": database_urls.app_url,
            "migration_database_url": database_urls.migration_url,
            "secrets_key_file": key,
            "checkbox_url": f"{process.base_url}/checkbox",
            "checkbox_timeout_s": 1.0,
            "look_up_after_s": (0.2, 0.5, 1.0, 1.0),
            "send_again_pause_s": 0.6,
            "poll_pauses_s": (0.05, 0.1),
            "poll_patience_s": 3.0,
            "lane_lease_s": 4.0,
            "shift_probe_s": 0.5,
            "credentials_probe_s": 30.0,
            "unavailable_pauses_s": (0.2, 0.4),
            "receipt_gap_s": 0.5,
            "liqpay_url": f"{process.base_url}/liqpay",
            "monobank_url": f"{process.base_url}/monobank",
            "wayforpay_url": f"{process.base_url}/wayforpay",
            "wayforpay_api_url": f"{process.base_url}/wayforpay",
            "acquirer_timeout_s": 1.0,
            "platform_acquirers_file": shops,
            "callbacks_url": door_url,
            "payment_check_pauses_s": (0.2, 0.3),
            "payment_grace_s": 1.0,
        }
    )


@pytest.fixture(scope="session")
async def bench(settings: Settings) -> AsyncIterator[Bench]:
    async with Bench(build(settings)) as bench:
        yield bench


@pytest.fixture
async def worker(bench: Bench, simulators: Simulators) -> AsyncIterator[None]:
    """The worker's loops, as a process of the worker runs them."""
    loops = [bench.service.loops["receipts"], bench.service.loops["shifts"], bench.service.wakeups.run]
    tasks = [asyncio.ensure_future(loop()) for loop in loops]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    # Receipts that this test leaves behind undone are not work of the next one.
    async with bench.service.db.system_tx() as tx:
        await tx.execute(update(ReceiptLane).values(next_visit_at=None, leased_until=None))


_numbers = itertools.cycle(range(1, 100))


@pytest.fixture
def desk() -> TestDesk:
    """A licence and a cashier of Checkbox that no other test of this run uses at the same time."""
    return TestDesk(next(_numbers))


@pytest.fixture
async def salon(bench: Bench) -> Salon:
    """A fresh account with an owner and one location."""
    return await open_salon(bench)


@pytest.fixture
async def door(bench: Bench, door_url: str) -> AsyncIterator[Door]:
    """The part that the gateway plays: calls of providers become messages."""
    async with open_door(bench, door_url) as door:
        yield door
