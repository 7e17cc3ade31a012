"""The pool gives out living connections: what the server closed, or what fell silent, costs nobody an answer."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.engine.interfaces import DBAPIConnection

from kit import db as kit_db
from kit.db import Database
from kit.testing import Bench
from zapys_dev.databases import Urls
from zapys_dev.testing import TestServers


async def backend(db: Database) -> int:
    """The server process behind the next connection of the pool."""
    async with db.tx() as tx:
        pid: int = await tx.scalar(text("SELECT pg_backend_pid()"))
    return pid


async def end_all(servers: TestServers, urls: Urls) -> int:
    """End every connection to this database as a restart of the server would, and wait until they are gone."""
    superior = await asyncpg.connect(servers.postgres_url)
    try:
        others = f"FROM pg_stat_activity WHERE datname = '{urls.app_url.rsplit('/', 1)[1]}'"
        ended = await superior.fetch(f"SELECT pg_terminate_backend(pid) {others}")
        while await superior.fetchval(f"SELECT count(*) {others}"):
            await asyncio.sleep(0.005)
        return len(ended)
    finally:
        await superior.close()


async def test_connections_that_the_server_ended_are_not_given_out(
    toy: Bench, toy_database: Urls, servers: TestServers
) -> None:
    before = await backend(toy.service.db)
    assert await end_all(servers, toy_database) >= 1
    assert await backend(toy.service.db) != before


async def test_a_connection_that_lay_long_is_asked_before_use(
    toy_database: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = Database(toy_database.app_url, service="toy", pool_size=1)
    asked = []
    dialect = db._engine.dialect
    really_ask = dialect.do_ping

    def ask(connection: DBAPIConnection) -> bool:
        asked.append(connection)
        if len(asked) == 1:
            raise OSError("no answer")
        return bool(really_ask(connection))

    monkeypatch.setattr(dialect, "do_ping", ask)
    try:
        before = await backend(db)
        assert await backend(db) == before
        assert asked == []
        monkeypatch.setattr(kit_db, "ASKED_AFTER_S", 0.0)
        assert await backend(db) != before
        assert len(asked) >= 1
    finally:
        await db.close()
