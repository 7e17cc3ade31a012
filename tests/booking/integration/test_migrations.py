"""The way back from a release: every migration can be taken back, and nothing of it is left."""

import asyncio
from uuid import uuid4

import asyncpg

from booking.app import MIGRATIONS
from kit import migrations
from zapys_dev import databases
from zapys_dev.testing import ensure_servers

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


def test_the_database_goes_up_down_to_nothing_and_up_again_the_same():
    servers, suffix = ensure_servers(), f"_{uuid4().hex[:8]}"
    urls = databases.prepare(servers.postgres_url, "booking", suffix=suffix)

    def tables() -> list[str]:
        return asyncio.run(_tables(urls.migration_url.replace("+asyncpg", "")))

    try:
        migrations.upgrade(MIGRATIONS, urls.migration_url)
        made = tables()
        migrations.downgrade(MIGRATIONS, urls.migration_url, "base")
        assert tables() == ["alembic_version"]
        migrations.upgrade(MIGRATIONS, urls.migration_url)
        assert tables() == made
        assert len(made) > 30
    finally:
        databases.drop(servers.postgres_url, "booking", suffix=suffix)


async def _tables(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [row["tablename"] for row in await connection.fetch(TABLES)]
    finally:
        await connection.close()
