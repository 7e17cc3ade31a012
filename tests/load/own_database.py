"""A migrated database of one service for one script, dropped at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from kit import migrations
from tests.conftest import ROOT, in_thread
from zapys_dev import databases
from zapys_dev.testing import TestServers


@contextmanager
def own_database(servers: TestServers, service: str) -> Iterator[databases.Urls]:
    """Its addresses, for serving and for migrating."""
    suffix = f"_{uuid4().hex[:8]}"
    urls = databases.prepare(servers.postgres_url, service, suffix=suffix)
    try:
        in_thread(lambda: migrations.upgrade(ROOT / "services" / service / "migrations", urls.migration_url))
        yield urls
    finally:
        databases.drop(servers.postgres_url, service, suffix=suffix)
