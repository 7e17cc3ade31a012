"""The books are compared: agreeing ones in silence, every kind of fault by its name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from contracts.fiscal import BooksDiffer
from fiscal.domain.differences import DifferenceCode
from fiscal.usecases.reconcile import reconcile_yesterday
from kit.messaging import now_utc
from kit.testing import Bench
from tests.fiscal.big_books import FAULTS, MONTH, last_day, plant, sell
from tests.fiscal.salon import EVERYTHING, Salon, TestDesk, open_salon
from zapys_dev import databases

PERIOD = f"/finance/reconciliation?from={MONTH}&to={last_day()}"


@pytest.fixture
async def root(database_urls: databases.Urls, servers: Any) -> AsyncIterator[asyncpg.Connection]:
    """A superuser, who can do what the product cannot."""
    name = database_urls.app_url.rsplit("/", 1)[1]
    connection = await asyncpg.connect(f"{servers.postgres_url.rsplit('/', 1)[0]}/{name}")
    yield connection
    await connection.close()


@pytest.fixture
async def month(bench: Bench, root: asyncpg.Connection) -> Salon:
    salon = await open_salon(bench)
    fiscal, plain = await salon.register("Термінал", "card"), await salon.register("Готівка", "cash")
    await sell(root, salon.account_id, UUID(fiscal), UUID(plain), 620)
    return salon


@pytest.mark.row("X12")
async def test_a_month_of_sales_agrees_and_one_fault_of_each_kind_is_found(
    month: Salon, root: asyncpg.Connection
) -> None:
    clean = await month.get(PERIOD)
    assert (clean["count"], clean["items"]) == (0, [])
    assert clean["checked"] == {
        "settlements": 620,
        "entries": 620,
        "receipts": 310,
        "card_payments": 31,
        "day_closes": 0,
    }
    assert set(FAULTS) == {code.value for code in DifferenceCode}
    known: set[str] = set()
    for code in FAULTS:
        await plant(root, month.account_id, code)
        found = await month.get(PERIOD)
        assert {item["code"] for item in found["items"]} - known == {code}, code
        assert found["count"] == len(found["items"])
        known.add(code)
    ask = await month.ask("GET", PERIOD, accept_language="en")
    for item in ask.json()["items"]:
        assert item["text"]
        assert item["fix"]["text"]
        assert item["fix"]["url"].startswith(f"http://127.0.0.1:8000/manage/{month.account_id}/")


async def test_every_day_is_compared_once_and_a_difference_is_told(
    bench: Bench, root: asyncpg.Connection, servers: Any
) -> None:
    salon = await open_salon(bench)
    till = await salon.register()
    yesterday = (datetime.now(ZoneInfo("Europe/Kyiv")) - timedelta(days=1)).date()
    await salon.settled(await salon.booking(500), ("cash", 500), operating_day=yesterday.isoformat())
    await root.execute("SET session_replication_role = replica")
    await root.execute("UPDATE booking_copy SET paid = 400 WHERE account_id = $1", salon.account_id)
    await root.execute("SET session_replication_role = origin")
    for _ in range(2):
        await reconcile_yesterday(bench.service.db, now_utc())
    [kept] = (await salon.get("/finance/reconciliations?differing=true"))["items"]
    assert (kept["until"], kept["count"]) == (yesterday.isoformat(), 1)
    shown = await salon.get(f"/finance/reconciliations/{kept['id']}")
    assert [(item["code"], item["expected"], item["found"]) for item in shown["items"]] == [("booking_paid", 500, 400)]
    [said] = await bench.said(BooksDiffer, account_id=salon.account_id)
    assert (said.count, said.codes) == (1, ("booking_paid",))
    assert till


async def test_real_sales_refunds_and_receipts_agree(salon: Salon, desk: TestDesk, worker: None) -> None:
    await salon.open_shift(await salon.fiscal_register(desk))
    booking = await salon.booking(50_000, prices=(30_000, 20_000))
    await salon.settled(booking, ("cash", 20_000), ("card", 30_000))
    await salon.receipts_become("registered")
    await salon.ask("POST", f"/bookings/{booking}/settlement/reverse", {"amount": 12_345})
    await salon.receipts_become("registered", "registered")
    today = datetime.now(ZoneInfo("Europe/Kyiv")).date()
    found = await salon.get(f"/finance/reconciliation?from={today}&to={today}")
    assert (found["count"], found["checked"]["receipts"]) == (0, 2)


async def test_only_who_sees_the_whole_account_compares_its_books(salon: Salon, bench: Bench) -> None:
    branch = await bench.make_member(
        salon.account_id, EVERYTHING, phone_e164="+380500000021", location_ids=frozenset({salon.location_id})
    )
    assert (await salon.ask("GET", PERIOD, by=branch)).status_code == 403
    for query, pointer in (
        ("from=2026-10-31&to=2026-10-01", "query/to"),
        ("from=2026-01-01&to=2026-12-01", "query/to"),
        ("to=2026-12-01", "query/from"),
    ):
        refused = await salon.ask("GET", f"/finance/reconciliation?{query}")
        assert refused.status_code == 422
        assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
