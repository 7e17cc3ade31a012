"""Follow what becomes of messages: ask the provider about those without an end, and look up those of unknown fate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select, tuple_

from kit.db import Database, Tx
from kit.loops import each, every
from kit.wakeups import notify
from notifications.clock import Clock
from notifications.domain.delivery import (
    LONGEST_LIFE_S,
    LOOK_UP_GAP_S,
    next_look_up_s,
    next_poll_s,
    step,
)
from notifications.domain.outcomes import Unknown
from notifications.domain.routing import INTEGRICA
from notifications.providers.factory import Providers
from notifications.providers.protocol import StatusSeen
from notifications.said import say
from notifications.tables import NotificationRow, ProviderAccount

from . import keep_balance
from .leave_unknown import MISSED_AT, without_miss
from .take_reply import Incoming, keep_reply
from .write_decisions import DUE_CHANNEL

BATCH = 500
TAKEN_TOGETHER = 50
TURN_S = 2.0
ASKED_AT_ONCE = 8
"""Accounts whose providers are asked at the same time: one that does not answer holds up its own account alone."""

log = structlog.get_logger("delivery")


@dataclass(frozen=True)
class Follower:
    """A loop of the worker."""

    db: Database
    clock: Clock
    providers: Providers

    async def run(self) -> None:
        """Follow for ever."""
        await every(TURN_S, self.once)

    async def once(self) -> None:
        """Ask about those whose turn it is, an account at a time."""
        groups: dict[tuple[UUID, str], list[NotificationRow]] = defaultdict(list)
        for row in await self._due():
            groups[row.account_id, row.provider or ""].append(row)
        await each("delivery", groups, lambda whose: self._ask(*whose, groups[whose]), at_once=ASKED_AT_ONCE)

    async def _due(self) -> Sequence[NotificationRow]:
        async with self.db.system_tx() as tx:
            now = await self.clock.now(tx)
            rows = (
                await tx.scalars(
                    select(NotificationRow)
                    .where(NotificationRow.status_due_at <= now)
                    .order_by(NotificationRow.status_due_at)
                    .limit(BATCH)
                    .with_for_update(skip_locked=True)
                )
            ).all()
            for row in rows:
                row.status_asked += 1
                pause = next_look_up_s if row.state == "unknown" else next_poll_s
                is_old = row.created_at < now - timedelta(seconds=LONGEST_LIFE_S)
                row.status_due_at = None if is_old else now + timedelta(seconds=pause(row.status_asked))
            return rows

    async def _ask(self, account_id: UUID, provider: str, rows: Sequence[NotificationRow]) -> None:
        async with self.db.system_tx() as tx:
            account = await tx.get(ProviderAccount, (account_id, provider))
        if account is None:
            return
        try:
            client = self.providers.of(account)
        except (ValueError, KeyError):
            return
        handed_over = {row.provider_message_id: row for row in rows if row.provider_message_id}
        seen = await client.statuses(list(handed_over)) if handed_over else {}
        news = [(handed_over[message_id], status) for message_id, status in seen.items() if message_id in handed_over]
        for start in range(0, len(news), TAKEN_TOGETHER):
            await self._take_all(news[start : start + TAKEN_TOGETHER])
        for row in rows:
            if row.state == "unknown" and not row.provider_message_id:
                found = await client.look_up(row.own_number)
                if isinstance(found, StatusSeen):
                    await self._take(row, found, message_id=str(row.own_number))
                elif not isinstance(found, Unknown):
                    await self._missed(row)

    async def _take_all(self, news: Sequence[tuple[NotificationRow, StatusSeen]]) -> None:
        async with self.db.system_tx() as tx:
            now = await self.clock.now(tx)
            keys = [(row.account_id, row.id) for row, _ in news]
            row_of = NotificationRow
            locked = await tx.scalars(
                select(row_of)
                .where(tuple_(row_of.account_id, row_of.id).in_(keys))
                .order_by(row_of.account_id, row_of.id)
                .with_for_update()
            )
            fresh = {row.id: row for row in locked}
            for row, status in news:
                if row.id in fresh:
                    await take_status(tx, fresh[row.id], status, now)
                    await self._take_replies(tx, fresh[row.id], status, now)

    async def _take_replies(self, tx: Tx, row: NotificationRow, status: StatusSeen, now: datetime) -> None:
        for place, said in enumerate(status.replies):
            incoming = Incoming(row.provider or "", f"{row.own_number}:{place}", row.phone_e164 or "", said, now)
            await keep_reply(tx, row.account_id, incoming, now, about=row)
        if status.replies:
            row.status_due_at = None

    async def _take(self, row: NotificationRow, status: StatusSeen, message_id: str | None = None) -> None:
        async with self.db.system_tx() as tx:
            now = await self.clock.now(tx)
            fresh = await lock_message(tx, row.account_id, row.id)
            if message_id is not None and fresh.state == "unknown" and fresh.provider_message_id is None:
                fresh.provider_message_id = message_id
            await take_status(tx, fresh, status, now)

    async def _missed(self, row: NotificationRow) -> None:
        """The provider has no such message. Said twice, well apart, it is true, and the message may go again under
        the same number."""
        async with self.db.system_tx() as tx:
            now = await self.clock.now(tx)
            fresh = await lock_message(tx, row.account_id, row.id)
            if fresh.state != "unknown":
                return
            first = fresh.facts.get(MISSED_AT)
            if first is None:
                fresh.facts = {**fresh.facts, MISSED_AT: now.isoformat()}
                return
            if now - datetime.fromisoformat(first) < timedelta(seconds=LOOK_UP_GAP_S):
                return
            if fresh.claim_id is not None:
                await keep_balance.release(tx, fresh.account_id, fresh.claim_id, now)
            fresh.facts = without_miss(fresh.facts)
            fresh.state, fresh.reason_code, fresh.due_at, fresh.status_due_at = "planned", None, now, None
            fresh.version, fresh.changed_at = fresh.version + 1, now
            await notify(tx, DUE_CHANNEL)


async def lock_message(tx: Tx, account_id: UUID, notification_id: UUID) -> NotificationRow:
    """The present state of a message, locked."""
    row = NotificationRow
    found = await tx.scalars(
        select(row).where(row.account_id == account_id, row.id == notification_id).with_for_update()
    )
    return found.one()


async def take_status(tx: Tx, row: NotificationRow, status: StatusSeen, now: datetime) -> None:
    """Merge news about a message into it, only forward."""
    row.provider_status = status.said
    moved = step(row.state, status.delivery, was_handed_over=row.provider_message_id is not None)
    if moved is None:
        return
    if row.claim_id is not None and row.state == "unknown" and row.provider == INTEGRICA:
        # It was there after all: what was set aside for it is spent.
        await keep_balance.settle(tx, row.account_id, row.claim_id, now)
    row.state, row.reason_code, row.reason_params = moved.state, moved.reason, {}
    row.leased_until = None
    row.version, row.changed_at = row.version + 1, now
    if moved.state == "delivered":
        row.delivered_at = now
    if moved.state in ("delivered", "failed"):
        row.status_due_at = None
        row.provider_error = status.said if moved.state == "failed" else None
    row.sent_at = row.sent_at or now
    say(tx, row)
