"""A product on servers of its own, so that they can be killed; each service runs as `api` and `worker` apart."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.breakable import Breakable, breakable_product
from tests.support.people import Salon, Visitor, open_salon


@pytest.fixture(scope="package")
def breakable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Breakable]:
    """Started once for all tests that break things; each test puts right what it broke."""
    with breakable_product(tmp_path_factory.mktemp("breakable")) as broken:
        yield broken


@pytest.fixture
async def salon(breakable: Breakable) -> AsyncIterator[Salon]:
    """An account to book at."""
    owner = Visitor(breakable.stack)
    yield await open_salon(owner, duration_min=15)
    await owner.close()


@pytest.fixture
async def client(breakable: Breakable) -> AsyncIterator[Visitor]:
    """Somebody signed in."""
    person = Visitor(breakable.stack)
    await person.sign_in()
    yield person
    await person.close()
