"""A product on servers of its own, so that they can be killed; each service runs as `api` and `worker` apart."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.people import Salon, Visitor, open_salon
from tests.support.product import running_product
from zapys_dev.ports import first_free
from zapys_dev.postgres import PrivatePostgres
from zapys_dev.rabbitmq import PrivateRabbit
from zapys_dev.stack import Stack
from zapys_dev.testing import TestServers, move_to_free_ports


@dataclass
class Breakable:
    """The product with the servers under it."""

    stack: Stack
    postgres: PrivatePostgres
    rabbit: PrivateRabbit


@pytest.fixture(scope="package")
def breakable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Breakable]:
    """Started once for all tests that break things; each test puts right what it broke."""
    base: Path = tmp_path_factory.mktemp("breakable")
    postgres = PrivatePostgres(base, first_free(26432))
    rabbit = move_to_free_ports(PrivateRabbit(base, 15172, epmd_port=14770, node="zapysbreak"))
    postgres.start()
    rabbit.start()
    try:
        servers = TestServers(postgres.url, rabbit.url, rabbit.management_url)
        with running_product(servers, apart=True, first_port=26000) as (stack, _):
            yield Breakable(stack, postgres, rabbit)
    finally:
        rabbit.thaw()
        rabbit.destroy()
        postgres.destroy()


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
