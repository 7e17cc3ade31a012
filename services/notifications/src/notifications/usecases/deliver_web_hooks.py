"""Call the web hooks: claim and commit, call, record and commit. A hook is told at least once, under one id."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import ARRAY, Uuid, bindparam, select, text, tuple_, update

from contracts.notifications import WebHookPaused
from kit.db import Database, Tx
from kit.ids import new_id
from kit.providers import CallFailed
from kit.secrets import SecretBox
from notifications.clock import Clock
from notifications.domain.web_hooks import GONE, PAUSES_AFTER, next_try, signature
from notifications.providers.public_addresses import PublicHttp
from notifications.tables import WebHook, WebHookDelivery

LEASE_S = 60
PER_HOOK = 2
ERROR_LENGTH = 300

# Of every hook only as many as it may have under way: a slow receiver with a long line keeps nobody else's waiting.
_DUE = text(
    """
    SELECT account_id, id FROM (
        SELECT account_id, id, due_at, row_number() OVER (PARTITION BY hook_id ORDER BY due_at, place) AS turn
        FROM web_hook_delivery WHERE due_at <= :now AND NOT hook_id = ANY(:full)
    ) AS waiting
    WHERE turn <= :per_hook ORDER BY turn, due_at LIMIT :room
    """
).bindparams(bindparam("full", type_=ARRAY(Uuid)))

log = structlog.get_logger("web_hooks")


@dataclass(frozen=True)
class ClaimedDelivery:
    """A delivery that this process tries now."""

    account_id: UUID
    delivery_id: UUID
    hook_id: UUID
    claim_id: UUID
    url: str
    secrets: tuple[str, ...]
    message_id: str
    body: str

    @property
    def lane(self) -> Hashable:
        """A slow receiver keeps its own slots busy."""
        return self.hook_id


@dataclass(frozen=True)
class Seen:
    """What came of one try; `status` is none where no answer came."""

    status: int | None
    error: str | None
    duration_ms: int

    @property
    def is_taken(self) -> bool:
        """Only 2xx means that the receiver has it."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True)
class WebHookSender:
    """The claiming and the working side of a pump."""

    db: Database
    clock: Clock
    http: PublicHttp
    box: SecretBox

    async def claim(self, room: int, full: frozenset[Hashable]) -> Sequence[ClaimedDelivery]:
        """Due deliveries of hooks that are active; a process that dies leaves them to be tried again after a while."""
        row = WebHookDelivery
        async with self.db.system_tx() as tx:
            now = await self.clock.now(tx)
            wanted = {"now": now, "full": list(full), "per_hook": PER_HOOK, "room": room}
            first = [(one.account_id, one.id) for one in await tx.execute(_DUE, wanted)]
            if not first:
                return []
            due = await tx.scalars(
                select(row)
                .where(tuple_(row.account_id, row.id).in_(first), row.due_at <= now)
                .order_by(row.due_at)
                .with_for_update(skip_locked=True)
            )
            deliveries = due.all()
            keys = {(delivery.account_id, delivery.hook_id) for delivery in deliveries}
            found = await tx.scalars(select(WebHook).where(tuple_(WebHook.account_id, WebHook.id).in_(keys)))
            hooks = {hook.id: hook for hook in found}
            claims = [self._claimed(delivery, hooks[delivery.hook_id], now) for delivery in deliveries]
        return [claim for claim in claims if claim is not None]

    def _claimed(self, delivery: WebHookDelivery, hook: WebHook, now: datetime) -> ClaimedDelivery | None:
        if hook.state != "active":
            delivery.due_at = None  # a hook that is taken up again takes its waiting deliveries up too
            return None
        try:
            secrets = secrets_of(hook, self.box, now)
        except ValueError:
            delivery.state, delivery.due_at, delivery.error = "failed", None, "the stored secret cannot be opened"
            return None
        delivery.claim_id, delivery.due_at = new_id(), now + timedelta(seconds=LEASE_S)
        return ClaimedDelivery(
            delivery.account_id,
            delivery.id,
            hook.id,
            delivery.claim_id,
            hook.url,
            secrets,
            delivery.message_id,
            delivery.body,
        )

    async def work(self, claim: ClaimedDelivery) -> None:
        """Call once and write down what came of it."""
        async with self.db.system_tx() as tx:
            at = await self.clock.now(tx)
        seen = await self._call(claim, at)
        async with self.db.system_tx() as tx:
            await self._record(tx, claim, seen, await self.clock.now(tx))

    async def _call(self, claim: ClaimedDelivery, at: datetime) -> Seen:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Zapys-Webhooks/1",
            "webhook-id": claim.message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signature(claim.secrets, claim.message_id, at, claim.body),
        }
        began = time.monotonic()
        try:
            answer = await self.http.post(claim.url, claim.body.encode(), headers)
        except CallFailed as failed:
            return Seen(None, failed.cause[:ERROR_LENGTH], _since(began))
        error = None if 200 <= answer.status < 300 else answer.text(ERROR_LENGTH)
        return Seen(answer.status, error, _since(began))

    async def _record(self, tx: Tx, claim: ClaimedDelivery, seen: Seen, now: datetime) -> None:
        delivery = await _locked(tx, claim)
        if delivery is None:
            return
        delivery.attempts, delivery.tried_at = delivery.attempts + 1, now
        delivery.status, delivery.error, delivery.duration_ms = seen.status, seen.error, seen.duration_ms
        delivery.due_at = None
        hook = await _hook(tx, claim)
        if seen.is_taken:
            delivery.state, delivery.delivered_at = "delivered", now
            hook.failing_since, hook.failures = None, 0
            return
        hook.failing_since, hook.failures = hook.failing_since or now, hook.failures + 1
        moment = next_try(delivery.attempts, delivery.created_at, now)
        if seen.status == GONE:
            delivery.state = "failed"
            await pause_after_failures(tx, hook, "gone", now)
        elif moment is not None:
            delivery.due_at = moment + timedelta(seconds=random.uniform(0, 0.1) * (moment - now).total_seconds())  # noqa: S311 - no secret
        else:
            delivery.state = "failed"
            if now - hook.failing_since >= PAUSES_AFTER:  # given up, and nothing else got through either
                await pause_after_failures(tx, hook, "no_answer", now)


def secrets_of(hook: WebHook, box: SecretBox, now: datetime) -> tuple[str, ...]:
    """The secrets that sign now: the present one, and for a while the former one too."""
    secrets = [box.open(hook.sealed, owner_of(hook))]
    if hook.former_sealed is not None and hook.former_until is not None and hook.former_until > now:
        secrets.append(box.open(hook.former_sealed, owner_of(hook)))
    return tuple(secrets)


def owner_of(hook: WebHook) -> str:
    """What a hook's secret is bound to."""
    return f"{hook.account_id}:web-hook:{hook.id}"


async def pause_after_failures(tx: Tx, hook: WebHook, cause: str, now: datetime) -> None:
    """No more calls until a person looks; what happens meanwhile can be read in the feed from the place kept here."""
    if hook.state != "active":
        return
    hook.state, hook.pause_cause, hook.paused_at = "paused_after_failures", cause, now
    hook.paused_at_place = await _first_untold(tx, hook)
    hook.version += 1
    row = WebHookDelivery
    of_hook = (row.account_id == hook.account_id, row.hook_id == hook.id)
    await tx.execute(update(row).where(*of_hook, row.state == "pending").values(due_at=None))
    log.warning("web hook paused", account_id=str(hook.account_id), hook_id=str(hook.id), cause=cause)
    event = WebHookPaused(
        account_id=hook.account_id, version=hook.version, hook_id=hook.id, host=_host(hook.url), cause=cause
    )
    tx.emit(event)


async def _first_untold(tx: Tx, hook: WebHook) -> int:
    """The place after which the receiver has to read on, to miss nothing."""
    row = WebHookDelivery
    first = await tx.scalars(
        select(row.place)
        .where(row.account_id == hook.account_id, row.hook_id == hook.id, row.state.in_(("pending", "failed")))
        .order_by(row.place)
        .limit(1)
    )
    return max(0, (first.first() or 1) - 1)


async def _locked(tx: Tx, claim: ClaimedDelivery) -> WebHookDelivery | None:
    """The delivery, while it is under this claim; none as well where it was dropped meanwhile, its person forgotten."""
    row = WebHookDelivery
    mine = (row.account_id == claim.account_id, row.id == claim.delivery_id, row.claim_id == claim.claim_id)
    found = await tx.scalars(select(row).where(*mine, row.state == "pending").with_for_update())
    return found.first()


async def _hook(tx: Tx, claim: ClaimedDelivery) -> WebHook:
    row = WebHook
    found = await tx.scalars(
        select(row).where(row.account_id == claim.account_id, row.id == claim.hook_id).with_for_update()
    )
    return found.one()


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)


def _host(url: str) -> str:
    return url.split("/")[2]


def parsed(body: str) -> object:
    """The body as a reader of the list of deliveries sees it; none where the person in it was forgotten."""
    return json.loads(body) if body else None
