"""A booking service in this process on a database of its own, for figures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from booking.app import MIGRATIONS, build
from booking.settings import Settings
from kit import migrations
from kit.testing import Bench
from tests.conftest import in_thread
from zapys_dev import databases
from zapys_dev.testing import ensure_servers


@asynccontextmanager
async def booking_bench() -> AsyncIterator[tuple[Bench, str]]:
    """The bench, and the address of its database for the owner of the server."""
    servers, suffix = ensure_servers(), f"_{uuid4().hex[:8]}"
    urls = databases.prepare(servers.postgres_url, "booking", suffix=suffix)
    in_thread(lambda: migrations.upgrade(MIGRATIONS, urls.migration_url))
    settings = Settings(database_url=urls.app_url, migration_database_url=urls.migration_url, log_level="error")
    try:
        async with Bench(build(settings)) as bench:
            yield bench, urls.migration_url
    finally:
        databases.drop(servers.postgres_url, "booking", suffix=suffix)
