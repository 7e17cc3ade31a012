"""Write down what came of handing a message over: one transaction, after the call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from opentelemetry import context as otel_context
from sqlalchemy import ARRAY, Text, Uuid, bindparam, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from contracts.notifications import ClientPhoneBad
from kit.db import Database, Tx
from kit.loops import outlast
from kit.telemetry import trace_id
from kit.wakeups import notify
from notifications.clock import Clock
from notifications.domain.carriers import Channel
from notifications.domain.outcomes import Accepted, ErrorClass, NotSent, Outcome, Refused, Unknown
from notifications.domain.reasons import Reason
from notifications.domain.routing import ends_message, stops_provider
from notifications.pace import Pace
from notifications.said import say
from notifications.tables import BookingCopy, NotificationRow, PhoneMark, ProviderAccount

from . import keep_balance
from .ask_staff import PHONE_BAD, Wanted, ask_staff, number_of
from .claim_messages import PLATFORM, ClaimedMessage
from .leave_unknown import mark_unknown
from .release_held import cure, stop
from .write_accepted import Handed, write_accepted
from .write_decisions import DUE_CHANNEL

log = structlog.get_logger("sender")

FAILURES_TO_STOP = 5
"""So many calls in a row without an answer, and the provider counts as away until one message got through."""

LONGEST_REST_S = 600.0
"""However long a pause a provider wants: whether it still does is found out by asking again."""

_ATTEMPT_ENDED = text(
    """
    UPDATE delivery_attempt AS attempt
    SET finished_at = :now, trace_id = said.trace_id, outcome = said.outcome, error_class = said.error_class,
        provider_code = said.code, provider_text = said.text
    FROM unnest(
        CAST(:accounts AS uuid[]), CAST(:claims AS uuid[]), CAST(:traces AS text[]), CAST(:outcomes AS text[]),
        CAST(:classes AS text[]), CAST(:codes AS text[]), CAST(:texts AS text[])
    ) AS said(account_id, id, trace_id, outcome, error_class, code, text)
    WHERE attempt.account_id = said.account_id AND attempt.id = said.id
    """
).bindparams(
    *(bindparam(name, type_=ARRAY(Uuid)) for name in ("accounts", "claims")),
    *(bindparam(name, type_=ARRAY(Text)) for name in ("traces", "outcomes", "classes", "codes", "texts")),
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
    LINGER_S = 0.025
    """How long the first outcome waits for others."""
    PATIENCE_S = 60.0
    """How long a database that is away is waited for: nobody but this process knows what the provider answered, and
    what it does not write down counts as unknown."""

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
            # Apart: those that went are written by few statements, and locks are taken in one order in each: as for
            # claims, by account.
            batch.sort(key=lambda one: one.claim.account_id)
            for part in ([o for o in batch if _went(o.outcome)], [o for o in batch if not _went(o.outcome)]):
                if part and await self._try(part) is not None:
                    await self._one_by_one(part)

    async def _one_by_one(self, batch: Sequence[_Waiting]) -> None:
        """One that cannot be written must not take the others with it."""
        for one in batch:
            error = await self._try([one])
            if error is not None and not one.done.done():
                one.done.set_exception(error)

    async def _try(self, batch: Sequence[_Waiting]) -> BaseException | None:
        written = outlast(lambda: self._commit(batch), self.PATIENCE_S)
        [error] = await asyncio.gather(written, return_exceptions=True)
        return error

    async def _commit(self, batch: Sequence[_Waiting]) -> None:
        async with self._db.system_tx() as tx:
            now = await self._clock.now(tx)
            if _went(batch[0].outcome):
                await _record_accepted(tx, batch, now)
            else:
                await _record_others(tx, batch, now, self._pace)
            # Messages are locked before their attempts, as everybody does who writes both.
            await tx.execute(_ATTEMPT_ENDED, _ended(batch, now))
        for one in batch:
            if not one.done.done():
                one.done.set_result(None)


async def _record_accepted(tx: Tx, batch: Sequence[_Waiting], now: datetime) -> None:
    """What providers have taken over; all of the batch is."""
    news = [Handed(one.claim, accepted, one.context) for one in batch if (accepted := _went(one.outcome))]
    written = await write_accepted(tx, news, now)
    for one in batch:
        claim = one.claim
        if claim.notification_id not in written:
            log.warning("an answer for a message that has moved on", notification_id=str(claim.notification_id))
            continue
        if claim.is_paid_here:
            await keep_balance.settle(tx, claim.account_id, claim.claim_id, now)
        provider = claim.provider
        if provider.kind != PLATFORM and (provider.state != "ok" or provider.failures):
            await cure(tx, claim.account_id, provider.provider, now)
        log.info("message handed over", state="sent", reason=None, provider=provider.provider)


def _went(outcome: Outcome) -> Accepted | None:
    """The acceptance, where the provider has the message: also when it says that it had it already."""
    match outcome:
        case Accepted():
            return outcome
        case Refused(error=ErrorClass.DUPLICATE):
            return Accepted(None, outcome.said)
        case _:
            return None


async def _record_others(tx: Tx, batch: Sequence[_Waiting], now: datetime, pace: Pace) -> None:
    keys = [(one.claim.account_id, one.claim.notification_id) for one in batch]
    row_of = NotificationRow
    locked = await tx.scalars(
        select(row_of)
        .where(tuple_(row_of.account_id, row_of.id).in_(keys), row_of.state.in_(("sending", "unknown")))
        .order_by(row_of.account_id, row_of.id)
        .with_for_update()
    )
    rows = {row.id: row for row in locked}
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
    """Move a message on that did not surely go."""
    tx, row, now = recording.tx, recording.row, recording.now
    match outcome:
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


async def _rest(recording: _Recording, outcome: Refused) -> None:
    """The provider wants a pause: nothing is wrong with it or with the message, which goes a little later."""
    row, claim, now = recording.row, recording.claim, recording.now
    pause = min(max(outcome.retry_after_s or 0.0, float(min(row.attempts, 30))), LONGEST_REST_S)
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
    booking = BookingCopy
    # Planners lock the visit and then its messages, and this is the other way round. One that is being planned now
    # need not be waited for: the last look before sending knows of the mark.
    free = (
        select(booking.booking_id)
        .where(
            booking.account_id == row.account_id,
            booking.client_id == row.recipient_id,
            booking.is_active,
            booking.starts_at > recording.now,
        )
        .with_for_update(skip_locked=True)
        .cte("free")
    )
    mine = (booking.account_id == row.account_id, booking.booking_id.in_(select(free.c.booking_id)))
    await tx.execute(update(booking).where(*mine).values(replan_at=recording.now))
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


def _ended(batch: Sequence[_Waiting], now: datetime) -> dict[str, Any]:
    """What attempts came to, as the values of the statement above."""
    said = [_said(one.outcome) for one in batch]
    return {
        "accounts": [one.claim.account_id for one in batch],
        "claims": [one.claim.claim_id for one in batch],
        "traces": [one.trace_id for one in batch],
        "outcomes": [outcome for outcome, _, _, _ in said],
        "classes": [error_class for _, error_class, _, _ in said],
        "codes": [code for _, _, code, _ in said],
        "texts": [words for _, _, _, words in said],
        "now": now,
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
