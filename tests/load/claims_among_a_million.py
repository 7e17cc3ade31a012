"""Does a million planned messages slow the claim of the due ones: `python -m tests.load.claims_among_a_million [rows]`.

Claims the same number of due messages with and without the rest of the plan in the table, in turns, on a database of
its own; the bar is 1.2 times.
"""

from __future__ import annotations

import asyncio
import base64
import os
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from kit.ids import new_id
from kit.service import Service
from notifications.app import build
from notifications.settings import Settings
from notifications.usecases.due_lanes import DueLanes
from tests.load.own_database import own_database
from zapys_dev.testing import ensure_servers

BAR = 1.2
DUE, ROOM, ACCOUNTS, ROUNDS = 400, 100, 50, 25
_FILL = text(
    """
    INSERT INTO notification (account_id, id, booking_id, location_id, kind, occasion, recipient_type, recipient_id,
        recipient_name, phone_e164, language, channel, state, planned_at, useful_until, due_at, text, parts,
        time_zone, booking_version, created_at, changed_at)
    SELECT (CAST(:accounts AS uuid[]))[1 + n % :lanes], gen_random_uuid(), gen_random_uuid(), gen_random_uuid(),
        'reminder_3h', 'x', 'client', gen_random_uuid(), 'Марія', '+380671234567', 'uk', 'sms', 'planned',
        now() + CAST(:first AS interval) + n * CAST(:step AS interval),
        now() + interval '400 days',
        now() + CAST(:first AS interval) + n * CAST(:step AS interval),
        'text', 1, 'Europe/Kyiv', 1, now(), now()
    FROM generate_series(0, :rows - 1) AS n
    """
)


async def fill(service: Service, accounts: list[UUID], rows: int, first: timedelta, step: timedelta) -> None:
    """Planned messages, `first` after now and every `step`."""
    for start in range(0, rows, 20_000):
        async with service.db.system_tx() as tx:
            await tx.execute(text("SET LOCAL statement_timeout = 0"))
            some = min(20_000, rows - start)
            values = {"accounts": accounts, "lanes": len(accounts), "rows": some}
            await tx.execute(_FILL, {**values, "first": first + start * step, "step": step})


async def claim_ms(service: Service) -> float:
    """Milliseconds to find and lock what is due, as a sender's turn does, with nothing remembered from before."""
    async with service.db.system_tx() as tx:
        began = time.perf_counter()
        found = await DueLanes().due(tx, await service.state["clock"].now(tx), frozenset(), per_lane=4, room=ROOM)
        locked = await tx.execute(
            text(
                "SELECT id FROM notification WHERE id = ANY(:ids) AND due_at <= now() AND account_id = ANY(:accounts) "
                "FOR UPDATE SKIP LOCKED"
            ),
            {"ids": [one for _, one in found], "accounts": list({account for account, _ in found})},
        )
        assert len(locked.all()) == len(found) == ROOM
        return (time.perf_counter() - began) * 1000


async def median_ms(service: Service) -> float:
    """Of several turns, after some to warm up."""
    took = [await claim_ms(service) for _ in range(ROUNDS)]
    return statistics.median(took[3:])


async def run(settings: Settings, rows: int) -> None:
    """Print both times and their ratio."""
    service = build(settings)
    accounts = [new_id() for _ in range(ACCOUNTS)]
    await fill(service, accounts, DUE, timedelta(seconds=-60), timedelta(seconds=0.1))
    await _analyze(service)
    alone = await median_ms(service)
    await fill(service, accounts, rows, timedelta(hours=1), timedelta(seconds=30))
    await _analyze(service)
    among = await median_ms(service)
    print(f"claiming {ROOM} due messages: {alone:.2f} ms alone, {among:.2f} ms among {rows} planned ones")
    print(f"{among / alone:.2f} times, bar {BAR}: {'held' if among <= BAR * alone else 'MISSED'}")
    for stop in service.on_stop:
        await stop()
    await service.db.close()


async def _analyze(service: Service) -> None:
    async with service.db.system_tx() as tx:
        await tx.execute(text("SET LOCAL statement_timeout = 0"))
        await tx.execute(text("SELECT count(*) FROM notification"))


def main() -> None:
    """A database of its own, measured and dropped."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as place, own_database(ensure_servers(), "notifications") as urls:
        folder = Path(place)
        (folder / "key").write_text(base64.b64encode(os.urandom(32)).decode())
        (folder / "token").write_text("platform-token")
        settings = Settings.model_validate(
            {
                "database_url": urls.app_url,
                "migration_database_url": urls.migration_url,
                "secrets_key_file": folder / "key",
                "platform_turbosms_token_file": folder / "token",
            }
        )
        asyncio.run(run(settings, rows))


if __name__ == "__main__":
    main()
