"""Providers that are stopped and cured, and the messages that wait for it: the still useful ones go, once each."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select, update

from contracts.notifications import ProviderStopped
from kit.db import Tx
from kit.wakeups import notify
from notifications.domain.reasons import Reason
from notifications.said import say
from notifications.tables import NotificationRow, ProviderAccount

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
    await tx.execute(
        update(NotificationRow)
        .where(
            NotificationRow.account_id == account.account_id,
            NotificationRow.state == "held",
            NotificationRow.provider == account.provider,
        )
        .values(reason_code=reason, provider_error=said)
    )
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
    """Let the account's held messages go, those of the next visits first; the ones past their use end here."""
    rows = await tx.scalars(
        select(NotificationRow)
        .where(NotificationRow.account_id == account_id, NotificationRow.state == "held")
        .order_by(NotificationRow.useful_until)
        .with_for_update()
    )
    released = 0
    for row in rows.all():
        if row.useful_until <= now:
            _end(tx, row, now)
            continue
        row.state, row.reason_code, row.due_at = "planned", None, now
        released += 1
        row.reason_params, row.trial_of, row.providers_tried = {}, None, []
        row.version, row.changed_at = row.version + 1, now
    if released:
        await notify(tx, DUE_CHANNEL)
    return released


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
