"""A register with a long life: `python -m tests.load.ledger [entries]` measures balance and day report.

Times are the database's own (`EXPLAIN ANALYZE`, planning and execution together) under the serving role with its row
level security, for the very statements of the service; the bar for each is 50 ms.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import Engine

from fiscal.queries import registers
from fiscal.report_queries import by_register, day_sums, period_of
from fiscal.usecases.ledger import balance
from kit import migrations
from kit.db import Database
from kit.ids import new_id
from tests.load.figures import percentile
from zapys_dev import databases
from zapys_dev.testing import ensure_servers

BAR_MS = 50.0
DAYS = 364
BATCH = 1000
LAST = date(2026, 11, 21)
ROOT = Path(__file__).parents[2]


async def fill(root: asyncpg.Connection, account_id: UUID, entries: int, register_count: int = 5) -> list[UUID]:
    """So many entries over a year, through the trigger that keeps the turnover; answers the registers."""
    made = [new_id() for _ in range(register_count)]
    for number, register_id in enumerate(made):
        await root.execute(
            "INSERT INTO cash_register (account_id, id, name, payment_types, created_at) "
            "VALUES ($1, $2, $3, '{cash,card}', now())",
            account_id,
            register_id,
            f"Каса {number}",
        )
    for first in range(1, entries + 1, BATCH):
        await root.execute(
            f"""
            INSERT INTO cash_operation (account_id, id, kind, figure, cash_register_id, payment_type, amount, currency,
                operating_day, is_back_dated, created_at, created_by, created_by_name)
            SELECT $1, gen_random_uuid(), CASE WHEN i % 10 = 0 THEN 'withdrawal' ELSE 'deposit' END,
                CASE WHEN i % 10 = 0 THEN 'paid_out' ELSE 'paid_in' END, ($2::uuid[])[1 + i % {register_count}],
                CASE WHEN i % 3 = 0 THEN 'card' ELSE 'cash' END,
                CASE WHEN i % 10 = 0 THEN -1 ELSE 1 END * (1 + i % 1000),
                'UAH', $3::date - (i % {DAYS})::int, false, now(), $1, 'Олена'
            FROM generate_series($4::int, $5::int) i
            """,
            account_id,
            made,
            LAST,
            first,
            min(first + BATCH - 1, entries),
        )
    return made


async def measure(db: Database, account_id: UUID, register_id: UUID, times: int) -> dict[str, list[float]]:
    """Milliseconds in the database of each question, `times` over."""
    async with db.tx(account_id) as tx:
        period = await period_of(tx, account_id, LAST, LAST, None)
        year = await period_of(tx, account_id, LAST - timedelta(days=DAYS), LAST, None)
    asked = {
        "balance of one register": lambda tx: balance(tx, account_id, register_id, "cash", "UAH"),
        "balances of all registers": lambda tx: registers(tx, account_id, None),
        "report of a day": lambda tx: day_sums(tx, period),
        "report of a year by register": lambda tx: by_register(tx, year),
    }
    took: dict[str, list[float]] = {}
    for name, ask in asked.items():
        took[name] = [await _in_database(db, account_id, ask) for _ in range(times)]
    return took


async def _in_database(db: Database, account_id: UUID, ask: Any) -> float:
    """What the statements of one question cost the database."""
    heard: list[tuple[str, Sequence[Any]]] = []

    def hear(_c: Any, _cursor: Any, statement: str, parameters: Sequence[Any], *_: Any) -> None:
        if statement.lstrip().startswith("SELECT") and "set_config" not in statement:
            heard.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        async with db.tx(account_id) as tx:
            await ask(tx)
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    total = 0.0
    async with db.tx(account_id) as tx:
        connection = await tx.connection()
        for statement, parameters in heard:
            explained = await connection.exec_driver_sql(
                f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", tuple(parameters)
            )
            [plan] = explained.scalar_one()
            total += plan["Planning Time"] + plan["Execution Time"]
    return total


async def check(db: Database, root: asyncpg.Connection, account_id: UUID) -> int:
    """How many registers' balances are not the sum of their entries."""
    wrong = await root.fetchval(
        """
        SELECT count(*) FROM (
            SELECT cash_register_id, sum(amount) AS amount FROM cash_operation WHERE account_id = $1 GROUP BY 1
        ) o FULL JOIN (
            SELECT cash_register_id, sum(amount) AS amount FROM register_turnover WHERE account_id = $1 GROUP BY 1
        ) t USING (cash_register_id) WHERE o.amount IS DISTINCT FROM t.amount
        """,
        account_id,
    )
    assert db is not None
    return int(wrong)


async def run(entries: int, times: int = 20) -> bool:
    """Fill, measure, print; whether every figure is below the bar."""
    servers = ensure_servers()
    suffix = f"_load_{new_id().hex[-6:]}"
    urls = databases.prepare(servers.postgres_url, "fiscal", suffix=suffix)
    await asyncio.to_thread(migrations.upgrade, ROOT / "services" / "fiscal" / "migrations", urls.migration_url)
    name = urls.app_url.rsplit("/", 1)[1]
    root = await asyncpg.connect(f"{servers.postgres_url.rsplit('/', 1)[0]}/{name}")
    db = Database(urls.app_url, service="fiscal")
    account_id = new_id()
    try:
        began = time.perf_counter()
        made = await fill(root, account_id, entries)
        print(f"{entries} entries written in {time.perf_counter() - began:.1f} s, no statistics gathered")
        took = await measure(db, account_id, made[0], times)
        for question, all_of_them in took.items():
            print(f"{question}: p50 {percentile(all_of_them, 50):.1f} ms, worst {max(all_of_them):.1f} ms")
        print(f"registers whose balance is not the sum of its entries: {await check(db, root, account_id)}")
        return all(percentile(one, 95) < BAR_MS for one in took.values()) and not await check(db, root, account_id)
    finally:
        await root.close()
        await db.close()
        await asyncio.to_thread(databases.drop, servers.postgres_url, "fiscal", suffix=suffix)


def main() -> None:
    """Measure, print, and fail above the bar."""
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    if not asyncio.run(run(entries)):
        raise SystemExit(f"above the bar of {BAR_MS:.0f} ms")


if __name__ == "__main__":
    main()
