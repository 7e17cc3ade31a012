"""Comparing settlements, receipts, ledger and card payments; every day by itself, and whenever somebody asks."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from contracts.fiscal import BooksDiffer
from fiscal.book_tables import Reconciliation
from fiscal.queries import account_zone
from fiscal.reconciling import CHECKED, DIFFERENCES
from fiscal.tables import AccountCopy
from kit.db import Database, Tx
from kit.ids import new_id
from kit.loops import each

AT_MOST = 1000
"""Differences that are kept one by one; all are counted."""
LATE = timedelta(hours=24)
"""A receipt that waits or a card payment that hangs longer than this is a difference."""
DAYS_BACK = 7
"""The daily comparison looks so far back: what was late yesterday may be cured or spoiled today."""
_SET = """
    SELECT set_config('enable_nestloop', '{nestloop}', true), set_config('jit', '{jit}', true),
        set_config('work_mem', '{work_mem}', true)
"""
"""For the big statement: rows are never looked up one by one on a stale guess of how few they are, and the compiler,
which would take seconds for it, stays out."""

log = structlog.get_logger("reconciliation")


@dataclass(frozen=True)
class Found:
    """The result for the days `since` to `until`, both included."""

    since: date
    until: date
    took_ms: int
    checked: dict[str, int]
    count: int
    differences: list[dict[str, Any]]


async def compare_books(tx: Tx, account_id: UUID, since: date, until: date, now: datetime) -> Found:
    """Compare the books of these days in the running transaction; nothing is written."""
    zone = await account_zone(tx, account_id)
    params = {
        "account": account_id,
        "since": since,
        "until": until,
        "since_at": datetime.combine(since, clock.min, zone),
        "until_at": datetime.combine(until + timedelta(days=1), clock.min, zone),
        "late_at": now - LATE,
    }
    began = time.perf_counter()
    await tx.execute(text(_SET.format(nestloop="off", jit="off", work_mem="32MB")))
    rows = (await tx.execute(DIFFERENCES, {**params, "at_most": AT_MOST})).mappings().all()
    counted = (await tx.execute(CHECKED, params)).mappings().one()
    await tx.execute(text(_SET.format(nestloop="on", jit="on", work_mem="4MB")))
    return Found(
        since,
        until,
        int((time.perf_counter() - began) * 1000),
        {name: int(number) for name, number in counted.items()},
        int(rows[0]["all_of_them"]) if rows else 0,
        [_plain(dict(row)) for row in rows],
    )


async def keep_findings(tx: Tx, account_id: UUID, found: Found, now: datetime) -> Reconciliation:
    """Store the result in place of an earlier one for the same days, and tell when the books differ."""
    values = {
        "ran_at": now,
        "took_ms": found.took_ms,
        "checked": found.checked,
        "count": found.count,
        "differences": found.differences,
    }
    row: Reconciliation | None = await tx.scalar(
        insert(Reconciliation)
        .values(account_id=account_id, id=new_id(), since=found.since, until=found.until, **values)
        .on_conflict_do_update(index_elements=["account_id", "until", "since"], set_=values)
        .returning(Reconciliation)
    )
    assert row is not None
    if found.count:
        tx.emit(
            BooksDiffer(
                account_id=account_id,
                version=1,
                reconciliation_id=row.id,
                since=found.since.isoformat(),
                until=found.until.isoformat(),
                count=found.count,
                codes=sorted({difference["code"] for difference in found.differences}),
            )
        )
    return row


async def reconcile_yesterday(db: Database, now: datetime) -> None:
    """Compare the last days of every account whose yesterday was not compared yet."""
    async with db.system_tx() as tx:
        rows = await tx.execute(select(AccountCopy.account_id, AccountCopy.time_zone))
        accounts = [(account_id, zone) for account_id, zone in rows]
        lately = Reconciliation.until >= now.date() - timedelta(days=3)
        compared = await tx.execute(select(Reconciliation.account_id, Reconciliation.until).where(lately))
        known = {(account_id, until) for account_id, until in compared}

    async def compare(account_id: UUID, zone: str) -> None:
        yesterday = now.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
        if (account_id, yesterday) not in known:
            await _reconcile_day(db, account_id, yesterday, now)

    await each("reconciliation", accounts, lambda account: compare(*account))


async def _reconcile_day(db: Database, account_id: UUID, yesterday: date, now: datetime) -> None:
    since = yesterday - timedelta(days=DAYS_BACK - 1)
    async with db.tx(account_id) as tx:
        is_mine = await tx.scalar(
            text("SELECT pg_try_advisory_xact_lock(hashtextextended('reconcile ' || :account, 0))"),
            {"account": str(account_id)},
        )
        done = select(Reconciliation.id).where(
            Reconciliation.account_id == account_id, Reconciliation.until == yesterday, Reconciliation.since == since
        )
        if not is_mine or await tx.scalar(done) is not None:
            return  # another worker is at it, or was quicker
        found = await compare_books(tx, account_id, since, yesterday, now)
        await keep_findings(tx, account_id, found, now)
    if found.count:
        log.warning("books differ", account_id=str(account_id), count=found.count)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A difference as it is stored: ids and days as text, sums as numbers."""
    row.pop("all_of_them")
    shown: dict[str, Callable[[Any], Any]] = {
        "booking": str,
        "register": str,
        "day": date.isoformat,
        "expected": int,
        "found": int,
    }
    return {name: shown[name](value) if name in shown and value is not None else value for name, value in row.items()}
