"""Real servers for every test that needs them: one PostgreSQL and one RabbitMQ per run, fresh databases and vhosts."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

from kit import migrations
from kit.telemetry import set_up_logs
from tests.support.product import running_product
from tests.support.traces import SpanCollector
from zapys_dev import databases
from zapys_dev.stack import Stack
from zapys_dev.testing import TestServers, create_vhost, delete_vhost, ensure_servers

ROOT = Path(__file__).parent.parent


set_up_logs("tests", "info", "json")
# How quick an example is depends on who else works on the machine. A run shows what a change has broken, so it tries
# the same examples as the run before; `--hypothesis-profile search` looks for new ones.
_patient: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("the same for all", derandomize=True, database=None, **_patient)
settings.register_profile("search", derandomize=False, max_examples=2000, **_patient)
settings.load_profile("the same for all")


@pytest.fixture(scope="session")
def servers() -> TestServers:
    """The addresses of the test servers."""
    return ensure_servers()


@pytest.fixture(scope="session")
def fresh_database(servers: TestServers) -> Iterator[Callable[..., databases.Urls]]:
    """Makes a migrated database of a service for this run; all of them are dropped at its end."""
    made: list[tuple[str, str]] = []

    def make(service: str, folder: Path | None = None) -> databases.Urls:
        suffix = f"_{uuid4().hex[:8]}"
        urls = databases.prepare(servers.postgres_url, service, suffix=suffix)
        made.append((service, suffix))
        in_thread(lambda: migrations.upgrade(folder or ROOT / "services" / service / "migrations", urls.migration_url))
        return urls

    yield make
    for service, suffix in made:
        databases.drop(servers.postgres_url, service, suffix=suffix)


@pytest.fixture(scope="module")
def vhost_url(servers: TestServers) -> Iterator[str]:
    """The address of a virtual host of this file's tests alone: another's queues would take what here nobody takes."""
    name = f"test-{uuid4().hex[:8]}"
    create_vhost(servers.rabbitmq_management_url, name)
    yield f"{servers.rabbitmq_url.rstrip('/')}/{name}"
    delete_vhost(servers.rabbitmq_management_url, name)


@pytest.fixture
def fresh_vhost(servers: TestServers) -> Iterator[str]:
    """The address of a virtual host of this test alone."""
    name = f"test-{uuid4().hex[:8]}"
    create_vhost(servers.rabbitmq_management_url, name)
    yield f"{servers.rabbitmq_url.rstrip('/')}/{name}"
    delete_vhost(servers.rabbitmq_management_url, name)


@pytest.fixture(scope="session")
def product(servers: TestServers) -> Iterator[tuple[Stack, SpanCollector]]:
    """The whole product, running, with what its traces tell."""
    with running_product(servers) as running:
        yield running


@pytest.fixture(scope="session")
def stack(product: tuple[Stack, SpanCollector]) -> Stack:
    """The whole product, running."""
    return product[0]


def in_thread(act: Callable[[], None]) -> None:
    """Run something that starts an event loop of its own, whether or not one runs here."""
    failure: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - handed on below
            failure.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
