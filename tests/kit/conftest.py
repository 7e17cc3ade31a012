"""A bench of the toy service on a real database."""

from collections.abc import AsyncIterator, Callable

import pytest

from kit.testing import Bench
from tests.kit.toy.app import MIGRATIONS, Settings, build
from zapys_dev.databases import Urls


@pytest.fixture(scope="session")
def toy_database(fresh_database: Callable[..., Urls]) -> Urls:
    """A database of the toy alone."""
    return fresh_database("booking", MIGRATIONS)


@pytest.fixture(scope="session")
async def toy(toy_database: Urls) -> AsyncIterator[Bench]:
    """The toy in this process."""
    async with Bench(build(Settings(database_url=toy_database.app_url))) as bench:
        yield bench
