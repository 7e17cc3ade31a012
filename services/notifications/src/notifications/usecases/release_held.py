"""Providers that are stopped and cured, and the messages that wait for it: the still useful ones go, once each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from contracts.notifications import ProviderStopped
from kit.db import Database, Tx
from kit.loops import each, every
from kit.wakeups import notify
from notifications.clock import Clock
from notifications.domain.reasons import Reason
from notifications.said import say
from notifications.tables import HeldRelease, NotificationRow, ProviderAccount

from .write_decisions import DUE_CHANNEL

log = structlog.get_logger("providers")

_PROBE_S = {
    Reason.INSUFFICIENT_BALANCE: 60,
    Reason.PROVIDER_UNAVAILABLE: 30,
    Reason.PROVIDER_UNAUTHORIZED: 300,
    Reason.SENDER_NOT_REGISTERED: 300,
}
"""How often a stopped provider is looked at; what a person cures by saving settings is cured at once."""


ENDED_TOGETHER = 500
LET_GO_TOGETHER = 1000
TURN_S = 1.0
SETTLED_AFTER = timedelta(seconds=30)
"""No transaction lives so long: whoever did not know of a cure has committed by then."""

# The inner part is materialised, or a plan might run it more than once and let more go than it says.
_LET_GO = text(
    """
    WITH going AS MATERIALIZED (
        SELECT account_id, id FROM notification
        WHERE account_id = :account_id AND state = 'held' AND useful_until > :now
            AND changed_at <= coalesce(CAST(:held_until AS timestamptz), 'infinity')
        ORDER BY useful_until LIMIT :most FOR UPDATE SKIP LOCKED
    )
    UPDATE notification AS n
    SET state = 'planned', reason_code = NULL, reason_params = '{}', due_at = :now, trial_of = NULL,
        providers_tried = '{}', version = n.version + 1, changed_at = :now
    FROM going WHERE n.account_id = going.account_id AND n.id = going.id
    RETURNING n.id
    """
)
_STOPPED = text(
    """
    WITH waiting AS MATERIALIZED (
        SELECT account_id, id FROM notification
        WHERE account_id = :account_id AND state = 'held' AND provider = :provider AND reason_code <> :reason
        ORDER BY useful_until LIMIT :most FOR UPDATE SKIP LOCKED
    )
    UPDATE notification AS n SET reason_code = :reason, provider_error = :said
    FROM waiting WHERE n.account_id = waiting.account_id AND n.id = waiting.id
    """
)


def probe_pause(reason: str) -> timedelta:
    """How long until the next look at a provider stopped for `reason`."""
    return timedelta(seconds=_PROBE_S[Reason(reason)])


async def stop(tx: Tx, account: ProviderAccount, reason: Reason, said: str, now: datetime) -> None:
    """No message goes through this account of the provider until it is cured.

    A refusal of credentials that were replaced meanwhile stops nothing.
    """
    row = ProviderAccount
    stopped = await tx.execute(
        update(row)
        .where(
            row.account_id == account.account_id,
            row.provider == account.provider,
            row.version == account.version,
            row.state != reason,
        )
        .values(state=reason, provider_error=said, checked_at=now, probe_at=now + probe_pause(reason))
        .returning(row.state)
    )
    if stopped.first() is None:
        return
    # Of very many those of the next visits name the new cause, and the others the one that they met.
    of_provider = {"account_id": account.account_id, "provider": account.provider, "reason": reason, "said": said}
    await tx.execute(_STOPPED, of_provider | {"most": LET_GO_TOGETHER})
    # One alarm, however many messages wait.
    version = int(now.timestamp())
    tx.emit(
        ProviderStopped(account_id=account.account_id, version=version, provider=account.provider, reason_code=reason)
    )
    log.warning("provider stopped", account_id=str(account.account_id), provider=account.provider, reason=reason)


async def cure(tx: Tx, account_id: UUID, provider: str, now: datetime) -> int:
    """The provider works: it may be used again. Answers how many messages were let go because of that."""
    row = ProviderAccount
    account = await tx.get(row, (account_id, provider), populate_existing=True)
    if account is None or (account.state == "ok" and not account.failures):
        return 0
    was_stopped = account.state not in ("ok", "unchecked")
    await tx.execute(
        update(row)
        .where(row.account_id == account_id, row.provider == provider)
        .values(state="ok", failures=0, provider_error=None, checked_at=now, probe_at=None)
    )
    if not was_stopped:
        return 0
    log.info("provider cured", account_id=str(account_id), provider=provider)
    return await release_held(tx, account_id, now)


async def end_held(tx: Tx, now: datetime) -> int:
    """What waited for a cure until its visit had passed waits no longer. Answers how many messages that were."""
    rows = await tx.scalars(
        select(NotificationRow)
        .where(NotificationRow.state == "held", NotificationRow.useful_until <= now)
        .order_by(NotificationRow.useful_until)
        .limit(ENDED_TOGETHER)
        .with_for_update(skip_locked=True)
    )
    ended = rows.all()
    for row in ended:
        _end(tx, row, now)
    return len(ended)


def _end(tx: Tx, row: NotificationRow, now: datetime) -> None:
    row.state, row.reason_code, row.due_at = "expired", Reason.EXPIRED, None
    row.reason_params, row.trial_of, row.providers_tried = {}, None, []
    row.version, row.changed_at = row.version + 1, now
    say(tx, row)


async def release_held(tx: Tx, account_id: UUID, now: datetime) -> int:
    """Let what the account has waiting go, those of the next visits first; the ones past their use end here.

    Of very many the first go in this transaction, and the others follow by `Releases`, as does what a sender was
    just putting to wait, not knowing of the cure. Answers how many there are to go.
    """
    row = NotificationRow
    waiting = (row.account_id == account_id, row.state == "held", row.useful_until > now)
    count = (await tx.execute(select(func.count()).where(*waiting))).scalar_one()
    again: dict[str, None] = {"seen_at": None}
    mark = insert(HeldRelease).values(account_id=account_id, **again)
    await tx.execute(mark.on_conflict_do_update(index_elements=["account_id"], set_=again))
    await let_some_go(tx, account_id, now)
    return int(count)


async def let_some_go(tx: Tx, account_id: UUID, now: datetime, *, held_until: datetime | None = None) -> int:
    """Some of what waits, or of what waits since `held_until`; answers how many.

    What somebody else is at is left to the next turn: nobody waits here with other locks in hand.
    """
    row = NotificationRow
    over = await tx.scalars(
        select(row)
        .where(row.account_id == account_id, row.state == "held", row.useful_until <= now)
        .limit(ENDED_TOGETHER)
        .with_for_update(skip_locked=True)
    )
    ended = over.all()
    for one in ended:
        _end(tx, one, now)
    wanted = {"account_id": account_id, "now": now, "held_until": held_until, "most": LET_GO_TOGETHER}
    gone = len((await tx.execute(_LET_GO, wanted)).all())
    if gone:
        await notify(tx, DUE_CHANNEL)
    return len(ended) + gone


@dataclass(frozen=True)
class Releases:
    """A loop of the worker: lets go what a cure left for it."""

    db: Database
    clock: Clock

    async def run(self) -> None:
        """Release for ever."""
        await every(TURN_S, self.once)

    async def once(self) -> None:
        """Everything that cures have left so far, an account at a time."""
        async with self.db.system_tx() as tx:
            accounts = (await tx.scalars(select(HeldRelease.account_id))).all()
        await each("releases", accounts, self._all_of)

    async def _all_of(self, account_id: UUID) -> None:
        while await self._some_of(account_id):
            pass

    async def _some_of(self, account_id: UUID) -> int:
        row = HeldRelease
        async with self.db.tx(account_id) as tx:
            now = await self.clock.now(tx)
            marks = select(row).where(row.account_id == account_id).with_for_update(skip_locked=True)
            mark = (await tx.scalars(marks)).first()
            if mark is None:
                return 0
            # Whatever was put to wait before the cure could be seen by all does not know of it.
            mark.seen_at = mark.seen_at or now
            gone = await let_some_go(tx, account_id, now, held_until=mark.seen_at)
            if not gone and now - mark.seen_at > SETTLED_AFTER:
                await tx.delete(mark)
            return gone


async def send_trial(tx: Tx, account_id: UUID, provider: str, now: datetime) -> bool:
    """Let one held message show whether the provider takes messages again; false when none is waiting."""
    row = (
        await tx.scalars(
            select(NotificationRow)
            .where(
                NotificationRow.account_id == account_id,
                NotificationRow.state == "held",
                NotificationRow.useful_until > now,
            )
            .order_by(NotificationRow.useful_until)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
    ).first()
    if row is None:
        return False
    row.trial_of, row.due_at, row.providers_tried = provider, now, []
    await notify(tx, DUE_CHANNEL)
    return True
