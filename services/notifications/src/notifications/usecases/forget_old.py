"""Drop what has served its time, and end what will never be known."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, text

from kit.db import Database, Tx
from kit.loops import each, every
from notifications.clock import Clock
from notifications.domain.delivery import LONGEST_LIFE_S
from notifications.tables import (
    DailyJournal,
    DeliveryReportRow,
    LedgerEntry,
    LoginCodeMessage,
    MailedReport,
    NotificationRow,
    SmsBalanceRow,
    WaitlistCopy,
)

from . import keep_balance
from .forget_events import forget_events
from .release_held import end_held

TURN_S = 600
GIVEN_BACK_TOGETHER = 200
KEEP_LOGIN_CODES = timedelta(days=7)
KEEP_JOURNALS = timedelta(days=7)
KEEP_SPENDING = timedelta(days=2)
KEEP_OFFERS = timedelta(days=30)
KEEP_REPORT_IDS = timedelta(days=30)
"""TurboSMS repeats a report for hours; a forged repeat is worth nothing after a month."""


@dataclass(frozen=True)
class Housekeeping:
    """A loop of the worker."""

    db: Database
    clock: Clock

    async def run(self) -> None:
        """Keep house for ever."""
        await every(TURN_S, self.once)

    async def once(self) -> None:
        """One turn; a piece of it that fails keeps no other from being done."""
        steps = {step.__name__: step for step in (end_held, self._give_back, forget_events, _forget)}
        await each("housekeeping", steps, lambda name: self._do(steps[name]))

    async def _do(self, step: Callable[[Tx, datetime], Awaitable[int | None]]) -> None:
        """In transactions of its own, until nothing is left of it."""
        is_more = True
        while is_more:
            async with self.db.system_tx() as tx:
                is_more = bool(await step(tx, await self.clock.now(tx)))

    async def _give_back(self, tx: Tx, now: datetime) -> int:
        """No SMS lives longer than three days: of which nothing was heard by then, the account gets its money back."""
        with_reserve = select(SmsBalanceRow.account_id).where(SmsBalanceRow.reserved_amount > 0)
        row, entry = NotificationRow, LedgerEntry
        of_claim = (entry.account_id == row.account_id, entry.cause_id == row.claim_id)
        forgotten = await tx.execute(
            select(row.account_id, row.claim_id)
            .where(
                row.account_id.in_(with_reserve),
                row.state == "unknown",
                row.changed_at < now - timedelta(seconds=LONGEST_LIFE_S),
                exists().where(*of_claim, entry.kind == "reserve"),
                ~exists().where(*of_claim, entry.kind.in_(("settle", "release"))),
            )
            .order_by(row.account_id)
            .limit(GIVEN_BACK_TOGETHER)
        )
        claims = forgotten.all()
        for account_id, claim_id in claims:
            assert claim_id is not None  # it is the cause of an entry
            await keep_balance.release(tx, account_id, claim_id, now)
        return len(claims)


async def _forget(tx: Tx, now: datetime) -> None:
    """Drop what nobody looks at any more."""
    for old in (
        delete(LoginCodeMessage).where(LoginCodeMessage.created_at < now - KEEP_LOGIN_CODES),
        delete(DeliveryReportRow).where(DeliveryReportRow.received_at < now - KEEP_REPORT_IDS),
        delete(WaitlistCopy).where(WaitlistCopy.changed_at < now - KEEP_OFFERS),
        delete(DailyJournal).where(DailyJournal.day < (now - KEEP_JOURNALS).date()),
        delete(MailedReport).where(MailedReport.prepared_at < now - KEEP_JOURNALS),
    ):
        await tx.execute(old)
    await tx.execute(text("DELETE FROM outside_spending WHERE minute < :old"), {"old": now - KEEP_SPENDING})
