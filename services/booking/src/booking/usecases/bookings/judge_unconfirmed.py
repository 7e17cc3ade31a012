"""The account's rule for visits that nobody confirmed in time: each is judged once, in a transaction of its own."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import select

from booking.domain.confirmation import Verdict, confirm_until, judge
from booking.domain.lifecycle import State
from booking.queries.calendar_lock import lock_calendar
from booking.queries.confirmation import Due, asked_of, due_visits, rule_of, waiting_of
from booking.queries.visits import visits_of
from booking.tables import AccountCopy, BookingRow
from booking.usecases.actors import SYSTEM
from contracts.booking import BookingUnconfirmed
from kit.db import Database
from kit.loops import each

from .cancel_booking import cancel_booking
from .record_act import record_act

PAGE = 200

log = structlog.get_logger("unconfirmed")


async def judge_unconfirmed(db: Database, now: datetime) -> None:
    """Judge all that are due; one that fails is tried again at the next turn and holds up no other.

    Raises when the database is away.
    """
    after: Due | None = None
    while True:
        async with db.system_tx() as tx:
            page = await due_visits(tx, now, after, PAGE)
        await each("unconfirmed visits", page, lambda due: judge_visit(db, due, now))
        if len(page) < PAGE:
            return
        after = page[-1]


async def judge_visit(db: Database, due: Due, now: datetime) -> Verdict | None:
    """Judge one visit; none where it has been, or somebody is at it: the client's word that comes first counts."""
    async with db.tx(due.account_id) as tx:
        await lock_calendar(tx, due.account_id)
        row = BookingRow
        mine = select(row).where(
            row.account_id == due.account_id,
            row.id == due.id,
            row.state == State.PENDING,
            row.confirm_judged_at.is_(None),
            row.deleted_at.is_(None),
        )
        booking = (await tx.scalars(mine.with_for_update(skip_locked=True))).first()
        account = await tx.get(AccountCopy, due.account_id)
        rule = rule_of(account) if account is not None and account.is_active else None
        if booking is None or rule is None:
            return None
        [visit] = await visits_of(tx, due.account_id, [booking])
        waiting, asked = await waiting_of(tx, visit), await asked_of(tx, visit)
        verdict = judge(rule, waiting, asked, now)
        until = confirm_until(rule, waiting, asked)
        if verdict is Verdict.WAIT:
            return verdict
        booking.confirm_judged_at = now
        if until is None:
            return Verdict.LEAVE
        kind = "unconfirmed_released" if verdict is Verdict.RELEASE else f"unconfirmed_{verdict}"
        record_act(
            tx,
            due.account_id,
            due.id,
            kind,
            SYSTEM,
            now,
            until=until.isoformat(),
            rule=rule.policy,
            before_min=int(rule.before.total_seconds()) // 60,
        )
        if verdict is Verdict.RELEASE:
            await cancel_booking(tx, visit, SYSTEM, now, cause="unconfirmed")
        else:
            tx.emit(
                BookingUnconfirmed(
                    account_id=due.account_id,
                    version=booking.version,
                    booking=visit.state(),
                    until=until,
                    cause=verdict.value,
                )
            )
        log.info("visit judged", account_id=due.account_id, booking_id=str(due.id), verdict=verdict)
        return verdict
