"""Every service on a real database, in this process; whom the providers are does not matter here."""

import importlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from unittest import mock

import pytest

from kit.testing import Bench
from tests.rights.world import World
from zapys_dev import databases, places
from zapys_dev.keys import Keys
from zapys_dev.services import Ports, Surroundings, environment

SERVICES = databases.SERVICES


@pytest.fixture(scope="session")
async def worlds(
    fresh_database: Callable[..., databases.Urls], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, World]]:
    """One account with everything on in each service."""
    base: Path = tmp_path_factory.mktemp("rights")
    (base / "operator-token").write_text("rights")
    around = Surroundings(
        ports=Ports(),
        keys=Keys(base / "keys"),
        operator_token=base / "operator-token",
        rabbitmq_url="amqp://guest:guest@127.0.0.1:1/",
        databases={name: fresh_database(name) for name in SERVICES},
        cwd=places.root(),
    )
    async with AsyncExitStack() as stack:
        made = {}
        for name in SERVICES:
            with mock.patch.dict(os.environ, environment(name, "all", around)):
                settings = importlib.import_module(f"{name}.settings").Settings()
                bench = Bench(importlib.import_module(f"{name}.app").build(settings))
            made[name] = await World.open(name, await stack.enter_async_context(bench))
        yield made
