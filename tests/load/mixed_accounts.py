"""Requests of many accounts over five pooled connections, a tenth of them failing midway:
`python -m tests.load.mixed_accounts [requests]`.

Every request reads all that it can see of three tables; whatever belongs to another account is a foreign row.
"""

import asyncio
import collections
import random
import sys
import time
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from kit import migrations
from kit.db import Database, Tx
from tests.conftest import ROOT, in_thread
from zapys_dev import databases
from zapys_dev.testing import ensure_servers

ACCOUNTS = 20
CONNECTIONS = 5
FAILING = 0.1
TABLES = ("membership", "audit_entry", "member_copy")


class Midway(Exception):
    """What a bug in the middle of a request looks like."""


async def fill(url: str) -> dict[UUID, int]:
    """Accounts with some members each; answers how many."""
    made: dict[UUID, int] = {}
    db = await asyncpg.connect(url)
    now = datetime.now(UTC)
    for number in range(ACCOUNTS):
        account, members = uuid4(), number % 7 + 1
        await db.execute(
            "INSERT INTO account (id, name, vanity_address, time_zone, country, currency, language, booking_rules,"
            " created_at, created_by) VALUES ($1, 'Салон', $2, 'Europe/Kyiv', 'UA', 'UAH', 'uk', '{}', $3, $4)",
            account, f"salon-{account.hex[:12]}", now, uuid4(),
        )  # fmt: skip
        for _ in range(members):
            user, membership = uuid4(), uuid4()
            await db.execute(
                "INSERT INTO app_user (id, phone_e164, language, channels, created_at) VALUES ($1, $2, 'uk', '{}', $3)",
                user, f"+{user.int % 10**12}", now,
            )  # fmt: skip
            await db.execute(
                "INSERT INTO membership (account_id, id, user_id, role, permission_changes, accepts_bookings, added_at)"
                " VALUES ($1, $2, $3, 'master', '{}', false, $4)",
                account, membership, user, now,
            )  # fmt: skip
            await db.execute(
                "INSERT INTO audit_entry (account_id, id, at, actor_name, action, subject_type, subject_id,"
                " subject_name, changes) VALUES ($1, $2, $3, 'Олена', 'member.added', 'member', $4, 'Олег', '[]')",
                account, uuid4(), now, membership,
            )  # fmt: skip
            await db.execute(
                "INSERT INTO member_copy (account_id, user_id, membership_id, version, name, phone_e164, language,"
                " role, permissions, accepts_bookings, is_active, channels)"
                " VALUES ($1, $2, $3, 1, 'Олег', '+380', 'uk', 'master', '{}', false, true, '{}')",
                account, user, membership,
            )  # fmt: skip
        made[account] = members
    await db.close()
    return made


async def mixed(db: Database, accounts: dict[UUID, int], requests: int) -> collections.Counter[str]:
    """What the requests saw: own rows, foreign rows, rows missing; and how they ended."""
    slots, seen = asyncio.Semaphore(CONNECTIONS), collections.Counter[str]()

    async def request() -> None:
        account = random.choice([*accounts, None])
        fails = random.random() < FAILING
        async with slots:
            try:
                async with db.tx(account) as tx:
                    await look(tx, account)
                    if fails:
                        await fail(tx)
            except (Midway, SQLAlchemyError):
                seen["failed midway"] += 1
        seen["requests"] += 1

    async def look(tx: Tx, account: UUID | None) -> None:
        for table in TABLES:
            owners = list(await tx.scalars(text(f"SELECT account_id FROM {table}")))
            seen["foreign"] += sum(owner != account for owner in owners)
            seen["own"] += (own := sum(owner == account for owner in owners))
            seen["missing"] += (accounts[account] if account else 0) - own

    async def fail(tx: Tx) -> None:
        if random.random() < 0.5:
            raise Midway
        await tx.execute(text("SELECT 1 / 0"))

    await asyncio.gather(*(request() for _ in range(requests)))
    return seen


async def measure(urls: databases.Urls, superuser_url: str, requests: int) -> collections.Counter[str]:
    """Fill and run."""
    accounts = await fill(superuser_url)
    db = Database(urls.app_url, service="identity", pool_size=CONNECTIONS)
    try:
        return await mixed(db, accounts, requests)
    finally:
        await db.close()


def main() -> None:
    """Print what was seen."""
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    servers, suffix = ensure_servers(), f"_{uuid4().hex[:8]}"
    urls = databases.prepare(servers.postgres_url, "identity", suffix=suffix)
    try:
        folder = ROOT / "services" / "identity" / "migrations"
        in_thread(lambda: migrations.upgrade(folder, urls.migration_url))
        began = time.perf_counter()
        name = databases.database_name("identity", suffix)
        seen = asyncio.run(measure(urls, f"{servers.postgres_url.rsplit('/', 1)[0]}/{name}", requests))
        took = time.perf_counter() - began
    finally:
        databases.drop(servers.postgres_url, "identity", suffix=suffix)
    print(f"{seen['requests']} requests of {ACCOUNTS} accounts and of nobody, {CONNECTIONS} connections, {took:.0f} s:")
    print(f"{seen['failed midway']} failing midway: {seen['own']} own rows seen, {seen['missing']} missing,")
    print(f"{seen['foreign']} foreign; bar 0 {'kept' if seen['foreign'] == seen['missing'] == 0 else 'MISSED'}")


if __name__ == "__main__":
    main()
