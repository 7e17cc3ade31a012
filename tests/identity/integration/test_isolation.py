"""What one account can never see of another, and what the serving role can never touch."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kit.db import sqlstate
from kit.testing import Bench
from tests.identity.conftest import People
from tests.load import mixed_accounts
from zapys_dev.databases import Urls
from zapys_dev.testing import TestServers

OF_ACCOUNTS = ("account", "vanity_address", "membership", "audit_entry", "member_copy", "app_user")
OF_SIGNING_IN = (
    "login_phone",
    "login_code",
    "login_send",
    "used_captcha",
    "session",
    "refresh_token",
    "signing_key",
    "dead_letter",
)


async def test_without_an_account_no_row_is_visible_and_with_another_none_of_this(bench: Bench, people: People) -> None:
    _, mine = await people.owner()
    _, theirs = await people.owner()
    for table in OF_ACCOUNTS:
        async with bench.service.db.tx() as tx:
            assert await tx.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table
        column = {"account": "id", "app_user": None}.get(table, "account_id")
        for account in (mine, theirs):
            async with bench.service.db.tx(UUID(account[-36:])) as tx:
                assert (await tx.scalar(text(f"SELECT count(*) FROM {table}"))) >= 1, table
                if column:
                    seen = await tx.scalars(text(f"SELECT DISTINCT {column} FROM {table}"))
                    assert set(seen) == {UUID(account[-36:])}, table


async def test_requests_that_share_connections_and_fail_midway_see_no_foreign_row(
    servers: TestServers, fresh_database: Callable[..., Urls]
) -> None:
    """Ten thousand of them run by tests/load/mixed_accounts.py."""
    urls = fresh_database("identity")
    name = urls.app_url.rsplit("/", 1)[1]
    seen = await mixed_accounts.measure(urls, f"{servers.postgres_url.rsplit('/', 1)[0]}/{name}", 400)
    assert (seen["requests"], seen["foreign"], seen["missing"]) == (400, 0, 0)
    assert seen["own"] > 1000
    assert seen["failed midway"] > 10


async def test_an_account_sees_only_people_who_work_in_it(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    await people.sign_in()
    async with bench.service.db.tx(UUID(account[-36:])) as tx:
        assert set(await tx.scalars(text("SELECT id FROM app_user"))) == {owner.user_id}


async def test_every_table_with_rows_of_accounts_or_people_forces_row_security(bench: Bench) -> None:
    async with bench.service.db.system_tx() as tx:
        rows = await tx.execute(
            text(
                "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS forced FROM pg_class c "
                "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind = 'r'"
            )
        )
        forced = {row.relname: row.forced for row in rows}
        owners = await tx.scalars(text("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"))
        assert set(owners) == {"identity_owner"}
    free = {name for name, is_forced in forced.items() if not is_forced}
    # what holds neither rows of accounts nor secrets
    assert free == {
        "alembic_version",
        "inbox",
        "revoked_session",
        "signing_key",
        "signing_key_copy",
    }
    assert set(OF_ACCOUNTS) < set(forced)


@pytest.mark.parametrize("table", OF_SIGNING_IN)
async def test_the_role_that_serves_accounts_cannot_touch_signing_in(bench: Bench, people: People, table: str) -> None:
    _, account = await people.owner()
    with pytest.raises(DBAPIError) as refused:
        async with bench.service.db.tx(UUID(account[-36:])) as tx:
            await tx.execute(text(f"SELECT * FROM {table}"))
    assert sqlstate(refused.value) == "42501"


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (role, statement)
        for role in ("app", "system")
        for statement in (
            "UPDATE audit_entry SET actor_name = 'nobody'",
            "DELETE FROM audit_entry",
            "DELETE FROM membership",
            "DELETE FROM account",
            "DELETE FROM app_user",
        )
    ]
    + [
        ("app", "UPDATE app_user SET phone_e164 = '+380000000000'"),
        ("app", "INSERT INTO app_user SELECT * FROM app_user"),
        ("system", "INSERT INTO membership SELECT * FROM membership"),
        ("system", "INSERT INTO account SELECT * FROM account"),
        ("system", "UPDATE account SET is_active = false"),
    ],
)
async def test_nobody_rewrites_the_journal_or_does_more_than_their_part(
    bench: Bench, people: People, role: str, statement: str
) -> None:
    _, account = await people.owner()
    opened = bench.service.db.system_tx() if role == "system" else bench.service.db.tx(UUID(account[-36:]))
    with pytest.raises(DBAPIError) as refused:
        async with opened as tx:
            await tx.execute(text(statement))
    assert sqlstate(refused.value) == "42501"


async def test_a_row_cannot_be_written_into_another_account(bench: Bench, people: People) -> None:
    _, mine = await people.owner()
    _, theirs = await people.owner()
    with pytest.raises(DBAPIError) as refused:
        async with bench.service.db.tx(UUID(mine[-36:])) as tx:
            await tx.execute(
                text("INSERT INTO vanity_address (address, account_id) VALUES (:address, :account)"),
                {"address": f"x-{datetime.now(UTC).timestamp()}", "account": theirs[-36:]},
            )
    assert sqlstate(refused.value) == "42501"


async def test_strangers_get_404_for_every_route_of_an_account(bench: Bench, people: People) -> None:
    owner, account = await people.owner()
    _, path = await people.add(owner, account)
    stranger, own = await people.owner()
    routes = {
        ("GET", account),
        ("PATCH", account),
        ("GET", f"{account}/members"),
        ("POST", f"{account}/members"),
        ("PATCH", path),
        ("DELETE", path),
        ("POST", f"{path}/restore"),
        ("GET", f"{account}/permissions"),
        ("GET", f"{account}/audit"),
        # the other's member through the own account
        ("PATCH", f"{own}/members/{path[-36:]}"),
        ("DELETE", f"{own}/members/{path[-36:]}"),
        ("POST", f"{own}/members/{path[-36:]}/restore"),
    }
    for method, route in routes:
        body = {"phone": "+380671234567", "name": "Х"} if (method, route[-7:]) == ("POST", "members") else {"name": "Х"}
        content: dict[str, Any] = {"json": body} if method in ("POST", "PATCH") else {}
        refused = await bench.http.request(method, route, headers=stranger.headers, **content)
        assert (refused.status_code, refused.json()["code"]) == (404, "request.not_found"), (method, route)
        anonymous = await bench.http.request(method, route, **content)
        assert anonymous.status_code == 401, (method, route)
