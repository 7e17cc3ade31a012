"""Before the day begins: ask the providers, look at everything that would fail today, and say it in one message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from kit.db import Database, Tx
from kit.loops import each, every
from kit.texts import Texts
from notifications.clock import Clock
from notifications.domain.facts import Kind
from notifications.domain.quiet_hours import at_wall_clock
from notifications.domain.staff_news import News
from notifications.morning import Thing, things_to_fix
from notifications.rules import House, as_quiet_hours, settings_of
from notifications.situation import zone_of
from notifications.tables import AccountCopy, BookingCopy, MorningTurn, ProviderAccount
from notifications.views import manage_page

from .check_provider import Checker
from .tell_staff import Telling, tell_staff

TURN_S = 30.0
BATCH = 20
ASKED_AT_ONCE = 8
"""Accounts whose providers are asked at the same time."""
LEASE = timedelta(minutes=10)
STILL_MORNING = timedelta(hours=2)
"""A turn that was set later than this, by a new account or by other settings, is none of today's mornings."""
BEFORE_OPENING = timedelta(hours=1)
USEFUL = timedelta(hours=6)
"""A morning message that could not be written in time is left out; tomorrow is another day."""


@dataclass(frozen=True)
class Morning:
    """A loop of the worker."""

    db: Database
    clock: Clock
    checker: Checker
    texts: Texts
    house: House
    public_url: str
    part_price_minor: int

    async def run(self) -> None:
        """Look at every account's morning for ever."""
        await every(TURN_S, self.all_due)

    async def all_due(self) -> None:
        """Every account whose morning has come: at eight it comes for most of them at once."""
        while await self._some() == BATCH:
            pass

    async def _some(self) -> int:
        async with self.db.system_tx() as tx:
            now = await self.clock.now(tx)
            rows = await tx.scalars(
                select(MorningTurn)
                .where(MorningTurn.next_at <= now)
                .order_by(MorningTurn.next_at)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
            turns = [(row.account_id, row.next_at) for row in rows.all()]
            for account_id, _ in turns:
                # Whoever dies in between leaves the rest of the morning to the next turn.
                await _set_turn(tx, account_id, now + LEASE)
        due = dict(turns)
        await each("mornings", due, lambda account_id: self.look(account_id, due[account_id]), at_once=ASKED_AT_ONCE)
        return len(turns)

    async def look(self, account_id: UUID, due_at: datetime) -> None:
        """One account: ask, find, tell. Repeated after a crash it tells nothing twice."""
        async with self.db.tx(account_id) as tx:
            providers = await tx.scalars(
                select(ProviderAccount.provider).where(
                    ProviderAccount.account_id == account_id, ProviderAccount.enabled
                )
            )
            asked = list(providers.all())
        for provider in asked:
            await self.checker.check(account_id, provider)
        async with self.db.tx(account_id) as tx:
            now = await self.clock.now(tx)
            account = await tx.get(AccountCopy, account_id)
            zone = zone_of(account.time_zone if account else "Europe/Kyiv")
            today = now.astimezone(zone).date()
            due = await _morning_of(tx, account_id, today, zone)
            if due_at < due + STILL_MORNING and due <= now < due + USEFUL:
                until = at_wall_clock(today + timedelta(days=1), time(), zone)
                things = await things_to_fix(tx, account_id, self.part_price_minor, now, until)
                if things:
                    news = News(Kind.MORNING_CHECK, f"morning {today}", now, due + USEFUL, zone)
                    telling = Telling(news, lambda language: self.text(account_id, language, things))
                    await tell_staff(tx, account_id, telling, self.house, now)
            # When the next morning is depends on the visits of that day, so it is found out when the day begins.
            next_at = due if now < due else at_wall_clock(today + timedelta(days=1), time(), zone)
            await _set_turn(tx, account_id, next_at)

    def text(self, account_id: UUID, language: str, things: Sequence[Thing]) -> str:
        """All of it in one message."""
        said = " ".join(f"{number}) {self.thing(language, thing)}" for number, thing in enumerate(things, start=1))
        link = manage_page(self.public_url, account_id, "notifications")
        return self.texts.get(language, "sms.staff.morning_check", {"count": len(things), "things": said, "link": link})

    def thing(self, language: str, thing: Thing) -> str:
        """One of them, in a sentence."""
        return thing_text(self.texts, language, thing)


def thing_text(texts: Texts, language: str, thing: Thing) -> str:
    """What is wrong, in a sentence."""
    provider = texts.get(language, f"provider.{thing.provider or 'none'}")
    params = {"provider": provider, "count": thing.count}
    key = f"fiscal.{thing.code}" if thing.area == "fiscal" else f"reason.{thing.code}"
    said = texts.find(language, key, params) or texts.get(language, "fiscal.other", {"code": thing.code})
    return texts.get(language, f"morning.{thing.area}", {"said": said, "count": thing.count})


async def _morning_of(tx: Tx, account_id: UUID, day: date, zone: ZoneInfo) -> datetime:
    """When the day is looked at: at the hour the account has set, or an hour before it opens to its first visit where
    that is earlier; before the hour that was set nobody is woken in quiet hours."""
    settings = await settings_of(tx, account_id)
    chosen = at_wall_clock(day, settings.morning_check_at, zone)
    row = BookingCopy
    first: datetime | None = await tx.scalar(
        select(func.min(row.starts_at)).where(
            row.account_id == account_id, row.is_active, row.starts_at >= at_wall_clock(day, time(), zone)
        )
    )
    if first is None or first - BEFORE_OPENING >= chosen:
        return chosen
    opening = first - BEFORE_OPENING
    quiet = as_quiet_hours(settings)
    return min(chosen, quiet.end_after(opening, zone) if quiet.cover(opening, zone) else opening)


async def _set_turn(tx: Tx, account_id: UUID, next_at: datetime) -> None:
    statement = insert(MorningTurn).values(account_id=account_id, next_at=next_at)
    await tx.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_={"next_at": next_at}))


async def plan_morning(tx: Tx, account_id: UUID, now: datetime) -> None:
    """Let the loop find out when the account's next morning is; asked for again when its hour changes."""
    await _set_turn(tx, account_id, now)
