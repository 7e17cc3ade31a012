"""One visit to a lane: receipts of one register, strictly in order, one at a time.

Claim and commit, call, record and commit. Whatever happens between two commits is found again by the next visit:
a claimed receipt without an answer counts as unknown and is asked about before anything is repeated, always under the
same id.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from fiscal.domain.reasons import Reason
from fiscal.domain.receipt_taxes import with_taxes
from fiscal.domain.receipts import Pace, ReceiptState
from fiscal.providers.checkbox_answers import (
    ReceiptAnswer,
    ReceiptStatus,
    Refusal,
    Refused,
    Unanswered,
    is_about_signature,
)
from fiscal.tables import CashRegister, Receipt
from fiscal.usecases import record_receipt as record
from fiscal.usecases.cashier_calls import FiscalDesk, as_cashier
from fiscal.usecases.credentials import Credentials
from fiscal.usecases.lanes import Lane, LeaseLost, mine, release_lane
from fiscal.usecases.preflight import Obstacle, Ready, preflight
from fiscal.usecases.record_shift import close_row, record_shift, shift_at_work
from kit import context, telemetry

PREFLIGHT_HOLDS_S = 20.0
"""How long the shift is believed to be open without asking again."""
_NO_SALE = "Чек продажу не зареєстровано"
_NO_CREDENTIALS = "Для каси не налаштовано Checkbox"

log = structlog.get_logger("receipts")


@dataclass(frozen=True)
class Todo:
    """What the head of the lane needs: to be sent (after a pause), asked about, or polled."""

    receipt: Receipt
    act: str
    wait_s: float = 0.0


@dataclass(frozen=True)
class Rest:
    """Nothing to do before this moment; none: before somebody asks for a visit."""

    until: datetime | None


class Visit:
    """A worker's stay at one leased lane."""

    def __init__(self, desk: FiscalDesk, lane: Lane, stopping: asyncio.Event) -> None:
        self._desk = desk
        self._lane = lane
        self._stopping = stopping
        self._ready_until = 0.0

    async def run(self) -> None:
        """Serve the lane until nothing can be done now; a lane that was lost to another worker is left to it."""
        with structlog.contextvars.bound_contextvars(
            account_id=str(self._lane.account_id), cash_register_id=str(self._lane.cash_register_id)
        ):
            try:
                rest = await self._serve()
            except LeaseLost:
                log.warning("lane lost to another worker")
                return
            await release_lane(self._desk.db, self._lane, rest.until)

    async def _serve(self) -> Rest:
        while True:
            todo = await self._next()
            if isinstance(todo, Rest):
                return todo
            with _traced(todo.receipt):
                if todo.act == "send":
                    rest = await self._send(todo)
                elif todo.act == "poll":
                    rest = await self._poll(todo.receipt)
                else:
                    rest = await self._look_up(todo.receipt)
            if rest is not None:
                return rest
            if self._stopping.is_set():
                return Rest(await self._now())

    async def _next(self) -> Todo | Rest:
        """What to do with the oldest receipt: later ones wait for it."""
        async with self._desk.db.tx(self._lane.account_id) as tx:
            lane, now = await mine(tx, self._lane, self._desk.pace)
            head = await record.head_of(tx, self._lane)
            if head is None:
                return Rest(None)
            if head.state == ReceiptState.REGISTERING:
                if head.accepted_at is not None:
                    return Todo(head, "poll")
                if head.next_attempt_at is None:  # its worker died between the claim and the answer
                    record.unknown(record.Step(tx, lane, head, now), "—", self._desk)
                assert head.next_attempt_at is not None
                return Todo(head, "look_up") if head.next_attempt_at <= now else Rest(head.next_attempt_at)
            if lane.blocked_until is not None and lane.blocked_until > now:
                await record.hold_due(tx, lane)
                return Rest(lane.blocked_until)
            gap = timedelta(seconds=self._desk.pace.receipt_gap_s)
            wait = (lane.last_sent_at + gap - now).total_seconds() if lane.last_sent_at else 0.0
            return Todo(head, "send", max(wait, 0.0))

    async def _send(self, todo: Todo) -> Rest | None:
        who = await self._credentials()
        if who is None:
            return await self._hold(todo.receipt, Reason.CASHIER_CREDENTIALS_INVALID, _NO_CREDENTIALS)
        obstacle = await self._obstacle(who)
        if obstacle is not None:
            return await self._hold(todo.receipt, obstacle.reason, obstacle.text)
        if todo.wait_s:
            await asyncio.sleep(todo.wait_s)
        body = await self._claim(todo.receipt, who)
        if body is None:
            return None
        try:
            said = await as_cashier(self._desk, who, lambda token: self._desk.checkbox.sell(token, body))
        except Refused as refused:
            return await self._refused(todo.receipt, who, refused)
        except Unanswered as silence:
            if not silence.may_have_acted:
                return await self._hold(todo.receipt, Reason.FISCAL_UNAVAILABLE, silence.text)
            await self._unknown(todo.receipt, silence.text)
            return None
        return await self._adopt(todo.receipt, said)

    async def _claim(self, receipt: Receipt, who: Credentials) -> dict[str, Any] | None:
        """Commit that it is being sent, and answer what is sent; none when it is not to be sent, or not by `who`."""
        async with record.step(self._desk, self._lane, receipt.id) as at:
            sale = None
            if at.receipt.sale_receipt_id is not None:
                sale = await at.tx.get_one(Receipt, (at.receipt.account_id, at.receipt.sale_receipt_id))
            register = await at.tx.get_one(CashRegister, (at.receipt.account_id, at.receipt.cash_register_id))
            if self._desk.credentials_of(register) != who:
                self._ready_until = 0.0  # saved anew since they were read
                return None
            at.receipt.body = with_taxes(at.receipt.body, register.tax_codes, sale.body if sale else None)
            body = {**at.receipt.body, "id": str(at.receipt.provider_id)}
            if sale is not None:
                if sale.state not in (ReceiptState.REGISTERED, ReceiptState.REVERSED):
                    record.failed(at, _NO_SALE)
                    return None
                body["related_receipt_id"] = str(sale.provider_id)
            record.claim(at)
        return body

    async def _refused(self, receipt: Receipt, who: Credentials, refused: Refused) -> Rest | None:
        log.info("receipt refused", refusal=refused.refusal.value, told=refused.text)
        if refused.refusal is Refusal.LATER:
            async with record.step(self._desk, self._lane, receipt.id) as at:
                record.back_to_due(at)
                record.slow_down(at, self._desk)
            return None
        if refused.refusal in (Refusal.KNOWN, Refusal.REJECTED):
            # Which words mean "I have this id already" is not documented: it is asked for before it is given up.
            return await self._known_after_all(receipt, who, refused)
        return await self._hold(receipt, refused.reason, refused.text)

    async def _known_after_all(self, receipt: Receipt, who: Credentials, refused: Refused) -> Rest | None:
        try:
            said = await self._ask(receipt, who)
        except (Refused, Unanswered) as silence:
            await self._unknown(receipt, f"{refused.text}; {silence}")
            return None
        if said is not None:
            return await self._adopt(receipt, said)
        if refused.refusal is Refusal.KNOWN:
            await self._unknown(receipt, refused.text)
            return None
        async with record.step(self._desk, self._lane, receipt.id) as at:
            record.failed(at, refused.text)
        return None

    async def _adopt(self, receipt: Receipt, said: ReceiptAnswer) -> Rest | None:
        """Write what Checkbox has; none when the lane may go on (with polling, or with the next receipt)."""
        async with record.step(self._desk, self._lane, receipt.id) as at:
            if said.status is ReceiptStatus.DONE:
                await record.registered(at, said)
                log.info("receipt registered", attempts=at.receipt.attempts)
            elif said.status is ReceiptStatus.CREATED:
                record.accepted(at)
            elif is_about_signature(said.error or ""):
                record.ended_with_error(at)
                pause = timedelta(seconds=self._desk.pace.probe_s)
                await record.hold_lane(at, Reason.SIGNATURE_INACTIVE, said.error or "", pause)
                return Rest(at.now + pause)
            else:
                record.failed(at, said.error or "ERROR")
        return None

    async def _poll(self, receipt: Receipt) -> Rest | None:
        """Ask with growing pauses until it is fiscal or refused; after a while leave that to a later visit."""
        who, polls = await self._credentials(), 0
        deadline = time.monotonic() + self._desk.pace.patience_s
        while who is not None and time.monotonic() < deadline and not self._stopping.is_set():
            await asyncio.sleep(self._desk.pace.poll_pause(polls).total_seconds())
            polls += 1
            try:
                said = await self._ask(receipt, who)
            except (Refused, Unanswered) as silence:
                log.info("receipt not polled", cause=str(silence))
                continue
            if said is None:
                await self._unknown(receipt, "404")
                return None
            if said.status is not ReceiptStatus.CREATED:
                return await self._adopt(receipt, said)
            await self._keep()
        return Rest(await self._now() + self._desk.pace.poll_pause(polls))

    async def _look_up(self, receipt: Receipt) -> Rest | None:
        """Ask what became of a receipt whose outcome is unknown."""
        who = await self._credentials()
        try:
            said = await self._ask(receipt, who) if who is not None else None
        except (Refused, Unanswered) as silence:
            log.info("receipt not looked up", cause=str(silence))
            async with record.step(self._desk, self._lane, receipt.id) as at:
                record.looked_up_in_vain(at, self._desk)
            return None
        if said is not None:
            return await self._adopt(receipt, said)
        async with record.step(self._desk, self._lane, receipt.id) as at:
            if who is None:
                record.looked_up_in_vain(at, self._desk)
            else:
                record.not_found(at, self._desk)
        return None

    async def _ask(self, receipt: Receipt, who: Credentials) -> ReceiptAnswer | None:
        return await as_cashier(
            self._desk, who, lambda token: self._desk.checkbox.receipt(token, str(receipt.provider_id))
        )

    async def _unknown(self, receipt: Receipt, text: str) -> None:
        log.warning("receipt outcome unknown", cause=text)
        async with record.step(self._desk, self._lane, receipt.id) as at:
            record.unknown(at, text, self._desk)

    async def _hold(self, receipt: Receipt, reason: Reason, text: str) -> Rest:
        async with record.step(self._desk, self._lane, receipt.id) as at:
            pause = _pause(reason, at.lane.failures, self._desk.pace)
            await record.hold_lane(at, reason, text, pause)
            log.info("lane held", reason_code=reason.value, told=text)
            return Rest(at.now + pause)

    async def _obstacle(self, who: Credentials) -> Obstacle | None:
        """What stands in the way of sending; what was seen of the shift is kept."""
        if time.monotonic() < self._ready_until:
            return None
        try:
            found = await preflight(self._desk, who, await self._known_register_id())
        except Refused as refused:
            return Obstacle(refused.reason, refused.text)
        except Unanswered as silence:
            return Obstacle(Reason.FISCAL_UNAVAILABLE, silence.text)
        async with self._desk.db.tx(self._lane.account_id) as tx:
            _, now = await mine(tx, self._lane, self._desk.pace)
            at_work = await shift_at_work(tx, self._lane.account_id, self._lane.cash_register_id)
            if isinstance(found, Ready):
                if at_work is None or str(at_work.id) != found.shift.id or at_work.state != "open":
                    await record_shift(tx, self._lane.account_id, self._lane.cash_register_id, found.shift, now)
            elif found.reason is Reason.SHIFT_CLOSED and at_work is not None and at_work.state == "open":
                close_row(tx, at_work, now)
        if isinstance(found, Obstacle):
            return found
        self._ready_until = time.monotonic() + PREFLIGHT_HOLDS_S
        return None

    async def _credentials(self) -> Credentials | None:
        register = await self._register()
        return self._desk.credentials_of(register)

    async def _known_register_id(self) -> str | None:
        return (await self._register()).checkbox_register_id

    async def _register(self) -> CashRegister:
        async with self._desk.db.tx(self._lane.account_id) as tx:
            return await tx.get_one(CashRegister, (self._lane.account_id, self._lane.cash_register_id))

    async def _keep(self) -> None:
        async with self._desk.db.tx(self._lane.account_id) as tx:
            await mine(tx, self._lane, self._desk.pace)

    async def _now(self) -> datetime:
        async with self._desk.db.tx(self._lane.account_id) as tx:
            return (await mine(tx, self._lane, self._desk.pace))[1]


def _pause(reason: Reason, failures: int, pace: Pace) -> timedelta:
    """Until the lane tries again by itself; whoever cures the cause wakes it at once."""
    if reason in (Reason.CASHIER_CREDENTIALS_INVALID, Reason.REGISTER_LICENCE_INVALID):
        return timedelta(seconds=pace.credentials_probe_s)
    if reason is Reason.FISCAL_UNAVAILABLE:
        return pace.unavailable_pause(failures)
    return timedelta(seconds=pace.probe_s)


@contextmanager
def _traced(receipt: Receipt) -> Iterator[None]:
    """Work on a receipt belongs to the trace of the settlement that made it."""
    request = context.RequestContext(correlation_id=str(receipt.trace.get("correlation_id", "")))
    with (
        telemetry.continued(receipt.trace, "register receipt"),
        context.bound(request),
        structlog.contextvars.bound_contextvars(receipt_id=str(receipt.id)),
    ):
        yield
