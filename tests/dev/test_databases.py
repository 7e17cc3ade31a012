"""The three roles of a service's database, on a real PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from zapys_dev import databases
from zapys_dev.databases import Urls
from zapys_dev.keys import Keys
from zapys_dev.testing import TestServers


@pytest.fixture(scope="module")
def booking(servers: TestServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Urls]:
    """A database of booking with one protected table."""
    suffix = f"_{uuid4().hex[:8]}"
    keys = Keys(tmp_path_factory.mktemp("keys"))
    yield databases.prepare(servers.postgres_url, "booking", suffix=suffix, keys=keys)
    databases.drop(servers.postgres_url, "booking", suffix=suffix)


async def connect(url: str) -> asyncpg.Connection:
    """The services' form of the address, for asyncpg itself."""
    return await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))


async def test_the_application_sees_across_accounts_only_after_taking_on_the_system_role(booking: Urls) -> None:
    owner, app = await connect(booking.migration_url), await connect(booking.app_url)
    try:
        await owner.execute("CREATE TABLE visit (account integer)")
        await owner.execute("ALTER TABLE visit ENABLE ROW LEVEL SECURITY")
        await owner.execute("GRANT SELECT, INSERT ON visit TO booking_app, booking_system")
        await owner.execute("CREATE POLICY own ON visit TO booking_app USING (account = 1) WITH CHECK (account = 1)")
        await owner.execute("CREATE POLICY every ON visit TO booking_system USING (true) WITH CHECK (true)")
        await app.execute("SET ROLE booking_system")
        await app.execute("INSERT INTO visit VALUES (1), (2)")
        assert await app.fetchval("SELECT count(*) FROM visit") == 2
        await app.execute("RESET ROLE")
        assert await app.fetchval("SELECT count(*) FROM visit") == 1
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute("INSERT INTO visit VALUES (2)")
    finally:
        await owner.close()
        await app.close()


async def test_the_application_cannot_create_anything(booking: Urls) -> None:
    app = await connect(booking.app_url)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute("CREATE TABLE public.mine ()")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute("CREATE TEMPORARY TABLE mine ()")
    finally:
        await app.close()


async def test_one_service_cannot_enter_the_database_of_another(booking: Urls, servers: TestServers) -> None:
    suffix = f"_{uuid4().hex[:8]}"
    databases.prepare(servers.postgres_url, "fiscal", suffix=suffix)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connect(booking.app_url.rsplit("/", 1)[0] + f"/zapys_fiscal{suffix}")
    finally:
        databases.drop(servers.postgres_url, "fiscal", suffix=suffix)


def test_preparing_side_by_side_and_again_gives_the_same_answer(servers: TestServers, tmp_path: Path) -> None:
    keys, suffix = Keys(tmp_path), f"_{uuid4().hex[:8]}"
    try:
        with ThreadPoolExecutor(max_workers=6) as pool:
            turns = [
                pool.submit(databases.prepare, servers.postgres_url, "identity", suffix=suffix, keys=keys)
                for _ in range(6)
            ]
            assert len({turn.result() for turn in turns}) == 1
    finally:
        databases.drop(servers.postgres_url, "identity", suffix=suffix)


def test_sql_parameters_are_quoted_as_psql_does() -> None:
    assert databases.render("SELECT :'name', now()::text", name="O'Brien") == "SELECT 'O''Brien', now()::text"


def test_options_of_the_told_address_reach_the_services(tmp_path: Path) -> None:
    url = databases._service_url("postgresql://root:x@db:5433/postgres?sslmode=require", "booking_app", "p@ss", "zapys")
    assert url == "postgresql+asyncpg://booking_app:p%40ss@db:5433/zapys?ssl=require"
