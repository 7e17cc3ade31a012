"""Write down what came of handing a message over: one transaction, after the call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from opentelemetry import context as otel_context
from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from contracts.notifications import ClientPhoneBad
from kit.db import Database, Tx
from kit.telemetry import trace_id
from kit.wakeups import notify
from notifications.clock import Clock
from notifications.domain.carriers import Channel
from notifications.domain.delivery import next_poll_s
from notifications.domain.outcomes import Accepted, ErrorClass, NotSent, Outcome, Refused, Unknown
from notifications.domain.reasons import Reason
from notifications.domain.routing import ends_message, stops_provider
from notifications.pace import Pace
from notifications.said import say
from notifications.tables import BookingCopy, DeliveryAttempt, NotificationRow, PhoneMark, ProviderAccount

from . import keep_balance
from .ask_staff import PHONE_BAD, Wanted, ask_staff, number_of
from .claim_messages import PLATFORM, ClaimedMessage, mark_unknown
from .release_held import cure, stop
from .write_decisions import DUE_CHANNEL

log = structlog.get_logger("sender")

FAILURES_TO_STOP = 5
"""So many calls in a row without an answer, and the provider counts as away until one message got through."""


_ENDED = ("finished_at", "trace_id", "outcome", "error_class", "provider_code", "provider_text")
# Without loading them: there is one per message, and nothing but this is ever written into it.
_attempt = DeliveryAttempt.__table__.c
_ATTEMPT_ENDED = (
    update(DeliveryAttempt.__table__)  # type: ignore[arg-type]
    .where(_attempt.account_id == bindparam("of_account"), _attempt.id == bindparam("of_claim"))
    .values({name: bindparam(f"to_{name}") for name in _ENDED})
)


@dataclass(frozen=True)
class _Recording:
    tx: Tx
    row: NotificationRow
    claim: ClaimedMessage
    now: datetime
    pace: Pace


@dataclass(frozen=True)
class _Waiting:
    claim: ClaimedMessage
    outcome: Outcome
    context: otel_context.Context
    trace_id: str | None
    done: asyncio.Future[None]


class Recorder:
    """Writes outcomes down, several in one transaction where several wait: a commit costs more than a row."""

    MOST = 50
    LINGER_S = 0.015
    """How long the first outcome waits for others."""

    def __init__(self, db: Database, clock: Clock, pace: Pace) -> None:
        self._db = db
        self._clock = clock
        self._pace = pace
        self._waiting: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None

    async def record(self, claim: ClaimedMessage, outcome: Outcome) -> None:
        """Answers when it is committed."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(claim, outcome, otel_context.get_current(), trace_id() or None, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        await done

    async def _write(self) -> None:
        while self._waiting:
            await asyncio.sleep(self.LINGER_S)
            batch, self._waiting = self._waiting[: self.MOST], self._waiting[self.MOST :]
            if await self._try(batch) is None:
                continue
            for one in batch:  # one that cannot be written must not take the others with it
                error = await self._try([one])
                if error is not None and not one.done.done():
                    one.done.set_exception(error)

    async def _try(self, batch: Sequence[_Waiting]) -> BaseException | None:
        [error] = await asyncio.gather(self._commit(batch), return_exceptions=True)
        return error

    async def _commit(self, batch: Sequence[_Waiting]) -> None:
        async with self._db.system_tx() as tx:
            await _record_all(tx, batch, await self._clock.now(tx), self._pace)
        for one in batch:
            if not one.done.done():
                one.done.set_result(None)


async def _record_all(tx: Tx, batch: Sequence[_Waiting], now: datetime, pace: Pace) -> None:
    keys = [(one.claim.account_id, one.claim.notification_id) for one in batch]
    row_of = NotificationRow
    locked = await tx.scalars(
        select(row_of)
        .where(tuple_(row_of.account_id, row_of.id).in_(keys), row_of.state.in_(("sending", "unknown")))
        .order_by(row_of.account_id, row_of.id)
        .with_for_update()
    )
    rows = {row.id: row for row in locked}
    await tx.execute(_ATTEMPT_ENDED, [_ended(one, now) for one in batch])
    for one in batch:
        row = rows.get(one.claim.notification_id)
        if row is None or row.claim_id != one.claim.claim_id:
            log.warning("an answer for a message that has moved on", notification_id=str(one.claim.notification_id))
            continue
        token = otel_context.attach(one.context)
        try:
            await _record(_Recording(tx, row, one.claim, now, pace), one.outcome)
        finally:
            otel_context.detach(token)


async def _record(recording: _Recording, outcome: Outcome) -> None:
    """Move the message on. An answer that comes after the lease has run out still settles what was unknown."""
    tx, row, now = recording.tx, recording.row, recording.now
    match outcome:
        case Accepted():
            await _accepted(recording, outcome)
        case Refused(error=ErrorClass.DUPLICATE):
            await _accepted(recording, Accepted(None, outcome.said))
        case Refused(error=ErrorClass.LIMIT):
            await _rest(recording, outcome)
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
    if recording.claim.is_paid_here:
        await keep_balance.settle(recording.tx, row.account_id, recording.claim.claim_id, now)
    say(recording.tx, row)
    provider = recording.claim.provider
    if provider.kind != PLATFORM and (provider.state != "ok" or provider.failures):
        await cure(recording.tx, row.account_id, provider.provider, now)


async def _rest(recording: _Recording, outcome: Refused) -> None:
    """The provider wants a pause: nothing is wrong with it or with the message, which goes a little later."""
    row, claim, now = recording.row, recording.claim, recording.now
    pause = max(outcome.retry_after_s or 0.0, float(min(row.attempts, 30)))
    recording.pace.rest(claim.pace_lane, pause)
    await _give_back(recording)
    row.provider_error = outcome.said
    row.state, row.reason_code, row.reason_params, row.leased_until = "planned", None, {}, None
    row.due_at = now + timedelta(seconds=pause)
    row.version, row.changed_at = row.version + 1, now


async def _refused(recording: _Recording, outcome: Refused) -> None:
    tx, row, claim, now = recording.tx, recording.row, recording.claim, recording.now
    row.provider_error = outcome.said
    reason = ends_message(outcome.error, has_phone=Channel(row.channel).needs_phone)
    if reason is not None:
        await _give_back(recording)
        row.state, row.reason_code, row.reason_params, row.leased_until = "failed", reason, {}, None
        row.version, row.changed_at = row.version + 1, now
        say(tx, row)
        await _mark_phone(recording, reason)
        if outcome.error is ErrorClass.BUG:
            log.error("the provider calls our request malformed", provider=row.provider, said=outcome.said)
        return
    stopped = stops_provider(outcome.error, claim.provider.provider)
    if stopped is None or claim.provider.kind == PLATFORM:  # what is the platform's is not the salon's to cure
        await _try_elsewhere(recording, outcome.said)
        return
    await _give_back(recording)
    await stop(tx, claim.provider, stopped, outcome.said, now)
    await _plan_again(recording)


async def _try_elsewhere(recording: _Recording, said: str) -> None:
    """The message surely did not go: the account's next provider gets it, or this one a little later."""
    row, claim = recording.row, recording.claim
    row.provider_error = said
    await _give_back(recording)
    row.providers_tried = [*row.providers_tried, claim.provider.provider]
    await _count_failure(recording, said)
    await _plan_again(recording)


async def _give_back(recording: _Recording) -> None:
    if recording.claim.is_paid_here:
        await keep_balance.release(recording.tx, recording.row.account_id, recording.claim.claim_id, recording.now)


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
        wanted = Wanted(
            PHONE_BAD,
            number_of(row.recipient_id, row.phone_e164),
            location_id=row.location_id,
            client_id=row.recipient_id,
            booking_id=row.booking_id,
            notification_id=row.id,
        )
        await ask_staff(tx, row.account_id, wanted, recording.now)
        event = ClientPhoneBad(
            account_id=row.account_id, version=row.version, client_id=row.recipient_id, provider=row.provider or ""
        )
        tx.emit(event)


def _ended(one: _Waiting, now: datetime) -> dict[str, Any]:
    """What an attempt came to, as the values of the statement above."""
    outcome, error_class, code, text = _said(one.outcome)
    return {
        "of_account": one.claim.account_id,
        "of_claim": one.claim.claim_id,
        "to_finished_at": now,
        "to_trace_id": one.trace_id,
        "to_outcome": outcome,
        "to_error_class": error_class,
        "to_provider_code": code,
        "to_provider_text": text,
    }


def _said(outcome: Outcome) -> tuple[str, str | None, str | None, str | None]:
    """Outcome, class of error, code and text of the provider."""
    match outcome:
        case Accepted(message_id, status):
            return "accepted", None, message_id, status
        case Refused(error, code, text):
            return "refused", error, code or None, text
        case NotSent(cause):
            return "not_sent", ErrorClass.TRANSIENT, None, cause
        case Unknown(cause, code):
            return "unknown", None, code or None, cause
