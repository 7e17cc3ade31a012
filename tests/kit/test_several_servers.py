"""An address that names several servers leads to the one that takes writes, whichever that is at the moment."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kit import dial
from kit.db import Database, is_outage, understand
from kit.dial import Servers
from tests.support.own_ports import own_port
from zapys_dev.databases import Urls
from zapys_dev.ports import HOST

SILENT = own_port()


def with_servers(url: str, *more: str) -> str:
    """The address with servers named before its own."""
    parts = urlsplit(url)
    user, _, server = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user}@{','.join((*more, server))}").geturl()


async def test_a_dead_server_is_passed_over_and_the_living_one_is_asked_first_from_then_on(
    toy_database: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    connect = asyncpg.connect

    async def noted(**told: Any) -> Any:
        asked.append(told["port"])
        return await connect(**told)

    monkeypatch.setattr(asyncpg, "connect", noted)
    monkeypatch.setattr(dial, "EACH_S", 30.0)
    db = Database(with_servers(toy_database.app_url, f"{HOST}:{SILENT}"), service="booking")
    for _ in range(2):
        async with db.tx() as tx:
            assert await tx.scalar(text("SELECT 1")) == 1
        await db._engine.dispose()
    living = urlsplit(toy_database.app_url).port
    assert asked == [SILENT, living, living]


async def test_a_server_that_says_nothing_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a machine behind a cut cable: the next one must have its turn within the time of one attempt."""
    monkeypatch.setattr(dial, "EACH_S", 0.05)
    callers: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _, writer: callers.append(writer), HOST, 0)
    port = silent.sockets[0].getsockname()[1]
    try:
        servers = Servers(f"postgresql+asyncpg://nobody@{HOST}:{port},{HOST}:{SILENT}/x")
        with pytest.raises(ConnectionError, match=f"{port}: TimeoutError; {HOST}:{SILENT}: "):
            await servers.connect_apart(timeout=600, server_settings={})
    finally:
        for writer in callers:
            writer.close()
        silent.close()


async def test_without_a_server_that_takes_writes_callers_are_told_to_come_again(
    toy_database: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = asyncpg.connect

    async def as_a_replica(**told: Any) -> Any:
        if told["port"] != SILENT and told.get("target_session_attrs") == "primary":
            raise asyncpg.TargetServerAttributeNotMatched("the server is in recovery")
        return await connect(**told)

    monkeypatch.setattr(asyncpg, "connect", as_a_replica)
    db = Database(with_servers(toy_database.app_url, f"{HOST}:{SILENT}"), service="booking")
    with pytest.raises(ConnectionError) as raised:
        async with db.tx() as tx:
            await tx.scalar(text("SELECT 1"))
    problem = understand(raised.value)
    assert is_outage(raised.value)
    assert problem is not None
    assert (problem.kind.status, problem.retry_after_s is not None) == (503, True)
    await db.close()


async def test_whoever_no_longer_takes_writes_is_left_for_another(toy_database: Urls) -> None:
    """A server that became a replica of the other refuses to write: that connection is not used again."""
    db = Database(toy_database.app_url, service="booking")

    async def write() -> None:
        async with db.tx() as tx:
            await tx.execute(text("SET TRANSACTION READ ONLY"))
            await tx.execute(text("CREATE TABLE never (x int)"))

    with pytest.raises(DBAPIError, match="read-only") as raised:
        await write()
    assert raised.value.connection_invalidated
    problem = understand(raised.value)
    assert problem is not None
    assert problem.kind.status == 503
    await db.close()


@pytest.mark.parametrize(
    ("address", "places"),
    [
        ("postgresql+asyncpg://a:b@one/x", [("one", 5432)]),
        ("postgresql+asyncpg://a:b%40,c@one:1,two:2/x?ssl=require", [("one", 1), ("two", 2)]),
        ("postgresql+asyncpg://a@[::1]:5,[::2]/x", [("::1", 5), ("::2", 5432)]),
    ],
)
def test_servers_are_read_from_the_address(address: str, places: list[tuple[str, int]]) -> None:
    servers = Servers(address)
    assert servers._places == places
    assert (servers.url.username, servers.url.database) == ("a", "x")
