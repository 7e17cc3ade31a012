"""The whole product as processes on ports of its own, for tests that go through the front door."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from tests.support.traces import SpanCollector
from zapys_dev import databases, places, ports
from zapys_dev.places import Home
from zapys_dev.services import NAMES, Ports
from zapys_dev.stack import Stack
from zapys_dev.testing import TestServers, create_vhost, delete_vhost

_BLOCK = 320  # HTTP, admin at + 100, workers at + 200


@contextmanager
def running_product(
    servers: TestServers,
    *,
    apart: bool = False,
    extra: dict[str, str] | None = None,
    first_port: int = 20000,
    traced: bool = True,
    parts: tuple[str, ...] | None = None,
) -> Iterator[tuple[Stack, SpanCollector]]:
    """Five services and the simulators, migrated and ready, with a collector of their spans.

    With `apart` each service with a database runs as an `api` and a `worker` process. Without `traced` the processes
    run as they do where nobody collects spans. With `parts` only those processes run.
    """
    name = f"product-{uuid4().hex[:8]}"
    collector = SpanCollector()
    create_vhost(servers.rabbitmq_management_url, name)
    home = Home(places.test_home().base / name).make()
    told = {f"{service.upper()}_OTLP_ENDPOINT": collector.endpoint for service in NAMES} if traced else {}
    told["NOTIFICATIONS_MOVES_SETTLE_S"] = "8"  # nobody waits a minute for the news of a move
    stack = Stack(
        home=home,
        postgres_url=servers.postgres_url,
        rabbitmq_url=f"{servers.rabbitmq_url.rstrip('/')}/{name}",
        ports=free_ports(first_port),
        suffix=f"_{name[-8:]}",
        apart=apart,
        extra={**told, **(extra or {})},
    )
    # Roles are shared by all databases of the test server, and so are their passwords.
    stack.keys = stack.keys.__class__(places.home().keys)
    try:
        stack.migrate([name for name in databases.SERVICES if parts is None or name in parts])
        stack.start(parts)
        yield stack, collector
    finally:
        stack.stop()
        stack.drop_databases()
        delete_vhost(servers.rabbitmq_management_url, name)
        collector.close()
        shutil.rmtree(home.base, ignore_errors=True)


def free_ports(first: int) -> Ports:
    """A block of ports from `first` on of which none is taken; test runs side by side begin at different blocks."""
    # Below 32768: outgoing connections take their ports from there on.
    blocks = range(first, first + 16 * _BLOCK, _BLOCK)
    turned = [*blocks[os.getpid() % 16 :], *blocks[: os.getpid() % 16]]
    for start in turned:
        if all(ports.is_free(port) for port in Ports.starting_at(start).all(apart=True)):
            return Ports.starting_at(start)
    raise RuntimeError("no block of free ports")
