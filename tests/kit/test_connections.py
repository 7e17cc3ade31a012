"""The pool gives out living connections: what the server closed, or what fell silent, costs nobody an answer."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.event import listen
from sqlalchemy.exc import DBAPIError

from kit import db as kit_db
from kit.db import Database, is_outage
from kit.testing import Bench
from tests.support.waiting import eventually
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
    given_out: list[DBAPIConnection] = []
    listen(toy.service.db._engine.sync_engine, "checkout", lambda connection, *_: given_out.append(connection))
    before = await backend(toy.service.db)
    assert await end_all(servers, toy_database) >= 1

    async def told() -> bool:
        return all(connection.driver_connection.is_closed() for connection in given_out)

    await eventually(told)  # the server says so a moment after it has forgotten the connection
    assert await backend(toy.service.db) != before


async def test_a_connection_that_the_server_is_ending_just_now_is_an_outage_and_no_bug(
    toy: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def says_so(*_: object) -> None:
        raise asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress")

    await backend(toy.service.db)
    with monkeypatch.context() as patched:
        patched.setattr(asyncpg.transaction.Transaction, "start", says_so)
        with pytest.raises(DBAPIError) as raised:
            await backend(toy.service.db)
    assert raised.value.connection_invalidated
    assert is_outage(raised.value)


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
