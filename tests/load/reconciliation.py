"""A month of sales compared: `python -m tests.load.reconciliation [sales]`.

Writes the month through the database's own triggers, compares it (bar: 5 s, no difference), then plants one fault of
each kind and looks for it.
"""

import asyncio
import sys
import time
from pathlib import Path

import asyncpg

from fiscal.usecases.reconcile import compare_books
from kit import migrations
from kit.db import Database
from kit.ids import new_id
from kit.messaging import now_utc
from tests.fiscal.big_books import FAULTS, MONTH, last_day, plant, sell
from zapys_dev import databases
from zapys_dev.testing import ensure_servers

BAR_S = 5.0
ROOT = Path(__file__).parents[2]


async def run(sales: int) -> bool:
    """Fill, compare, plant, compare; whether all is as it must be."""
    servers = ensure_servers()
    suffix = f"_load_{new_id().hex[-6:]}"
    urls = databases.prepare(servers.postgres_url, "fiscal", suffix=suffix)
    await asyncio.to_thread(migrations.upgrade, ROOT / "services" / "fiscal" / "migrations", urls.migration_url)
    name = urls.app_url.rsplit("/", 1)[1]
    root = await asyncpg.connect(f"{servers.postgres_url.rsplit('/', 1)[0]}/{name}")
    db = Database(urls.app_url, service="fiscal")
    account_id, fiscal, plain = new_id(), new_id(), new_id()
    try:
        for register_id, kind in ((fiscal, "card"), (plain, "cash")):
            await root.execute(
                "INSERT INTO cash_register (account_id, id, name, payment_types, created_at) "
                "VALUES ($1, $2, $3, ARRAY[$3], now())",
                account_id,
                register_id,
                kind,
            )
        began = time.perf_counter()
        await sell(root, account_id, fiscal, plain, sales)
        print(f"{sales} sales written in {time.perf_counter() - began:.1f} s, no statistics gathered")

        async def compare() -> tuple[float, set[str], int]:
            since = time.perf_counter()
            async with db.tx(account_id) as tx:
                found = await compare_books(tx, account_id, MONTH, last_day(), now_utc())
            return time.perf_counter() - since, {one["code"] for one in found.differences}, found.count

        took, _, count = await compare()
        again, _, _ = await compare()
        print(f"compared in {took:.2f} s and {again:.2f} s, differences: {count}")
        known: set[str] = set()
        slowest = max(took, again)
        for code in FAULTS:
            await plant(root, account_id, code)
            took, codes, _ = await compare()
            slowest = max(slowest, took)
            if codes - known != {code}:
                print(f"planted {code}, found {sorted(codes - known)}")
            known |= codes
        print(f"planted {len(FAULTS)} kinds of fault, found {len(known & set(FAULTS))}; slowest {slowest:.2f} s")
        return slowest < BAR_S and count == 0 and known == set(FAULTS)
    finally:
        await root.close()
        await db.close()
        await asyncio.to_thread(databases.drop, servers.postgres_url, "fiscal", suffix=suffix)


def main() -> None:
    """Measure, print, and fail where a figure is missed."""
    sales = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    if not asyncio.run(run(sales)):
        raise SystemExit("a figure is missed")


if __name__ == "__main__":
    main()
