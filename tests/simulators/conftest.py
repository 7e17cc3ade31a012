from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.simulators.running import Process, Receiver, Simulators, receiving
from tests.simulators.till import Till


@pytest.fixture(scope="session")
async def process() -> AsyncIterator[Process]:
    process = Process()
    await process.answers()
    yield process
    process.stop()


@pytest.fixture
async def simulators(process: Process) -> AsyncIterator[Simulators]:
    """The running simulators as after a fresh start."""
    async with aiohttp.ClientSession() as session:
        running = Simulators(process.base_url, process.smtp_port, session)
        await running.reset()
        yield running


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as taken:
        yield taken


@pytest.fixture
async def till(simulators: Simulators) -> Till:
    till = Till(simulators)
    await till.sign_in()
    return till
