"""Finding a client among 50,000: `python -m tests.load.client_search [N]`.

Booking's own statement on a real database, without the way there and back. The bar for the first answer is
300 ms, here by the clock and by the processor time of the database's process, which neighbours do not touch.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import asyncpg
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

from booking.queries.clients import living, matches
from booking.queries.order import by_name
from booking.tables import ClientRow
from tests.load.figures import percentile
from tests.load.own_database import own_database
from zapys_dev.testing import ensure_servers

CARDS, ROUNDS, BAR_MS = 50_000, 20, 300
ASKED = ("савч", "тарас са", "4567", "+38067123", "нікого такого")
_FILL = """
    INSERT INTO client (account_id, id, version, name, surname, phone_e164, phone_confirmed, language,
        notifications_on, created_at)
    SELECT $1, gen_random_uuid(), 1,
        (ARRAY['Тарас','Наталія','Богдан','Юлія','Дмитро','Оксана','Максим','Катерина'])[1 + n % 8],
        (ARRAY['Савченко','Поліщук','Лисенко','Кравець','Мороз','Петренко'])[1 + n % 6] || n,
        '+38067' || lpad(n::text, 7, '0'), true, 'uk', true, now()
    FROM generate_series(1, $2::int) AS n
"""


def _find(account: UUID, asked: str) -> str:
    """The statement of `GET /clients?q=`, as booking builds it."""
    wanted = (
        select(ClientRow)
        .where(ClientRow.account_id == account, living(), matches(asked, surname=True, phone=True))
        .order_by(by_name(func.lower(ClientRow.name)), ClientRow.id)
        .limit(51)
    )
    compiled = wanted.compile(dialect=asyncpg_dialect(), compile_kwargs={"literal_binds": True})
    return str(compiled)


def _processor_ms(pid: int) -> float | None:
    """What a process of this machine has spent so far; none where it runs elsewhere."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


async def _measure(url: str, cards: int) -> None:
    base = await asyncpg.connect(url)
    account = await base.fetchval("SELECT gen_random_uuid()")
    await base.execute(_FILL, account, cards)
    await base.execute("ANALYZE client")
    worst, pid = 0.0, await base.fetchval("SELECT pg_backend_pid()")
    for asked in ASKED:
        sql, took = _find(account, asked), []
        spent_before = _processor_ms(pid)
        for _ in range(ROUNDS):
            began = time.perf_counter()
            found = await base.fetch(sql)
            took.append((time.perf_counter() - began) * 1000)
        own = 0.0
        if (spent := _processor_ms(pid)) is not None and spent_before is not None:
            own = (spent - spent_before) / ROUNDS
        worst = max(worst, own)
        print(
            f"{asked:16} {len(found):3} found  p50 {percentile(took, 50):6.1f} ms  p95 {percentile(took, 95):6.1f} ms"
            f"  processor {own:6.1f} ms"
        )
    print(f"bar {BAR_MS} ms: {'kept' if worst <= BAR_MS else 'MISSED'}, worst {worst:.1f} ms of processor time")
    await base.close()
    if worst > BAR_MS:
        raise SystemExit(1)


def main() -> None:
    """Make the cards, ask, print."""
    cards = int(sys.argv[1]) if len(sys.argv) > 1 else CARDS
    servers = ensure_servers()
    with own_database(servers, "booking") as urls:
        database = urlsplit(urls.migration_url).path
        whole = urlsplit(servers.postgres_url)._replace(path=database, scheme="postgresql")
        asyncio.run(_measure(urlunsplit(whole), cards))


if __name__ == "__main__":
    main()
