"""Runs a service's Alembic migrations as the owner of its database."""

import asyncio
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine

from .dial import Servers


def upgrade(folder: Path, url: str, revision: str = "head") -> None:
    """Bring the database at `url` to `revision`; safe to run twice and at once from two places."""
    command.upgrade(_config(folder, url), revision)


def downgrade(folder: Path, url: str, revision: str) -> None:
    """Take the database at `url` back to `revision`."""
    command.downgrade(_config(folder, url), revision)


def run_env() -> None:
    """The body of each service's `migrations/env.py`."""
    url = context.config.get_main_option("sqlalchemy.url")
    if not url:
        raise SystemExit("The address of the database to migrate is not set.")
    asyncio.run(_migrate(url))


def _config(folder: Path, url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


async def _migrate(url: str) -> None:
    servers = Servers(url)
    engine = create_async_engine(servers.url, poolclass=pool.NullPool, connect_args=servers.connect_args)
    async with engine.connect() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


def _run(connection: Connection) -> None:
    # One migration at a time, however many replicas start together.
    connection.exec_driver_sql("SELECT pg_advisory_lock(7215834)")
    connection.commit()
    context.configure(connection=connection, target_metadata=None, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
