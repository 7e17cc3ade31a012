"""400 days of reminders with four clock changes, a scheduler that is killed again and again, and a six-hour pause.

`python -m tests.load.year_of_reminders [visits] [kills]` (10,000 and 100; about a quarter of an hour). A child process
plays the days: it books, moves and cancels visits by events and lets the real sender do what is due, against the
AlphaSMS simulator, which knows our numbers and so can be asked what became of a message. The clock goes from each
moment at which something is due straight to the next. The parent kills the child with -9 at random moments, spread
over the days, and forks another. In the end the rows and the provider's ledger are held against what is due, worked
out from the visits alone.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import aiohttp
import asyncpg
import structlog
from sqlalchemy import text

from kit.ids import new_id
from kit.secrets import SecretBox
from kit.testing import Bench
from notifications.app import build
from notifications.providers.factory import owner_of
from notifications.settings import Settings
from notifications.tables import ProviderAccount
from tests.load.own_database import own_database
from tests.load.year_of_visits import KYIV, PAUSE, SPACE, Turn, due_of, event_of, id_of, turns_of
from tests.simulators.running import Process, Simulators
from zapys_dev.testing import ensure_servers

TOKEN = "year"
LATE = timedelta(minutes=14)
"""A sender that was killed leaves its message to be asked about; that takes minutes and not more."""
FOLLOWED = timedelta(hours=12)
"""So often deliveries are asked about; messages of unknown fate at the moment each of them is due to be."""
KILLED_WITHIN_S = 0.25
"""A child that has come to the place of its end lives on for a moment, which may be any."""
TELL_EVERY_S = 10.0

_DUE = (
    "SELECT least((SELECT min(due_at) FROM notification WHERE due_at IS NOT NULL),"
    " (SELECT min(leased_until) FROM notification WHERE state = 'sending'),"
    " (SELECT min(status_due_at) FROM notification WHERE state = 'unknown' AND status_due_at IS NOT NULL)),"
    " EXISTS (SELECT FROM notification WHERE state = 'unknown')"
)


class Progress:
    """How far the days are played, where a child that is killed leaves it: a line of fixed length, written at once."""

    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / "progress", os.O_RDWR | os.O_CREAT)

    def write(self, turns: int, messages: int) -> None:
        """So many turns are taken for good and so many messages were claimed."""
        os.pwrite(self._file, b"%09d %09d" % (turns, messages), 0)

    def read(self) -> tuple[int, int]:
        """Turns and messages."""
        turns, _, messages = os.pread(self._file, 19, 0).partition(b" ")
        return int(turns or 0), int(messages or 0)


@dataclass(frozen=True)
class Days:
    """The child: plays the days from where the last one was killed."""

    bench: Bench
    account_id: UUID
    turns: Sequence[Turn]
    progress: Progress
    looks: asyncpg.Connection[Any]

    async def play(self) -> None:
        """To the end of the days and of everything that is due in them."""
        state = self.bench.service.state
        taken, messages = self.progress.read()
        stories = {(turn.number, turn.version): turn for turn in self.turns}
        followed_at = self.turns[0].at
        while True:
            at, is_any_unknown = await self._next_due()
            if at is not None and PAUSE[0] <= at < PAUSE[1]:
                at = PAUSE[1]  # nobody is there to send
            turn = self.turns[taken] if taken < len(self.turns) else None
            if turn is not None and (at is None or turn.at <= at):
                self._set(turn.at)
                event = event_of(turn, stories.get((turn.number, turn.version - 1)), self.account_id)
                await self.bench.deliver(event, message_id=id_of("event", turn))
                taken += 1
            elif at is None:
                return
            else:
                self._set(at)
                messages += await state["sender"].drain()
                if is_any_unknown or at >= followed_at + FOLLOWED:
                    await state["follower"].once()
                    followed_at = at
            self.progress.write(taken, messages)

    def _set(self, moment: datetime) -> None:
        self.bench.service.state["clock"].offset = moment - datetime.now(UTC)

    async def _next_due(self) -> tuple[datetime | None, bool]:
        """The next moment at which the sender or the follower has something to do, and whether a fate is unknown."""
        at, is_any_unknown = (await self.looks.fetchrow(_DUE)) or (None, False)
        return at, is_any_unknown


def child(folder: Path) -> None:
    """Play on, in a process of its own."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    said = json.loads((folder / "facts.json").read_text())
    settings = Settings.model_validate(said["settings"])

    async def play() -> None:
        looks = await asyncpg.connect(settings.database_url.get_secret_value().replace("+asyncpg", ""))
        await looks.execute("SET ROLE notifications_system")
        async with Bench(build(settings)) as bench:
            await Days(bench, UUID(said["account_id"]), turns_of(said["visits"]), Progress(folder), looks).play()
        await looks.close()

    asyncio.run(play())
    (folder / "done").touch()


async def prepare(process: Process, settings: Settings, account_id: UUID) -> None:
    """An account with one provider, which can be asked about our numbers."""
    await process.answers()
    async with aiohttp.ClientSession() as session:
        simulators = Simulators(process.base_url, process.smtp_port, session)
        await simulators.put(f"/accounts/alphasms/{TOKEN}", {"senders": ["Salon"], "balance": 10_000_000})
    service = build(settings)
    row = ProviderAccount(account_id=account_id, provider="alphasms", kind="api-key", sender_name="Salon", position=1)
    row.enabled, row.state, row.callback_token, row.version = True, "ok", "year", 1
    assert settings.secrets_key_file is not None
    row.sealed = SecretBox(settings.secrets_key_file.read_bytes()).seal(json.dumps({"key": TOKEN}), owner_of(row))
    async with service.db.system_tx() as tx:
        tx.add(row)
    for stop in service.on_stop:
        await stop()
    await service.db.close()


def killed_again_and_again(folder: Path, turns: int, kills: int) -> int:
    """Run children until the days are over; answers how many were killed.

    They are forked from this process, which has no threads and no connections: nothing is imported anew.
    """
    chance, killed, progress = random.Random(1), 0, Progress(folder)
    fork = multiprocessing.get_context("fork")
    places = sorted(chance.sample(range(1, turns), kills))
    began = told = time.monotonic()
    while not (folder / "done").exists():
        process = fork.Process(target=child, args=(folder,))
        process.start()
        at_place: float | None = None
        while process.is_alive():
            process.join(0.01)
            taken, messages = progress.read()
            now = time.monotonic()
            if now - told >= TELL_EVERY_S:
                told = now
                print(
                    f"{taken} of {turns} events, {messages} messages, {killed} kills, {now - began:.0f} s", flush=True
                )
            if places and taken >= places[0]:
                at_place = at_place or now + chance.uniform(0, KILLED_WITHIN_S)
            if at_place is not None and now >= at_place and process.is_alive():
                process.kill()
                process.join()
                places.pop(0)
                killed += 1
                break
        else:
            if process.exitcode != 0:
                raise SystemExit("the scheduler ended by itself")
    return killed


async def verdict(settings: Settings, turns: list[Turn], process: Process) -> list[str]:
    """What is wrong, in sentences; nothing when every due reminder went once and no other went at all."""
    due = due_of(turns)
    number_of = {uuid5(SPACE, f"booking {turn.number}"): turn.number for turn in turns}
    service = build(settings)
    async with service.db.system_tx() as tx:
        rows = (
            await tx.execute(
                text(
                    "SELECT booking_id, kind, state, useful_until, planned_at, sent_at, own_number FROM notification "
                    "WHERE recipient_type = 'client' AND kind LIKE 'reminder%'"
                )
            )
        ).all()
    for stop in service.on_stop:
        await stop()
    await service.db.close()
    wrong: list[str] = []
    gone = {
        (number_of[row.booking_id], row.kind, row.useful_until): row
        for row in rows
        if row.state in ("sent", "delivered")
    }
    wrong += [f"due and not sent: {key}" for key in due.keys() - gone.keys()]
    wrong += [f"sent and not due: {key}" for key in gone.keys() - due.keys()]
    for key, row in gone.items():
        shown = row.sent_at.astimezone(KYIV)
        late = row.sent_at - due.get(key, row.sent_at)
        in_pause = PAUSE[0] <= row.planned_at < PAUSE[1]
        if not 7 <= shown.hour < 21:
            wrong.append(f"sent in quiet hours: {key} at {shown}")
        if row.sent_at >= row.useful_until:
            wrong.append(f"sent for a past visit: {key}")
        if row.planned_at != due.get(key) or (late > LATE and not in_pause):
            wrong.append(f"not at its time: {key}, {late} late")
    async with aiohttp.ClientSession() as session:
        simulators = Simulators(process.base_url, process.smtp_port, session)
        taken = Counter(str(one["id"]) for one in await simulators.ledger("alphasms", account=TOKEN))
    wrong += [f"doubled at the provider: {number}" for number, count in taken.items() if count > 1]
    wrong += [
        f"taken and not sent: {number}" for number in taken.keys() - {str(row.own_number) for row in gone.values()}
    ]
    if taken.total() != len(gone):
        wrong.append(f"the provider took {taken.total()} and {len(gone)} are sent")
    asked = sum(row.sent_at > due.get(key, row.sent_at) + timedelta(minutes=1) for key, row in gone.items())
    paused = sum(PAUSE[0] <= row.planned_at < PAUSE[1] for row in gone.values())
    print(f"{len(number_of)} visits, {len(turns)} events, {len(due)} reminders due")
    print(f"{len(gone)} sent, {taken.total()} taken by the provider")
    print(f"{paused} waited for the end of the pause, {asked} more than a minute later than planned")
    return wrong


def run(visits: int, kills: int) -> list[str]:
    """The whole of it; answers what is wrong."""
    process, began = Process(), time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as place, own_database(ensure_servers(), "notifications") as urls:
            folder = Path(place)
            (folder / "key").write_text(base64.b64encode(os.urandom(32)).decode())
            (folder / "token").write_text("platform-token")
            said = {
                "database_url": urls.app_url,
                "migration_database_url": urls.migration_url,
                "secrets_key_file": str(folder / "key"),
                "platform_turbosms_token_file": str(folder / "token"),
                "turbosms_url": f"{process.base_url}/turbosms",
                "alphasms_url": f"{process.base_url}/alphasms",
                "smtp_port": process.smtp_port,
                "sends_per_second": 1000,
            }
            account_id, turns = new_id(), turns_of(visits)
            facts = {"visits": visits, "account_id": str(account_id), "settings": said}
            (folder / "facts.json").write_text(json.dumps(facts))
            settings = Settings.model_validate(said)
            asyncio.run(prepare(process, settings, account_id))
            killed = killed_again_and_again(folder, len(turns), kills)
            wrong = asyncio.run(verdict(settings, turns, process))
            print(f"{killed} kills, {time.monotonic() - began:.0f} s")
            return wrong
    finally:
        process.stop()


def main() -> None:
    """Play, judge, print."""
    visits, kills = (int(word) for word in (*sys.argv[1:3], "10000", "100")[:2]) if len(sys.argv) > 2 else (10_000, 100)
    wrong = run(visits, kills)
    print("\n".join(wrong[:20]) or "every due reminder once; none past, none cancelled, none in quiet hours, none late")
    print("KEPT" if not wrong else "MISSED")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
