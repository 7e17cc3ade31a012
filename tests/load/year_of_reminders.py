"""400 days of reminders with four clock changes, a scheduler that is killed again and again, and a six-hour pause.

`python -m tests.load.year_of_reminders [visits] [kills]` (10,000 and 100). A child process plays the days: it books,
moves and cancels visits by events and lets the real sender do what is due, against the AlphaSMS simulator, which knows
our numbers and so can be asked what became of a message. The parent kills it with -9 at random moments and starts
another. In the end the rows and the provider's ledger are held against what is due, worked out from the visits alone.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import aiohttp
from sqlalchemy import text

from contracts import Event, Money
from contracts.booking import (
    BookingCancelled,
    BookingCreated,
    BookingItem,
    BookingRescheduled,
    BookingState,
    ClientState,
)
from kit.ids import new_id
from kit.secrets import SecretBox
from kit.testing import Bench
from notifications.app import build
from notifications.providers.factory import owner_of
from notifications.settings import Settings
from notifications.tables import ProviderAccount
from tests.load.own_database import own_database
from tests.simulators.running import Process, Simulators
from zapys_dev.testing import ensure_servers

KYIV = ZoneInfo("Europe/Kyiv")
FIRST, DAYS = datetime(2026, 3, 1, tzinfo=KYIV), 400
"""Clock changes on 29.03.2026, 25.10.2026 and 28.03.2027; the visits reach over 31.10.2027 by `BEYOND`."""
PAUSE = (datetime(2026, 6, 10, 10, tzinfo=KYIV), datetime(2026, 6, 10, 16, tzinfo=KYIV))
SPACE = UUID("0199b0c8-5a00-7000-8000-00000000feed")
TOKEN = "year"
LATE = timedelta(minutes=14)
"""A sender that was killed leaves its message to be asked about; that takes minutes and not more."""


@dataclass(frozen=True)
class Turn:
    """Something that happens to a visit: booked, moved or cancelled, at `at`."""

    at: datetime
    number: int
    version: int
    starts_at: datetime
    kind: str


def turns_of(visits: int, seed: int = 400) -> list[Turn]:
    """What happens in those days, in order; the same for everybody who asks."""
    chance, turns = random.Random(seed), []
    for number in range(visits):
        day = (FIRST + timedelta(days=chance.randrange(DAYS))).date()
        if chance.random() < 0.05:  # crowd the days on which clocks change
            day = chance.choice(_CHANGES) + timedelta(days=chance.choice((0, 1)))
        starts_at = _wall(day, chance)
        booked = starts_at - timedelta(minutes=chance.choice((90, 600, 2_000, 5_000, 9_000)))
        turns.append(Turn(booked, number, 1, starts_at, "created"))
        change = chance.random()
        changed_at = booked + (starts_at - booked) * chance.random()
        if change < 0.15:
            moved_to = _wall((starts_at + timedelta(days=chance.randint(1, 6))).astimezone(KYIV).date(), chance)
            turns.append(Turn(changed_at, number, 2, moved_to, "moved"))
        elif change < 0.25:
            turns.append(Turn(changed_at, number, 2, starts_at, "cancelled"))
    return sorted(turns, key=lambda turn: (turn.at, turn.number, turn.version))


_CHANGES = [datetime.fromisoformat(day).date() for day in ("2026-03-29", "2026-10-25", "2027-03-28", "2027-10-31")]


def _wall(day: Any, chance: random.Random) -> datetime:
    hour, minute = chance.randrange(8, 21), chance.choice((0, 15, 30, 45))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=KYIV).astimezone(UTC)


def due_of(turns: list[Turn]) -> dict[tuple[int, str, datetime], datetime]:
    """Every reminder that must go, by visit, kind and start; worked out by hand, without the product's own rules."""
    due: dict[tuple[int, str, datetime], datetime] = {}
    by_visit: dict[int, list[Turn]] = {}
    for turn in turns:
        by_visit.setdefault(turn.number, []).append(turn)
    for number, story in by_visit.items():
        for turn, after in zip(story, [*story[1:], None], strict=True):
            if turn.kind == "cancelled":
                continue
            until = after.at if after else turn.starts_at
            eve_day = turn.starts_at.astimezone(KYIV).date() - timedelta(days=1)
            moments = {
                "reminder_3d": turn.starts_at - timedelta(hours=72),
                "reminder_eve": datetime(eve_day.year, eve_day.month, eve_day.day, 19, tzinfo=KYIV).astimezone(UTC),
                "reminder_3h": turn.starts_at - timedelta(hours=3),
            }
            for kind, at in moments.items():
                sent_at = at
                if PAUSE[0] <= at < PAUSE[1]:
                    sent_at = PAUSE[1].astimezone(UTC)  # the first moment at which anybody is there to send it
                is_night = not 7 <= at.astimezone(KYIV).hour < 21
                if turn.at <= at and sent_at < until and not is_night:
                    due[number, kind, turn.starts_at] = at
    return due


class Days:
    """The child: plays the days from where the last one was killed."""

    def __init__(self, bench: Bench, account_id: UUID, turns: list[Turn], progress: Path) -> None:
        self.bench, self.account_id, self.turns, self.progress = bench, account_id, turns, progress
        self.clock = bench.service.state["clock"]

    async def play(self) -> None:
        """To the end of the days and of everything that is due in them."""
        place = int(self.progress.read_text()) if self.progress.exists() else 0
        while True:
            at = await self._next_due()
            if at is not None and PAUSE[0] <= at < PAUSE[1]:
                at = PAUSE[1]  # nobody is there to send
            turn = self.turns[place] if place < len(self.turns) else None
            if turn is not None and (at is None or turn.at <= at):
                self._set(turn.at)
                await self.bench.deliver(event_of(turn, self.turns, self.account_id), message_id=_id("event", turn))
                place += 1
                self.progress.write_text(str(place))
            elif at is None:
                return
            else:
                self._set(at)
                await self.bench.service.state["sender"].drain()
                await self.bench.service.state["follower"].once()

    def _set(self, moment: datetime) -> None:
        self.clock.offset = moment - datetime.now(UTC)

    async def _next_due(self) -> datetime | None:
        query = (
            "SELECT least((SELECT min(due_at) FROM notification WHERE due_at IS NOT NULL),"
            " (SELECT min(leased_until) FROM notification WHERE state = 'sending'),"
            " (SELECT min(status_due_at) FROM notification WHERE state = 'unknown' AND status_due_at IS NOT NULL))"
        )
        async with self.bench.service.db.system_tx() as tx:
            found: datetime | None = (await tx.execute(text(query))).scalar()
        return found


def event_of(turn: Turn, turns: list[Turn], account_id: UUID) -> Event:
    """The event that booking would have said."""
    item = BookingItem(
        id=_id("item", turn),
        service_id=SPACE,
        service_name="Стрижка",
        staff_member_id=SPACE,
        staff_member_name="Софія",
        starts_at=turn.starts_at,
        ends_at=turn.starts_at + timedelta(hours=1),
        price=Money(amount=45_000),
    )
    phone = f"+38067{2_000_000 + turn.number * 7:07d}"
    if phone[-4:] in {"0305", "0404", *(str(fate) for fate in range(1001, 1012))}:
        phone = f"+38067{9_000_000 + turn.number % 10_000:07d}"[:-4] + "7777"
    state = BookingState(
        id=uuid5(SPACE, f"booking {turn.number}"),
        code="7KQ2MX",
        account_id=account_id,
        location_id=SPACE,
        location_name="Центр",
        time_zone="Europe/Kyiv",
        state="cancelled_by_staff" if turn.kind == "cancelled" else "confirmed",
        payment_state="unpaid",
        starts_at=turn.starts_at,
        ends_at=turn.starts_at + timedelta(hours=1),
        items=(item,),
        client=ClientState(
            id=uuid5(SPACE, f"client {turn.number}"), name="Марія", phone_e164=phone, phone_confirmed=True
        ),
        price=Money(amount=45_000),
        source="staff",
        created_at=turn.at,
    )
    common: dict[str, Any] = {"account_id": account_id, "version": turn.version, "booking": state}
    if turn.kind == "created":
        return BookingCreated(**common)
    if turn.kind == "cancelled":
        return BookingCancelled(**common, cancelled_by="client")
    before = next(one for one in turns if one.number == turn.number and one.version == turn.version - 1)
    return BookingRescheduled(
        **common,
        previous_starts_at=before.starts_at,
        previous_staff_member_ids=(SPACE,),
        rescheduled_by="client",
    )


def _id(what: str, turn: Turn) -> UUID:
    return uuid5(SPACE, f"{what} {turn.number} {turn.version}")


async def child(folder: Path) -> None:
    """Play on."""
    said = json.loads((folder / "facts.json").read_text())
    turns = turns_of(said["visits"])
    async with Bench(build(Settings.model_validate(said["settings"]))) as bench:
        await Days(bench, UUID(said["account_id"]), turns, folder / "progress").play()
    (folder / "done").touch()


async def prepare(settings: Settings, account_id: UUID) -> None:
    """An account with one provider, which can be asked about our numbers."""
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


def killed_again_and_again(folder: Path, kills: int, pace_s: tuple[float, float]) -> int:
    """Run children until the days are over; answers how many were killed."""
    chance, killed = random.Random(1), 0
    while not (folder / "done").exists():
        process = subprocess.Popen([sys.executable, "-m", "tests.load.year_of_reminders", "--child", str(folder)])
        if killed < kills:
            _wait_until_at_work(process, folder)
            time.sleep(chance.uniform(*pace_s))
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                killed += 1
        if process.wait() not in (0, -signal.SIGKILL):
            raise SystemExit("the scheduler ended by itself")
    return killed


def _wait_until_at_work(process: subprocess.Popen[bytes], folder: Path) -> None:
    progress = folder / "progress"
    before = progress.read_text() if progress.exists() else ""
    while process.poll() is None and (not progress.exists() or progress.read_text() == before):
        time.sleep(0.02)


async def verdict(settings: Settings, visits: int, simulators: Simulators) -> list[str]:
    """What is wrong, in sentences; nothing when every due reminder went once and no other went at all."""
    turns = turns_of(visits)
    due = due_of(turns)
    number_of = {uuid5(SPACE, f"booking {number}"): number for number in range(visits)}
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
    taken = await simulators.ledger("alphasms", account=TOKEN)
    doubled = [number for number, count in Counter(str(one["id"]) for one in taken).items() if count > 1]
    wrong += [f"doubled at the provider: {number}" for number in doubled]
    if len(taken) != len(gone):
        wrong.append(f"the provider took {len(taken)} and {len(gone)} are sent")
    print(f"{visits} visits, {len(turns)} events, {len(due)} reminders due, {len(gone)} sent, {len(taken)} taken")
    return wrong


def run(visits: int, kills: int, pace_s: tuple[float, float] = (0.2, 2.5)) -> list[str]:
    """The whole of it; answers what is wrong."""
    process = Process()
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
            account_id = new_id()
            facts = {"visits": visits, "account_id": str(account_id), "settings": said}
            (folder / "facts.json").write_text(json.dumps(facts))
            return asyncio.run(
                _played(process, Settings.model_validate(said), account_id, folder, visits, kills, pace_s)
            )
    finally:
        process.stop()


async def _played(
    process: Process,
    settings: Settings,
    account_id: UUID,
    folder: Path,
    visits: int,
    kills: int,
    pace_s: tuple[float, float],
) -> list[str]:
    await process.answers()
    async with aiohttp.ClientSession() as session:
        simulators = Simulators(process.base_url, process.smtp_port, session)
        await simulators.put(f"/accounts/alphasms/{TOKEN}", {"senders": ["Salon"], "balance": 10_000_000})
        await prepare(settings, account_id)
        began = time.monotonic()
        killed = await asyncio.to_thread(killed_again_and_again, folder, kills, pace_s)
        wrong = await verdict(settings, visits, simulators)
        print(f"{killed} kills, {time.monotonic() - began:.0f} s")
        return wrong


def main() -> None:
    """Play, judge, print."""
    if "--child" in sys.argv:
        asyncio.run(child(Path(sys.argv[-1])))
        return
    visits, kills = (int(word) for word in (*sys.argv[1:3], "10000", "100")[:2]) if len(sys.argv) > 2 else (10_000, 100)
    wrong = run(visits, kills)
    print("\n".join(wrong[:20]) or "every due reminder once; none past, none cancelled, none in quiet hours, none late")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
