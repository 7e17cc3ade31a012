"""Drop what has served its time, and end what will never be known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, text

from kit.db import Database, Tx
from kit.loops import every
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
        """One turn."""
        async with self.db.system_tx() as tx:
            now = await self.clock.now(tx)
            await tx.execute(delete(LoginCodeMessage).where(LoginCodeMessage.created_at < now - KEEP_LOGIN_CODES))
            await tx.execute(delete(DeliveryReportRow).where(DeliveryReportRow.received_at < now - KEEP_REPORT_IDS))
            await tx.execute(delete(WaitlistCopy).where(WaitlistCopy.changed_at < now - KEEP_OFFERS))
            await self._give_back(tx, now)
            await end_held(tx, now)
            await forget_events(tx, now)
            await tx.execute(delete(DailyJournal).where(DailyJournal.day < (now - KEEP_JOURNALS).date()))
            await tx.execute(text("DELETE FROM outside_spending WHERE minute < :old"), {"old": now - KEEP_SPENDING})
            await tx.execute(delete(MailedReport).where(MailedReport.prepared_at < now - KEEP_JOURNALS))

    async def _give_back(self, tx: Tx, now: datetime) -> None:
        """No SMS lives longer than three days: of which nothing was heard by then, the account gets its money back."""
        with_reserve = select(SmsBalanceRow.account_id).where(SmsBalanceRow.reserved_amount > 0)
        row = NotificationRow
        forgotten = await tx.execute(
            select(row.account_id, row.claim_id)
            .where(
                row.account_id.in_(with_reserve),
                row.state == "unknown",
                row.changed_at < now - timedelta(seconds=LONGEST_LIFE_S),
                row.claim_id.in_(select(LedgerEntry.cause_id).where(LedgerEntry.account_id == row.account_id)),
            )
            .limit(200)
        )
        for account_id, claim_id in forgotten.all():
            assert claim_id is not None  # it is the cause of an entry
            await keep_balance.release(tx, account_id, claim_id, now)
