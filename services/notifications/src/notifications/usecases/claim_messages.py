"""Claim what is due, one transaction, nothing remote in it: choose the provider, set the money aside, mark it ours.

Whatever a sender that died had claimed is of unknown fate and never simply planned again (docs/adr/0020).
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ARRAY, Text, Uuid, bindparam, select, text, tuple_

from kit.db import Database, Tx
from kit.ids import new_id
from notifications.clock import Clock
from notifications.domain.carriers import VOICE_PROVIDERS, Channel
from notifications.domain.facts import OF_SMS_ITSELF, Kind
from notifications.domain.quiet_hours import QuietHours
from notifications.domain.reasons import Reason
from notifications.domain.routing import INTEGRICA, Hold, Route, choose, pause_s
from notifications.pace import Pace
from notifications.rules import as_quiet_hours, as_settings
from notifications.said import say
from notifications.situation import zone_of
from notifications.tables import NotificationRow, ProviderAccount, SettingsRow

from .brake_spending import WAIT, Brake, Verdict
from .due_lanes import DueLanes
from .keep_balance import reserve
from .last_look import Look, last_looks
from .leave_unknown import leave_orphans_unknown

log = structlog.get_logger("sender")

PER_ACCOUNT = 8
"""So many of an account may be under way, and so many at most are of unknown fate when a sender dies."""


@dataclass(frozen=True)
class ClaimedMessage:
    """A message that this process alone may hand over now."""

    account_id: UUID
    notification_id: UUID
    claim_id: UUID
    number: int
    channel: str
    address: str
    text: str
    provider: ProviderAccount
    created_at: datetime
    claimed_at: datetime
    useful_until: datetime
    trace: dict[str, str]
    kind: str = ""
    recipient_type: str = "client"
    language: str = "uk"
    recipient_id: UUID | None = None

    @property
    def lane(self) -> Hashable:
        """An account's messages share the account's few slots."""
        return self.account_id

    @property
    def is_paid_here(self) -> bool:
        """Whether money of the prepaid balance was set aside for it."""
        return self.provider.provider == INTEGRICA and self.provider.kind != PLATFORM

    @property
    def pace_lane(self) -> Hashable:
        """Whose rate it counts against: behind the own balance of all accounts stands one account."""
        return pace_lane(self.provider)


def pace_lane(provider: ProviderAccount) -> Hashable:
    """The account at the provider that is really called."""
    if provider.provider == INTEGRICA or provider.kind == PLATFORM:
        return provider.provider
    return provider.account_id, provider.provider


PLATFORM = "platform"
"""The kind of what carries mail, Telegram, web push and alarms about SMS: nothing of the account's, so nothing of it
is stored, stopped or paid."""


# A row and its attempt in one statement for all that a turn claims: one by one they would cost more than sending.
_CLAIMED = text(
    """
    WITH claimed AS (
        UPDATE notification AS n
        SET state = 'sending', reason_code = NULL, reason_params = '{}', due_at = NULL, trial_of = NULL,
            provider = mine.provider, claim_id = mine.claim_id, attempts = n.attempts + 1,
            leased_until = :leased_until, version = n.version + 1, changed_at = :now
        FROM unnest(
            CAST(:accounts AS uuid[]), CAST(:ids AS uuid[]), CAST(:claims AS uuid[]), CAST(:providers AS text[])
        ) AS mine(account_id, id, claim_id, provider)
        WHERE n.account_id = mine.account_id AND n.id = mine.id
        RETURNING n.account_id, n.id, n.claim_id, n.attempts, n.provider
    )
    INSERT INTO delivery_attempt (account_id, id, notification_id, number, provider, started_at, outcome)
    SELECT account_id, claim_id, id, attempts, provider, :now, 'running' FROM claimed
    """
).bindparams(
    bindparam("accounts", type_=ARRAY(Uuid)),
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("claims", type_=ARRAY(Uuid)),
    bindparam("providers", type_=ARRAY(Text)),
)

LOOK_FOR_ORPHANS_EVERY = timedelta(seconds=1)
"""Messages of a sender that died wait for the end of their lease anyway; a second more is nothing to them."""


@dataclass
class Turn:
    """Comes once in a while, the first time at once."""

    every: timedelta
    _last: datetime | None = None

    def has_come(self, now: datetime) -> bool:
        """Whether it is time again; then the next time is later."""
        if self._last is not None and self._last <= now < self._last + self.every:
            return False
        self._last = now
        return True


@dataclass(frozen=True)
class Claims:
    """Takes due messages; `wake` is set when a lane that had to rest may be used again."""

    db: Database
    clock: Clock
    lease_s: float
    part_price_minor: int
    pace: Pace = field(default_factory=lambda: Pace(100.0))
    wake: asyncio.Event | None = None
    lanes: DueLanes = field(default_factory=DueLanes)
    orphans: Turn = field(default_factory=lambda: Turn(LOOK_FOR_ORPHANS_EVERY))
    quiet_hours: dict[tuple[UUID, int], QuietHours] = field(default_factory=dict)
    """By account and version of its settings: reading them costs more than looking them up."""

    async def take(self, room: int, full: frozenset[Hashable]) -> Sequence[ClaimedMessage]:
        """Up to `room` messages, none of accounts whose slots are full."""
        if self.lanes.is_waiting(full, self.wake):
            return []
        while (claims := await self._turn(room, full)) == []:
            pass  # all that was due could not go, and there is more
        return claims or []

    async def _turn(self, room: int, full: frozenset[Hashable]) -> list[ClaimedMessage] | None:
        """What one transaction claims; none when nothing is due."""
        async with self.db.system_tx() as tx:
            now = await self.clock.now(tx)
            if self.orphans.has_come(now):
                await leave_orphans_unknown(tx, now)
            keys = await self.lanes.due(tx, now, full, per_lane=PER_ACCOUNT, room=room)
            if not keys:
                return None
            rows = await tx.scalars(
                select(NotificationRow)
                .where(tuple_(NotificationRow.account_id, NotificationRow.id).in_(keys), NotificationRow.due_at <= now)
                .order_by(NotificationRow.due_at, NotificationRow.useful_until)
                .with_for_update(skip_locked=True)
            )
            locked = rows.all()
            if not locked:
                return None  # another sender is at them
            turn = _Turn(tx, now, self)
            return await turn.take_all(locked)


@dataclass
class _Turn:
    """One claiming transaction, with what it has read of each account."""

    tx: Tx
    now: datetime
    settings: Claims
    _providers: dict[UUID, Sequence[ProviderAccount]] = field(default_factory=dict)
    _quiet: dict[UUID, QuietHours] = field(default_factory=dict)

    async def take_all(self, rows: Sequence[NotificationRow]) -> list[ClaimedMessage]:
        alive = [row for row in rows if not self._is_over(row)]
        looks = await last_looks(self.tx, alive) if alive else {}
        alive.sort(key=lambda row: row.account_id)  # in the order in which everybody locks balances
        taken = [await self._take(row, looks[row.id]) for row in alive]
        claims = [claim for claim in taken if claim is not None]
        if claims:
            await self._write(claims)
        return claims

    async def _write(self, claims: Sequence[ClaimedMessage]) -> None:
        written = {
            "accounts": [claim.account_id for claim in claims],
            "ids": [claim.notification_id for claim in claims],
            "claims": [claim.claim_id for claim in claims],
            "providers": [claim.provider.provider for claim in claims],
            "leased_until": self.now + timedelta(seconds=self.settings.lease_s),
            "now": self.now,
        }
        await self.tx.execute(_CLAIMED, written)

    def _is_over(self, row: NotificationRow) -> bool:
        if row.useful_until > self.now:
            return False
        self._end(row, "expired", Reason.EXPIRED)
        return True

    async def _take(self, row: NotificationRow, look: Look) -> ClaimedMessage | None:
        if look.reason is not None:
            self._end(row, "suppressed", look.reason)
            return None
        if self.settings.lanes.rests(row.account_id) or not await self._may_go_now(row):
            return None
        return await self._route(row, look.address)

    async def _may_go_now(self, row: NotificationRow) -> bool:
        """A message that comes late into quiet hours waits for their end, if it is still useful then."""
        quiet = await self._quiet_hours(row.account_id)
        zone = zone_of(row.time_zone)
        if row.kind == Kind.REPORT or not quiet.cover(self.now, zone):  # a mailed file wakes nobody
            return True
        morning = quiet.end_after(self.now, zone)
        if morning >= row.useful_until:
            shown = f"{self.now.astimezone(zone):%H:%M}"
            params = {"time": shown, "starts": f"{quiet.starts:%H:%M}", "ends": f"{quiet.ends:%H:%M}"}
            self._end(row, "expired", Reason.QUIET_HOURS, params)
        else:
            row.due_at = morning
        return False

    async def _route(self, row: NotificationRow, address: str) -> ClaimedMessage | None:
        accounts = await self._providers_for(row)
        claim_id = new_id()
        tried = list(row.providers_tried)
        unpaid: set[str] = set()
        while True:
            routes = [Route(a.provider, a.state, a.provider not in unpaid) for a in accounts]
            chosen = choose(routes, tried, row.trial_of)
            if isinstance(chosen, Hold):
                self._hold(row, chosen)
                return None
            account = next(account for account in accounts if account.provider == chosen.provider)
            if self._must_rest(row, account):
                return None
            if account.kind == PLATFORM:
                return self._claim(row, account, claim_id, address)
            verdict, cap = await self._brake.judge(row, on_own_balance=chosen.provider == INTEGRICA)
            if verdict is Verdict.OVER:
                self._end(row, "suppressed", Reason.DAILY_LIMIT, {"limit": cap})
                return None
            if verdict is Verdict.WAIT:
                row.due_at = self.now + WAIT
                return None
            if verdict is not Verdict.RESERVED:
                if chosen.provider != INTEGRICA or await self._pay(row, claim_id):
                    return self._claim(row, account, claim_id, address)
                if verdict is Verdict.GO:
                    await self._brake.give_back(row)
            unpaid.add(chosen.provider)

    @property
    def _brake(self) -> Brake:
        return Brake(self.tx, self.now, self.settings.part_price_minor)

    def _must_rest(self, row: NotificationRow, account: ProviderAccount) -> bool:
        """Whether the provider wants nothing now: then the account's messages stay as they are for that while."""
        wait_s = self.settings.pace.wait_s(pace_lane(account))
        if wait_s > 0:
            if account.kind == PLATFORM:
                # What all accounts share keeps back its own messages alone: their SMS need not wait for a chat.
                row.due_at = self.now + timedelta(seconds=wait_s)
            else:
                self.settings.lanes.let_rest(row.account_id, wait_s, self.settings.wake)
        return wait_s > 0

    async def _pay(self, row: NotificationRow, claim_id: UUID) -> bool:
        price = (row.parts or 1) * self.settings.part_price_minor
        return await reserve(self.tx, row.account_id, price, claim_id, row.id, self.now)

    def _claim(self, row: NotificationRow, account: ProviderAccount, claim_id: UUID, address: str) -> ClaimedMessage:
        assert row.text is not None
        return ClaimedMessage(
            account_id=row.account_id,
            notification_id=row.id,
            claim_id=claim_id,
            number=row.own_number,
            channel=row.channel,
            address=address,
            text=row.text,
            provider=account,
            created_at=row.created_at,
            claimed_at=self.now,
            useful_until=row.useful_until,
            trace=row.trace,
            kind=row.kind,
            recipient_type=row.recipient_type,
            language=row.language,
            recipient_id=row.recipient_id,
        )

    def _hold(self, row: NotificationRow, hold: Hold) -> None:
        is_news = (row.state, row.reason_code) != ("held", hold.reason)
        row.state, row.reason_code, row.reason_params = "held", hold.reason, {}
        row.provider = hold.provider
        row.due_at = self.now + timedelta(seconds=pause_s(row.attempts)) if hold.retries else None
        row.providers_tried, row.trial_of = [], None
        if is_news:
            row.version, row.changed_at = row.version + 1, self.now
            say(self.tx, row)

    def _end(self, row: NotificationRow, state: str, reason: Reason, params: dict[str, Any] | None = None) -> None:
        row.state, row.reason_code, row.reason_params, row.due_at = state, reason, params or {}, None
        row.version, row.changed_at = row.version + 1, self.now
        say(self.tx, row)

    async def _providers_for(self, row: NotificationRow) -> Sequence[ProviderAccount]:
        try:
            channel = Channel(row.channel)
        except ValueError:
            return ()
        if channel.platform_provider is not None:
            return [platform_carrier(row.account_id, channel.platform_provider)]
        if row.kind in OF_SMS_ITSELF:
            return [platform_carrier(row.account_id, INTEGRICA)]
        accounts = await self._providers_of(row.account_id)
        if channel is Channel.VOICE:
            return [account for account in accounts if account.provider in VOICE_PROVIDERS]
        return accounts

    async def _providers_of(self, account_id: UUID) -> Sequence[ProviderAccount]:
        if account_id not in self._providers:
            rows = await self.tx.scalars(
                select(ProviderAccount)
                .where(ProviderAccount.account_id == account_id, ProviderAccount.enabled)
                .order_by(ProviderAccount.position, ProviderAccount.provider)
            )
            self._providers[account_id] = rows.all()
        return self._providers[account_id]

    async def _quiet_hours(self, account_id: UUID) -> QuietHours:
        if account_id not in self._quiet:
            version = await self.tx.scalar(select(SettingsRow.version).where(SettingsRow.account_id == account_id))
            key = (account_id, version or 0)
            remembered = self.settings.quiet_hours
            if key not in remembered:
                if len(remembered) > 10_000:
                    remembered.clear()
                remembered[key] = as_quiet_hours(as_settings(await self.tx.get(SettingsRow, account_id)))
            self._quiet[account_id] = remembered[key]
        return self._quiet[account_id]


def platform_carrier(account_id: UUID, provider: str) -> ProviderAccount:
    """What carries a channel of the platform; it is never stored, stopped or paid."""
    return ProviderAccount(
        account_id=account_id,
        provider=provider,
        kind=PLATFORM,
        sender_name="",
        position=1,
        enabled=True,
        state="ok",
        failures=0,
        callback_token="",
        version=0,
    )
