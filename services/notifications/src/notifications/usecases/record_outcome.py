"""Write down what came of handing a message over: one transaction, after the call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from contracts.notifications import ClientPhoneBad
from kit.db import Tx
from kit.telemetry import trace_id
from kit.wakeups import notify
from notifications.domain.delivery import next_poll_s
from notifications.domain.outcomes import Accepted, ErrorClass, NotSent, Outcome, Refused, Unknown
from notifications.domain.reasons import Reason
from notifications.domain.routing import ends_message, stops_provider
from notifications.said import say
from notifications.tables import BookingCopy, DeliveryAttempt, NotificationRow, PhoneMark, ProviderAccount

from . import keep_balance
from .claim_messages import ClaimedMessage, mark_unknown
from .release_held import cure, stop
from .write_decisions import DUE_CHANNEL

log = structlog.get_logger("sender")

FAILURES_TO_STOP = 5
"""So many calls in a row without an answer, and the provider counts as away until one message got through."""


@dataclass(frozen=True)
class _Recording:
    tx: Tx
    row: NotificationRow
    claim: ClaimedMessage
    now: datetime


async def record_outcome(tx: Tx, claim: ClaimedMessage, outcome: Outcome, now: datetime) -> None:
    """Move the message on. An answer that comes after the lease has run out still settles what was unknown."""
    row = (
        await tx.scalars(
            select(NotificationRow)
            .where(
                NotificationRow.account_id == claim.account_id,
                NotificationRow.id == claim.notification_id,
                NotificationRow.claim_id == claim.claim_id,
                NotificationRow.state.in_(("sending", "unknown")),
            )
            .with_for_update()
        )
    ).first()
    await _note_attempt(tx, claim, outcome, now)
    if row is None:
        log.warning("an answer for a message that has moved on", notification_id=str(claim.notification_id))
        return
    recording = _Recording(tx, row, claim, now)
    match outcome:
        case Accepted():
            await _accepted(recording, outcome)
        case Refused(error=ErrorClass.DUPLICATE):
            await _accepted(recording, Accepted(None, outcome.said))
        case Refused():
            await _refused(recording, outcome)
        case NotSent(cause):
            await _try_elsewhere(recording, cause)
        case Unknown():
            row.provider_error = outcome.said
            mark_unknown(tx, row, now)
            await _count_failure(recording, outcome.said)
    log.info("message handed over", state=row.state, reason=row.reason_code, provider=row.provider)


async def _accepted(recording: _Recording, outcome: Accepted) -> None:
    row, now = recording.row, recording.now
    row.state, row.reason_code, row.reason_params, row.leased_until = "sent", None, {}, None
    row.provider_message_id, row.provider_status = outcome.message_id, outcome.status
    row.provider_error, row.providers_tried = None, []
    row.parts = outcome.parts or row.parts
    row.sent_at = now
    row.status_asked = 0
    row.status_due_at = now + timedelta(seconds=next_poll_s(0)) if outcome.message_id else None
    row.version, row.changed_at = row.version + 1, now
    await keep_balance.settle(recording.tx, row.account_id, recording.claim.claim_id, now)
    say(recording.tx, row)
    await cure(recording.tx, row.account_id, recording.claim.provider.provider, now)


async def _refused(recording: _Recording, outcome: Refused) -> None:
    tx, row, claim, now = recording.tx, recording.row, recording.claim, recording.now
    row.provider_error = outcome.said
    reason = ends_message(outcome.error)
    if reason is not None:
        await keep_balance.release(tx, row.account_id, claim.claim_id, now)
        row.state, row.reason_code, row.reason_params, row.leased_until = "failed", reason, {}, None
        row.version, row.changed_at = row.version + 1, now
        say(tx, row)
        await _mark_phone(recording, reason)
        if outcome.error is ErrorClass.BUG:
            log.error("the provider calls our request malformed", provider=row.provider, said=outcome.said)
        return
    stopped = stops_provider(outcome.error, claim.provider.provider)
    if stopped is None:
        await _try_elsewhere(recording, outcome.said)
        return
    await keep_balance.release(tx, row.account_id, claim.claim_id, now)
    await stop(tx, claim.provider, stopped, outcome.said, now)
    await _plan_again(recording)


async def _try_elsewhere(recording: _Recording, said: str) -> None:
    """The message surely did not go: the account's next provider gets it, or this one a little later."""
    row, claim = recording.row, recording.claim
    row.provider_error = said
    await keep_balance.release(recording.tx, row.account_id, claim.claim_id, recording.now)
    row.providers_tried = [*row.providers_tried, claim.provider.provider]
    await _count_failure(recording, said)
    await _plan_again(recording)


async def _plan_again(recording: _Recording) -> None:
    row, now = recording.row, recording.now
    row.state, row.reason_code, row.reason_params = "planned", None, {}
    row.due_at, row.leased_until = now, None
    row.version, row.changed_at = row.version + 1, now
    await notify(recording.tx, DUE_CHANNEL)


async def _count_failure(recording: _Recording, said: str) -> None:
    account = ProviderAccount
    counted = await recording.tx.execute(
        update(account)
        .where(
            account.account_id == recording.row.account_id,
            account.provider == recording.claim.provider.provider,
            account.version == recording.claim.provider.version,
        )
        .values(failures=account.failures + 1)
        .returning(account.failures)
    )
    if (counted.scalar() or 0) >= FAILURES_TO_STOP:
        await stop(recording.tx, recording.claim.provider, Reason.PROVIDER_UNAVAILABLE, said, recording.now)


async def _mark_phone(recording: _Recording, reason: Reason) -> None:
    """A number that does not exist, or whose owner refused at the operator, costs one attempt and no more."""
    row, tx = recording.row, recording.tx
    if reason not in (Reason.PHONE_BAD, Reason.STOP_LIST) or row.phone_e164 is None:
        return
    mark = insert(PhoneMark).values(
        account_id=row.account_id,
        phone_e164=row.phone_e164,
        cause="bad" if reason is Reason.PHONE_BAD else "stop_list",
        provider=row.provider,
    )
    await tx.execute(mark.on_conflict_do_nothing())
    if row.recipient_type != "client":
        return
    await tx.execute(
        update(BookingCopy)
        .where(
            BookingCopy.account_id == row.account_id,
            BookingCopy.client_id == row.recipient_id,
            BookingCopy.is_active,
            BookingCopy.starts_at > recording.now,
        )
        .values(replan_at=recording.now)
    )
    if reason is Reason.PHONE_BAD:
        event = ClientPhoneBad(
            account_id=row.account_id, version=row.version, client_id=row.recipient_id, provider=row.provider or ""
        )
        tx.emit(event)


async def _note_attempt(tx: Tx, claim: ClaimedMessage, outcome: Outcome, now: datetime) -> None:
    attempt = await tx.get_one(DeliveryAttempt, (claim.account_id, claim.claim_id))
    attempt.finished_at, attempt.trace_id = now, trace_id() or None
    match outcome:
        case Accepted(message_id, status):
            attempt.outcome, attempt.provider_code, attempt.provider_text = "accepted", message_id, status
        case Refused(error, code, text):
            attempt.outcome, attempt.error_class = "refused", error
            attempt.provider_code, attempt.provider_text = code or None, text
        case NotSent(cause):
            attempt.outcome, attempt.error_class, attempt.provider_text = "not_sent", ErrorClass.TRANSIENT, cause
        case Unknown(cause, code):
            attempt.outcome, attempt.provider_code, attempt.provider_text = "unknown", code or None, cause
