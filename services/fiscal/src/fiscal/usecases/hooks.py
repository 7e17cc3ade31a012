"""The address that Checkbox calls: one per register, with a token of its own, set up by the worker.

An event is only a hint to look: its signature carries no time, so a repetition must be worth nothing. Receipts and
shifts are asked for again, and polling goes on beside.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from contracts.gateway import FiscalCallbackReceived
from fiscal.checkbox_tables import CheckboxEvent, CheckboxHook
from fiscal.domain.receipts import ReceiptState
from fiscal.providers.checkbox_answers import Refused, ShiftStatus, Unanswered
from fiscal.tables import CashRegister, Receipt
from fiscal.usecases.cashier_calls import FiscalDesk, as_cashier
from fiscal.usecases.due import serve_due
from fiscal.usecases.lanes import lock_lane, wake_lane
from fiscal.usecases.payments.acquiring import work_for
from fiscal.usecases.preflight import shift_here
from fiscal.usecases.record_shift import record_shift, shift_at_work
from kit.db import Tx
from kit.messaging import now_utc
from kit.secrets import SecretBox
from kit.wakeups import notify

CHANNEL = "checkbox_hooks"
TRY_AGAIN_IN = timedelta(minutes=10)
LEASE = timedelta(seconds=60)
EVENTS_ARE_KEPT = timedelta(days=2)
"""Checkbox repeats an event for four hours."""
PATH = "/callbacks/fiscal/checkbox/"

log = structlog.get_logger("checkbox")


async def want_hooks(desk: FiscalDesk) -> None:
    """A row for every fiscal register that has none yet, or whose licence has changed."""
    async with desk.db.system_tx() as tx:
        rows = await tx.execute(
            select(CashRegister.account_id, CashRegister.id, CashRegister.licence_fingerprint)
            .outerjoin(
                CheckboxHook,
                (CheckboxHook.account_id == CashRegister.account_id)
                & (CheckboxHook.cash_register_id == CashRegister.id),
            )
            .where(
                CashRegister.licence_fingerprint.is_not(None),
                or_(
                    CheckboxHook.token.is_(None),
                    CheckboxHook.licence_fingerprint != CashRegister.licence_fingerprint,
                ),
            )
            .limit(50)
        )
        found = rows.all()
    for account_id, register_id, fingerprint in found:
        values = {
            "token": secrets.token_urlsafe(32),
            "licence_fingerprint": fingerprint,
            "sealed": None,
            "state": "wanted",
            "next_try_at": func.now(),
        }
        async with desk.db.tx(account_id) as tx:
            statement = insert(CheckboxHook).values(account_id=account_id, cash_register_id=register_id, **values)
            await tx.execute(
                statement.on_conflict_do_update(index_elements=["account_id", "cash_register_id"], set_=values)
            )


async def set_hooks(desk: FiscalDesk, callbacks_url: str) -> None:
    """Tell Checkbox the addresses that it does not know yet. An address of somebody else is left to them."""
    await serve_due(desk.db, CheckboxHook.next_try_at, LEASE, partial(_set_hook, desk, callbacks_url))


async def _set_hook(desk: FiscalDesk, callbacks_url: str, account_id: UUID, register_id: UUID) -> None:
    async with desk.db.tx(account_id) as tx:
        hook = await tx.get_one(CheckboxHook, (account_id, register_id))
        register = await tx.get_one(CashRegister, (account_id, register_id))
    who = desk.credentials_of(register)
    url = f"{callbacks_url}{PATH}{hook.token}"
    key, state = None, "wanted"
    try:
        if who is not None:
            known = await desk.checkbox.hook(who.licence_key)
            if known is None or PATH in known:
                key, state = await desk.checkbox.set_hook(who.licence_key, url), "set"
            else:
                state = "foreign"
    except (Refused, Unanswered) as silence:
        log.info("web hook not set", cash_register_id=str(register_id), cause=str(silence))
    async with desk.db.tx(account_id) as tx:
        row = await tx.get_one(CheckboxHook, (account_id, register_id), with_for_update=True)
        if row.token != hook.token:
            return
        row.state, row.sealed = state, desk.box.seal(key, owner_of(row)) if key else None
        row.next_try_at = None if state == "set" else now_utc() + TRY_AGAIN_IN


async def take_callback(event: FiscalCallbackReceived, tx: Tx, *, box: SecretBox) -> None:
    """An event of a register, when its signature is right: what it is about is looked at soon.

    Of equal events the first alone counts. The others lock no row: many at once must not stand in a queue for the
    register's hook, each with a transaction and a connection of its own.
    """
    hook = await tx.scalar(select(CheckboxHook).where(CheckboxHook.token == event.token))
    if event.provider != "checkbox" or hook is None:
        log.warning("fiscal callback of nobody", provider=event.provider)
        return
    account_id, register_id = hook.account_id, hook.cash_register_id
    await work_for(tx, account_id)
    body = base64.b64decode(event.body_base64)
    if hook.sealed is None or not is_signed(
        box.open(hook.sealed, owner_of(hook)), body, event.headers.get("x-request-signature", "")
    ):
        log.warning("fiscal callback refused", cash_register_id=str(register_id))
        return
    if not await _is_news(tx, account_id, register_id, body):
        return
    told = _object(body)
    if "receipt" in told:
        await _look_at_receipts(tx, account_id, register_id)
    seen: dict[str, Any] = {"last_event_at": func.now()}
    if "shift" in told:
        seen["next_look_at"] = func.now()
        await notify(tx, CHANNEL)
    await tx.execute(
        update(CheckboxHook)
        .where(CheckboxHook.account_id == account_id, CheckboxHook.cash_register_id == register_id)
        .values(**seen)
    )


async def _is_news(tx: Tx, account_id: UUID, register_id: UUID, body: bytes) -> bool:
    """Keep the event; false when it is known."""
    kept = insert(CheckboxEvent).values(
        account_id=account_id, cash_register_id=register_id, digest=hashlib.sha256(body).digest()
    )
    digest = await tx.scalar(kept.on_conflict_do_nothing().returning(CheckboxEvent.digest))
    return digest is not None


async def forget_events(desk: FiscalDesk) -> None:
    """Drop events that Checkbox has long ceased to repeat."""
    async with desk.db.system_tx() as tx:
        await tx.execute(delete(CheckboxEvent).where(CheckboxEvent.heard_at < func.now() - EVENTS_ARE_KEPT))


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def is_signed(key: str, body: bytes, given: str) -> bool:
    """Whether `given` is the base64 of an HMAC-SHA256 over the bytes as they came."""
    try:
        told = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(hmac.new(key.encode(), body, hashlib.sha256).digest(), told)


async def look_at_shifts(desk: FiscalDesk) -> None:
    """Ask for the shifts of registers that events came from."""
    await serve_due(desk.db, CheckboxHook.next_look_at, LEASE, partial(_look, desk))


async def _look(desk: FiscalDesk, account_id: UUID, register_id: UUID) -> None:
    async with desk.db.tx(account_id) as tx:
        leased_until = (await tx.get_one(CheckboxHook, (account_id, register_id))).next_look_at
    try:
        await _look_at_shift(desk, account_id, register_id)
    except (Refused, Unanswered) as silence:
        log.info("shift not looked at", cash_register_id=str(register_id), cause=str(silence))
        return  # the lease ends, and it is asked again
    async with desk.db.tx(account_id) as tx:
        row = await tx.get_one(CheckboxHook, (account_id, register_id), with_for_update=True)
        if row.next_look_at == leased_until:  # no event came while we looked
            row.next_look_at = None


async def _look_at_shift(desk: FiscalDesk, account_id: UUID, register_id: UUID) -> None:
    async with desk.db.tx(account_id) as tx:
        register = await tx.get_one(CashRegister, (account_id, register_id))
        at_work = await shift_at_work(tx, account_id, register_id)
    who = desk.credentials_of(register)
    if who is None:
        return
    current = await shift_here(desk, who)
    ended = None
    if at_work is not None and (current is None or current.id != str(at_work.id)):
        known = str(at_work.id)
        ended = await as_cashier(desk, who, lambda token: desk.checkbox.shift(token, known))
    async with desk.db.tx(account_id) as tx:
        if ended is not None and ended.status is ShiftStatus.CLOSED:
            await record_shift(tx, account_id, register_id, ended, now_utc())
        if current is not None:
            await record_shift(tx, account_id, register_id, current, now_utc())


async def _look_at_receipts(tx: Tx, account_id: UUID, register_id: UUID) -> None:
    await tx.execute(
        update(Receipt)
        .where(
            Receipt.account_id == account_id,
            Receipt.cash_register_id == register_id,
            Receipt.state == ReceiptState.REGISTERING,
            Receipt.accepted_at.is_(None),
            Receipt.next_attempt_at.is_not(None),
        )
        .values(next_attempt_at=func.now())
    )
    await wake_lane(tx, await lock_lane(tx, account_id, register_id))


def owner_of(hook: CheckboxHook) -> str:
    """What the sealed key is bound to."""
    return f"{hook.account_id}:{hook.cash_register_id}:hook"
