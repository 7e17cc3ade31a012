"""One booking service on a real database for the whole run; every test has an account of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from booking.app import build
from booking.settings import Settings
from kit.testing import Bench
from tests.booking.salon import Salon, open_salon
from zapys_dev.databases import Urls


@pytest.fixture(scope="session")
def urls(fresh_database) -> Urls:
    return fresh_database("booking")


@pytest.fixture(scope="session")
async def bench(urls) -> AsyncIterator[Bench]:
    settings = Settings(database_url=urls.app_url, migration_database_url=urls.migration_url)
    async with Bench(build(settings)) as bench:
        yield bench


@pytest.fixture
async def salon(bench) -> Salon:
    """A salon with one location, one service of an hour, and Olena who works every day from 9 to 18."""
    return await open_salon(bench)


@pytest.fixture
def open_another(bench) -> Callable[..., Awaitable[Salon]]:
    async def another(**facts) -> Salon:
        return await open_salon(bench, **facts)

    return another
