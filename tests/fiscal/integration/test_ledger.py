"""The ledger by hand, and what the database itself refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest

from kit.testing import Bench
from tests.fiscal.salon import Salon, TestDesk, open_salon
from zapys_dev import databases

TENANT_TABLES = {
    "account_copy",
    "location_copy",
    "booking_copy",
    "cash_register",
    "cashier_token",
    "settlement",
    "settlement_payment",
    "settlement_line",
    "cash_operation",
    "register_turnover",
    "cash_rules",
    "cash_request",
    "day_close",
    "reconciliation",
    "subscription",
    "fiscal_shift",
    "receipt",
    "receipt_lane",
    "member_copy",
}


@pytest.fixture
async def as_app(database_urls: databases.Urls) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_urls.app_url.replace("+asyncpg", ""))
    yield connection
    await connection.close()


async def balance(salon: Salon) -> int:
    [register] = (await salon.get("/cash-registers"))["items"]
    return sum(money["amount"] for money in register["balances"])


@pytest.mark.row("S58")
async def test_deleting_an_operation_keeps_it_adds_a_reversal_and_restores_the_balance(salon: Salon) -> None:
    register = await salon.register()
    made = await salon.ask(
        "POST",
        "/cash-operations",
        {"kind": "deposit", "cash_register_id": register, "amount": 500, "comment": "розмін"},
    )
    assert made.status_code == 201, made.text
    assert await balance(salon) == 500
    undone = await salon.ask("DELETE", f"/cash-operations/{made.json()['id']}?reason=помилка")
    assert undone.status_code == 200, undone.text
    reversal, original = (await salon.get("/cash-operations"))["items"]
    assert (original["kind"], original["amount"]["amount"]) == ("deposit", 500)
    assert original["reversed_by_id"] == reversal["id"]
    assert (reversal["kind"], reversal["amount"]["amount"], reversal["comment"]) == ("reversal", -500, "помилка")
    assert reversal["created_by_name"] == "Олена"
    assert await balance(salon) == 0
    again = await salon.ask("DELETE", f"/cash-operations/{made.json()['id']}")
    assert (again.status_code, again.json()["code"]) == (409, "fiscal.operation_reversed")


async def test_correcting_an_operation_writes_it_anew(salon: Salon) -> None:
    register = await salon.register()
    made = await salon.ask("POST", "/cash-operations", {"kind": "deposit", "cash_register_id": register, "amount": 500})
    corrected = await salon.ask("PATCH", f"/cash-operations/{made.json()['id']}", {"amount": 450, "reason": "описка"})
    assert corrected.status_code == 200, corrected.text
    assert corrected.json()["replaces_id"] == made.json()["id"]
    lines = (await salon.get("/cash-operations"))["items"]
    assert [line["amount"]["amount"] for line in lines] == [450, -500, 500]
    assert await balance(salon) == 450


async def test_more_than_lies_in_the_register_is_not_taken_out(salon: Salon) -> None:
    register = await salon.register()
    await salon.ask("POST", "/cash-operations", {"kind": "deposit", "cash_register_id": register, "amount": 500})
    body = {"kind": "withdrawal", "cash_register_id": register, "amount": 501}
    refused = await salon.ask("POST", "/cash-operations", body)
    assert (refused.status_code, refused.json()["code"], refused.json()["balance"]) == (
        409,
        "fiscal.not_enough_cash",
        500,
    )
    taken = await salon.ask("POST", "/cash-operations", {**body, "amount": 500})
    assert taken.json()["amount"]["amount"] == -500
    assert await balance(salon) == 0


async def test_deleting_a_payment_takes_its_whole_settlement_back(salon: Salon) -> None:
    await salon.register("Усе", "cash", "card")
    booking = await salon.booking(50_000)
    await salon.settled(booking, ("cash", 20_000), ("card", 30_000))
    line = (await salon.get(f"/cash-operations?booking_id={booking}"))["items"][0]
    edited = await salon.ask("PATCH", f"/cash-operations/{line['id']}", {"amount": 1})
    assert (edited.status_code, edited.json()["code"]) == (409, "fiscal.operation_of_settlement")
    undone = await salon.ask("DELETE", f"/cash-operations/{line['id']}")
    assert undone.status_code == 200, undone.text
    assert undone.json()["reverses_id"] == line["id"]
    shown = await salon.get(f"/bookings/{booking}/settlement")
    assert (shown["payment_state"], shown["paid"]["amount"]) == ("reversed", 0)
    assert await balance(salon) == 0


async def test_pages_of_the_ledger_come_by_cursor(salon: Salon) -> None:
    register = await salon.register()
    for amount in (1, 2, 3):
        await salon.ask("POST", "/cash-operations", {"kind": "deposit", "cash_register_id": register, "amount": amount})
    first = await salon.get("/cash-operations?limit=2")
    second = await salon.get(f"/cash-operations?limit=2&cursor={first['next_cursor']}")
    assert [line["amount"]["amount"] for line in first["items"] + second["items"]] == [3, 2, 1]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("table", ["cash_operation", "settlement", "settlement_payment"])
@pytest.mark.parametrize("act", ["UPDATE {table} SET amount = 1", "DELETE FROM {table}"])
async def test_the_database_refuses_to_change_or_remove_a_line(
    salon: Salon, as_app: asyncpg.Connection, table: str, act: str
) -> None:
    await salon.register()
    await salon.settled(await salon.booking(), ("cash", 50_000))
    async with as_app.transaction():
        await as_app.execute("SELECT set_config('app.account_id', $1, true)", str(salon.account_id))
        assert await as_app.fetchval(f"SELECT count(*) FROM {table}") == 1

    async def attempt(role: str) -> None:
        async with as_app.transaction():
            await as_app.execute("SELECT set_config('app.account_id', $1, true)", str(salon.account_id))
            if role != "fiscal_app":
                await as_app.execute(f"SET LOCAL ROLE {role}")
            await as_app.execute(act.format(table=table))

    for role in ("fiscal_app", "fiscal_system"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await attempt(role)


async def test_every_table_of_accounts_forces_row_level_security(as_app: asyncpg.Connection) -> None:
    rows = await as_app.fetch(
        "SELECT relname, relrowsecurity AND relforcerowsecurity AS is_forced FROM pg_class c "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'account_id' "
        "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    forced = {row["relname"] for row in rows if row["is_forced"]}
    assert {row["relname"] for row in rows} == forced
    assert forced >= TENANT_TABLES


async def test_one_account_never_sees_or_touches_what_is_anothers(
    salon: Salon, bench: Bench, as_app: asyncpg.Connection
) -> None:
    other = await open_salon(bench)
    register = await other.register()
    booking = await other.booking()
    act = await other.settled(booking, ("cash", 50_000))
    [line] = (await other.get("/cash-operations"))["items"]
    await salon.register()
    foreign = {
        ("POST", f"/bookings/{booking}/settlement"): {"payments": [{"payment_type": "cash", "amount": 1}]},
        ("POST", f"/bookings/{booking}/settlement/reverse"): None,
        ("GET", f"/bookings/{booking}/settlement"): None,
        ("PATCH", f"/cash-registers/{register}"): {"name": "чужа"},
        ("GET", f"/cash-registers/{register}"): None,
        ("POST", f"/cash-registers/{register}/check"): None,
        ("POST", f"/cash-registers/{register}/fiscal-shift/open"): None,
        ("POST", f"/cash-registers/{register}/fiscal-shift/close"): None,
        ("PATCH", f"/cash-operations/{line['id']}"): {"amount": 1},
        ("DELETE", f"/cash-operations/{line['id']}"): None,
        ("POST", f"/receipts/{act['id']}/retry"): None,
    }
    for (method, path), body in foreign.items():
        answer = await salon.ask(method, path, body)
        assert answer.status_code == 404, (method, path, answer.text)
    stranger = await salon.bench.http.get(
        f"/api/v1/accounts/{other.account_id}/cash-operations", headers=salon.owner.headers
    )
    assert stranger.status_code == 404
    for table in TENANT_TABLES:
        async with as_app.transaction():
            await as_app.execute("SELECT set_config('app.account_id', $1, true)", str(salon.account_id))
            seen = await as_app.fetch(f"SELECT DISTINCT account_id FROM {table}")
            assert {row["account_id"] for row in seen} <= {salon.account_id}
        assert await as_app.fetchval(f"SELECT count(*) FROM {table}") == 0, "without an account nothing is seen"

    async def write_for_another() -> None:
        async with as_app.transaction():
            await as_app.execute("SELECT set_config('app.account_id', $1, true)", str(salon.account_id))
            await as_app.execute(
                "INSERT INTO receipt_lane (account_id, cash_register_id) VALUES ($1, $2)",
                other.account_id,
                UUID(register),
            )

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await write_for_another()


async def test_credentials_are_sealed_masked_and_bound_to_their_register(
    salon: Salon, desk: TestDesk, as_app: asyncpg.Connection
) -> None:
    credentials = {"licence_key": "licence-0123456789", "cashier_login": "olena", "cashier_password": "дуже-таємно"}
    answer = await salon.ask(
        "POST", "/cash-registers", {"name": "Каса", "payment_types": ["cash"], "checkbox": credentials}
    )
    assert answer.json()["checkbox"] == {
        "signs_in_by": "password",
        "cashier_login": "olena",
        "licence_key_masked": "…6789",
        "fiscal_number": None,
    }
    async with as_app.transaction():
        await as_app.execute("SELECT set_config('app.account_id', $1, true)", str(salon.account_id))
        row = await as_app.fetchrow("SELECT * FROM cash_register")
    stored = repr(dict(row)).encode() + bytes(row["checkbox_sealed"])
    assert b"0123456789" not in stored
    assert "таємно".encode() not in stored
    twin = await salon.ask(
        "POST", "/cash-registers", {"name": "Друга", "payment_types": ["card"], "checkbox": credentials}
    )
    assert (twin.status_code, twin.json()["code"], twin.json()["register"]) == (409, "fiscal.licence_taken", "Каса")


async def test_a_register_changes_by_version_and_keeps_what_is_not_sent(salon: Salon) -> None:
    register = await salon.register("Каса", "cash", checkbox=TestDesk(50).credentials)
    changed = await salon.ask(
        "PATCH", f"/cash-registers/{register}", {"payment_types": ["card", "cash"]}, if_match='"1"'
    )
    assert (changed.json()["version"], changed.json()["payment_types"]) == (2, ["card", "cash"])
    assert changed.json()["checkbox"]["cashier_login"] == "cashier-50"
    stale = await salon.ask("PATCH", f"/cash-registers/{register}", {"name": "Інша"}, if_match='"1"')
    assert stale.status_code == 412
    removed = await salon.ask("PATCH", f"/cash-registers/{register}", {"checkbox": None})
    assert removed.json()["checkbox"] is None
    partly = await salon.ask("PATCH", f"/cash-registers/{register}", {"checkbox": {"cashier_login": "x"}})
    assert (partly.status_code, partly.json()["code"]) == (422, "fiscal.credentials_incomplete")
    for path in ("check", "fiscal-shift/open"):
        refused = await salon.ask("POST", f"/cash-registers/{register}/{path}")
        assert (refused.status_code, refused.json()["code"]) == (409, "fiscal.checkbox_not_set_up")


async def test_credentials_are_not_taken_from_receipts_that_wait_for_them(salon: Salon, desk: TestDesk) -> None:
    register = await salon.fiscal_register(desk)
    await salon.settled(await salon.booking(), ("cash", 50_000))
    refused = await salon.ask("PATCH", f"/cash-registers/{register}", {"checkbox": None})
    assert (refused.status_code, refused.json()["code"]) == (409, "fiscal.register_has_receipts")


@pytest.mark.parametrize(
    ("method", "path", "body", "pointer"),
    [
        ("POST", "/cash-registers", {"name": "", "payment_types": ["cash"]}, "/name"),
        ("POST", "/cash-registers", {"name": "К", "payment_types": []}, "/payment_types"),
        ("POST", "/cash-registers", {"name": "К", "payment_types": ["cash"], "colour": "red"}, "/colour"),
        ("POST", "/cash-registers", {"name": "К" * 201, "payment_types": ["cash"]}, "/name"),
        ("POST", "/cash-operations", {"kind": "gift", "cash_register_id": str(uuid4()), "amount": 1}, "/kind"),
        ("GET", "/receipts?state=lost", None, "query/state"),
        ("GET", "/receipts?limit=0", None, "query/limit"),
        ("GET", "/cash-operations?from=today", None, "query/from"),
        ("DELETE", "/cash-operations/7", None, "path/operation_id"),
    ],
)
async def test_wrong_input_names_its_field(
    salon: Salon, method: str, path: str, body: dict[str, object] | None, pointer: str
) -> None:
    answer = await salon.ask(method, path, body)
    assert answer.status_code == 422, answer.text
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
