"""Opening and closing the fiscal shift of a register.

The shift's id is ours and stored before Checkbox is called, so a lost answer is asked about under it. A request polls
for a while; what takes longer is followed by the worker.
"""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from uuid import UUID

from sqlalchemy import select

from contracts.permissions import Permission
from fiscal.domain.closing import CHECKBOX_CLOSES_AT, on_the_day
from fiscal.domain.reasons import Reason, refusal
from fiscal.errors import CheckboxNotSetUp
from fiscal.providers.checkbox_answers import Refusal, Refused, Shift, ShiftStatus, Unanswered
from fiscal.tables import CashRegister, FiscalShift
from fiscal.usecases.cashier_calls import FiscalDesk, as_cashier
from fiscal.usecases.credentials import Credentials
from fiscal.usecases.due import serve_due
from fiscal.usecases.follow_offline import keep_offline_numbers
from fiscal.usecases.lanes import lock_lane
from fiscal.usecases.preflight import learn_register, shift_here
from fiscal.usecases.record_shift import FOLLOW_PAUSE, close_row, record_shift, shift_at_work, zone_of
from kit.access import Member
from kit.db import Tx
from kit.errors import NotFound
from kit.ids import new_id
from kit.messaging import now_utc


async def credentials_for(desk: FiscalDesk, member: Member, register_id: UUID, permission: Permission) -> Credentials:
    """The register's credentials for a member who may use them; raises `CheckboxNotSetUp`."""
    async with desk.db.tx(member.account_id) as tx:
        register = await tx.get(CashRegister, (member.account_id, register_id))
    if register is None:
        raise NotFound("cash_register")
    member.require(permission, location_id=register.location_id)
    who = desk.credentials_of(register)
    if who is None:
        raise CheckboxNotSetUp(str(member.account_id), str(register_id))
    return who


async def open_shift(desk: FiscalDesk, who: Credentials) -> FiscalShift:
    """The register's open shift, opened now if it was not; still `opening` when that takes longer than we wait.

    Raises the cause as a `FiscalRefusal`.
    """
    try:
        shift = await _open(desk, who)
        await keep_offline_numbers(desk, who)
        return shift
    except Refused as refused:
        raise refusal(refused.reason, who.account_id, who.cash_register_id, refused.text) from refused
    except Unanswered as silence:
        raise refusal(Reason.FISCAL_UNAVAILABLE, who.account_id, who.cash_register_id, silence.text) from silence


async def close_shift(desk: FiscalDesk, who: Credentials) -> FiscalShift:
    """Close the register's shift with its Z-report; a shift that is closed already stays as it is.

    Raises the cause as a `FiscalRefusal`.
    """
    try:
        return await _close(desk, who)
    except Refused as refused:
        raise refusal(refused.reason, who.account_id, who.cash_register_id, refused.text) from refused
    except Unanswered as silence:
        raise refusal(Reason.FISCAL_UNAVAILABLE, who.account_id, who.cash_register_id, silence.text) from silence


async def _open(desk: FiscalDesk, who: Credentials) -> FiscalShift:
    register = await learn_register(desk, who)
    current = await as_cashier(desk, who, desk.checkbox.current_shift)
    if current is None:
        signature = await as_cashier(desk, who, desk.checkbox.check_signature)
        if not signature.may_open_shift:
            raise Refused(Refusal.SIGNATURE, "")
        current = await _begin(desk, who)
    elif current.register_id not in (None, register.id):
        raise Refused(Refusal.BUSY, "Касир вже працює з іншою касою")
    row = await _follow(desk, who, current, lambda shift: shift.status is not ShiftStatus.OPENING)
    if row.state == "closed":  # closed again by somebody while we looked
        raise Refused(Refusal.SHIFT_CLOSED, "")
    return row


async def _begin(desk: FiscalDesk, who: Credentials) -> Shift:
    async with desk.db.tx(who.account_id) as tx:
        shift_id = await _plan_opening(tx, who)
        zone = await zone_of(tx, who.account_id, who.cash_register_id)
    ends_at = on_the_day(now_utc(), zone, CHECKBOX_CLOSES_AT)
    try:
        return await as_cashier(
            desk, who, lambda token: desk.checkbox.open_shift(token, who.licence_key, str(shift_id), ends_at)
        )
    except Refused as refused:
        if refused.refusal in (Refusal.AT_WORK_HERE, Refusal.KNOWN, Refusal.LATER):
            current = await as_cashier(desk, who, desk.checkbox.current_shift)
            if current is not None:
                return current  # somebody else has just opened it
        await _give_up(desk, who, shift_id)
        raise
    except Unanswered as silence:
        if not silence.may_have_acted:
            await _give_up(desk, who, shift_id)
            raise
        known = await as_cashier(desk, who, lambda token: desk.checkbox.shift(token, str(shift_id)))
        if known is None:
            raise
        return known


async def _plan_opening(tx: Tx, who: Credentials) -> UUID:
    """The id to open under: that of an opening under way, or a new one, stored before the call."""
    await lock_lane(tx, who.account_id, who.cash_register_id)  # one plan at a time
    at_work = await shift_at_work(tx, who.account_id, who.cash_register_id)
    if at_work is not None and at_work.state == "opening":
        return at_work.id
    now = now_utc()
    if at_work is not None:
        close_row(tx, at_work, now)
        await tx.flush()
    row = FiscalShift(
        account_id=who.account_id,
        id=new_id(),
        version=1,
        cash_register_id=who.cash_register_id,
        state="opening",
        created_at=now,
        next_look_at=now + FOLLOW_PAUSE,
    )
    tx.add(row)
    return row.id


async def _give_up(desk: FiscalDesk, who: Credentials, shift_id: UUID) -> None:
    async with desk.db.tx(who.account_id) as tx:
        row = await tx.get(FiscalShift, (who.account_id, shift_id), with_for_update=True)
        if row is not None and row.state == "opening":
            close_row(tx, row, now_utc())


async def _close(desk: FiscalDesk, who: Credentials) -> FiscalShift:
    current = await shift_here(desk, who)
    if current is None:
        return await _closed_already(desk, who)
    if current.status is not ShiftStatus.CLOSING:
        current = await as_cashier(desk, who, desk.checkbox.close_shift)
    return await _follow(desk, who, current, lambda shift: shift.status in (ShiftStatus.CLOSED, ShiftStatus.OPENED))


async def _closed_already(desk: FiscalDesk, who: Credentials) -> FiscalShift:
    """The cashier has no shift here: neither have we, unless it is another cashier's.

    Raises the cause then, and when there never was one.
    """
    async with desk.db.tx(who.account_id) as tx:
        at_work = await shift_at_work(tx, who.account_id, who.cash_register_id)
    if at_work is not None:
        known = str(at_work.id)
        said = await as_cashier(desk, who, lambda token: desk.checkbox.shift(token, known))
        if said is not None and said.status is not ShiftStatus.CLOSED:
            raise Refused(Refusal.BUSY, "")
        if said is not None:
            return await _record(desk, who, said)
    async with desk.db.tx(who.account_id) as tx:
        at_work = await shift_at_work(tx, who.account_id, who.cash_register_id)
        if at_work is not None:
            close_row(tx, at_work, now_utc())
            return at_work
        last: FiscalShift | None = await tx.scalar(
            select(FiscalShift)
            .where(FiscalShift.account_id == who.account_id, FiscalShift.cash_register_id == who.cash_register_id)
            .order_by(FiscalShift.created_at.desc())
            .limit(1)
        )
    if last is None:
        raise Refused(Refusal.SHIFT_CLOSED, "")
    return last


async def _follow(desk: FiscalDesk, who: Credentials, said: Shift, is_over: Callable[[Shift], bool]) -> FiscalShift:
    """Record the shift and poll until it is where it was to go; raises the cause when it went elsewhere."""
    row = await _record(desk, who, said)
    deadline, polls = time.monotonic() + desk.pace.patience_s, 0
    shift_id = said.id
    while not is_over(said) and time.monotonic() < deadline:
        await asyncio.sleep(desk.pace.poll_pause(polls).total_seconds())
        polls += 1
        try:
            asked = await as_cashier(desk, who, lambda token: desk.checkbox.shift(token, shift_id))
        except Unanswered:
            continue
        if asked is not None:
            said = asked
            row = await _record(desk, who, said)
    if row.reason_code is not None:
        raise refusal(Reason(row.reason_code), who.account_id, who.cash_register_id, row.provider_text or "")
    return row


async def _record(desk: FiscalDesk, who: Credentials, said: Shift) -> FiscalShift:
    async with desk.db.tx(who.account_id) as tx:
        return await record_shift(tx, who.account_id, who.cash_register_id, said, now_utc())


async def follow_shifts(desk: FiscalDesk) -> None:
    """Ask about shifts whose opening or closing nobody waits for any more (the request ended, or its process died)."""
    await serve_due(desk.db, FiscalShift.next_look_at, FOLLOW_PAUSE, partial(_look_at, desk))


async def _look_at(desk: FiscalDesk, account_id: UUID, shift_id: UUID) -> None:
    async with desk.db.tx(account_id) as tx:
        row = await tx.get_one(FiscalShift, (account_id, shift_id))
        register = await tx.get_one(CashRegister, (account_id, row.cash_register_id))
    who = desk.credentials_of(register)
    try:
        said = await as_cashier(desk, who, lambda token: desk.checkbox.shift(token, str(shift_id))) if who else None
    except (Refused, Unanswered):
        return
    async with desk.db.tx(account_id) as tx:
        if said is not None:
            await record_shift(tx, account_id, register.id, said, now_utc())
            return
        lost = await tx.get_one(FiscalShift, (account_id, shift_id), with_for_update=True)
        if lost.state in ("opening", "closing"):
            close_row(tx, lost, now_utc())  # it never came to be
