"""A product on servers of its own, so that they can be killed; each service runs as `api` and `worker` apart."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from tests.support.product import running_product
from zapys_dev import databases
from zapys_dev.ports import first_free
from zapys_dev.postgres import PrivatePostgres
from zapys_dev.rabbitmq import PrivateRabbit
from zapys_dev.stack import Stack
from zapys_dev.testing import TestServers, move_to_free_ports, start_together


@dataclass
class Breakable:
    """The product with the servers under it."""

    stack: Stack
    postgres: PrivatePostgres
    rabbit: PrivateRabbit

    async def rows(self, service: str, query: str, *values: Any) -> list[Any]:
        """What a superuser reads from a service's database."""
        name = databases.database_name(service, self.stack.suffix)
        connection = await asyncpg.connect(urlsplit(self.stack.postgres_url)._replace(path=f"/{name}").geturl())
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()


@contextmanager
def breakable_product(base: Path) -> Iterator[Breakable]:
    """Everything started, with its data under `base`; in the end nothing of it is left."""
    postgres = PrivatePostgres(base, first_free(26432))
    rabbit = move_to_free_ports(PrivateRabbit(base, 15172, epmd_port=14770, node="zapysbreak"))
    try:
        start_together(postgres, rabbit)
        servers = TestServers(postgres.url, rabbit.url, rabbit.management_url)
        with running_product(servers, apart=True, first_port=26000, traced=False) as (stack, _):
            yield Breakable(stack, postgres, rabbit)
    finally:
        rabbit.thaw()
        rabbit.destroy()
        postgres.destroy()
