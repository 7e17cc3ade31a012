"""A change of message settings tried out on many bookings: `python -m tests.load.settings_change [bookings]`.

10,000 visits over two months are planned by the service's own planner. Then each of several changes is tried out and
saved, and what the dry run foretold is held against what happened to the rows. Bar: the same numbers.
"""

from __future__ import annotations

import asyncio
import base64
import os
import random
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from contracts.booking import BookingCreated
from contracts.http.notifications import NotificationSettings
from contracts.permissions import Permission
from kit.testing import Bench, Person, settled_id
from notifications.app import build
from notifications.settings import Settings
from notifications.usecases.replan import Replanner
from tests.load.own_database import own_database
from tests.load.year_of_visits import KYIV, Turn, event_of
from zapys_dev.testing import ensure_servers

NOW = datetime(2026, 3, 2, 8, tzinfo=KYIV)
TOGETHER = 100
CHANGES: list[dict[str, Any]] = [
    {"offsets": {"reminder_3h_min": 120}},
    {"offsets": {"reminder_eve_at": "22:30"}},
    {"offsets": {"reminder_eve_at": "22:30"}, "quiet_hours": {"policy": "shift_later"}},
    {"client_kinds": {"reminder_3d": False}},
    {"merge_same_day": True},
    {"quiet_hours": {"enabled": False}},
]
Plan = dict[UUID, tuple[str, datetime]]


def visits(count: int) -> list[Turn]:
    """Visits from tomorrow on, at any quarter of an hour between eight and nine in the evening."""
    chance, found = random.Random(7), []
    for number in range(count):
        day = NOW + timedelta(days=chance.randint(1, 60))
        starts_at = day.replace(hour=chance.randint(8, 20), minute=chance.choice((0, 15, 30, 45)))
        found.append(Turn(NOW, number, 1, starts_at, "created"))
    return found


async def plan(bench: Bench, account_id: UUID, count: int) -> None:
    """Let the planner hear of every visit; a third of the clients come more than once."""
    planner, clock = bench.service.state["planner"], bench.service.state["clock"]
    turns = visits(count)
    for start in range(0, count, TOGETHER):
        async with bench.service.db.tx(account_id) as tx:
            now = await clock.now(tx)
            for turn in turns[start : start + TOGETHER]:
                event = event_of(turn, None, account_id)
                assert isinstance(event, BookingCreated)
                if turn.number % 3 == 0:
                    client = event.booking.client.model_copy(update={"id": UUID(int=1 + turn.number // 3 % 500)})  # type: ignore[union-attr]
                    booking = event.booking.model_copy(update={"client": client})
                    event = event.model_copy(update={"booking": booking})
                await planner.on_event(event, event.booking, tx, now)
                await tx.flush()


async def plan_of(bench: Bench) -> Plan:
    async with bench.service.db.system_tx() as tx:
        rows = await tx.execute(text("SELECT id, state, planned_at FROM notification"))
        return {row.id: (row.state, row.planned_at) for row in rows}


def compared(before: Plan, after: Plan) -> dict[str, int]:
    """What happened to the messages that were to go, told from the rows alone."""
    was = {key: at for key, (state, at) in before.items() if state == "planned"}
    now = {key: at for key, (state, at) in after.items() if state == "planned"}
    both = was.keys() & now.keys()
    moved = sum(was[key] != now[key] for key in both)
    return {
        "moved": moved,
        "added": len(now.keys() - was.keys()),
        "dropped": len(was.keys() - now.keys()),
        "kept": len(both) - moved,
    }


async def change(bench: Bench, account_id: UUID, owner: Person, wanted: dict[str, Any]) -> bool:
    """Try out, save, compare; back to the defaults afterwards."""
    path = f"/api/v1/accounts/{account_id}/notification-settings"

    async def put(settings: dict[str, Any], query: str = "") -> Any:
        version = (await bench.http.get(path, headers=owner.headers)).json()["version"]
        body = NotificationSettings(**settings).model_dump(mode="json") | {"version": version}
        answer = await bench.http.put(path + query, headers=owner.headers, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    replanner: Replanner = bench.service.state["replanner"]
    before = await plan_of(bench)
    began = time.process_time()
    foretold = await put(wanted, "?dry_run=true")
    tried_s = time.process_time() - began
    await put(wanted)
    while await replanner.once():
        pass
    happened = compared(before, await plan_of(bench))
    shown = {name: foretold[name] for name in happened}
    print(
        f"with {wanted}: foretold {shown}, happened {happened}, {tried_s:.1f} s of processor time to try out",
        flush=True,
    )
    await put({})
    while await replanner.once():
        pass
    back = compared(before, await plan_of(bench))
    return shown == happened and back["added"] == back["dropped"] == back["moved"] == 0


async def measure(settings: Settings, count: int) -> bool:
    """Plan, then every change."""
    async with Bench(build(settings)) as bench:
        account_id = settled_id()
        bench.service.state["clock"].offset = NOW - datetime.now(KYIV)
        rights = [permission.value for permission in Permission]
        owner = await bench.make_member(account_id, rights, role="owner")
        began = time.monotonic()
        await plan(bench, account_id, count)
        states = Counter(state for state, _ in (await plan_of(bench)).values())
        print(f"{count} bookings planned in {time.monotonic() - began:.0f} s: {dict(states)}", flush=True)
        return all([await change(bench, account_id, owner, wanted) for wanted in CHANGES])


def main() -> None:
    """Print what was foretold and what happened."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as place, own_database(ensure_servers(), "notifications") as urls:
        folder = Path(place)
        (folder / "key").write_text(base64.b64encode(os.urandom(32)).decode())
        (folder / "token").write_text("platform-token")
        settings = Settings.model_validate(
            {
                "database_url": urls.app_url,
                "migration_database_url": urls.migration_url,
                "secrets_key_file": str(folder / "key"),
                "platform_turbosms_token_file": str(folder / "token"),
            }
        )
        is_kept = asyncio.run(measure(settings, count))
    print("bar, foretold as it happened:", "KEPT" if is_kept else "MISSED")
    sys.exit(not is_kept)


if __name__ == "__main__":
    main()
