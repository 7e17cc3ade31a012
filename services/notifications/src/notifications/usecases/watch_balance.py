"""Say in time that the prepaid balance will not last: once per fall, before a message has to wait for money.

A fall is below what is planned, or below the amount that the account has chosen, or below a fifth and then a twentieth
of what there was after the last top-up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import func, select, update

from contracts.notifications import BalanceLow
from kit.db import Database, Tx
from kit.loops import each, every
from notifications.clock import Clock
from notifications.domain.routing import INTEGRICA
from notifications.domain.spending import share_passed
from notifications.rules import settings_of
from notifications.tables import NotificationRow, ProviderAccount, SmsBalanceRow

TURN_S = 30.0
LOOK_EVERY = timedelta(minutes=5)
AHEAD = timedelta(days=7)
LEAST_PARTS = 20
"""Where the account has not chosen an amount: what so many parts cost."""
BATCH = 200

log = structlog.get_logger("balance")


@dataclass(frozen=True)
class BalanceWatch:
    """A loop of the worker; `part_price_minor` is what one part of an SMS costs."""

    db: Database
    clock: Clock
    part_price_minor: int

    async def run(self) -> None:
        """Watch for ever."""
        await every(TURN_S, self.all_due)

    async def all_due(self) -> None:
        """Look at every balance whose turn it is, however many there are."""
        while await self._some() == BATCH:
            pass

    async def _some(self) -> int:
        row = SmsBalanceRow
        async with self.db.system_tx() as tx:
            now = await self.clock.now(tx)
            due = await tx.scalars(
                select(row)
                .where(row.looked_at < now - LOOK_EVERY)
                .order_by(row.looked_at)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
            accounts = [balance.account_id for balance in due.all()]
            await tx.execute(update(row).where(row.account_id.in_(accounts)).values(looked_at=now))
        await each("balances", accounts, self._look_at)
        return len(accounts)

    async def _look_at(self, account_id: UUID) -> None:
        async with self.db.tx(account_id) as tx:
            balance = await tx.get(SmsBalanceRow, account_id, with_for_update=True)
            if balance is not None:
                await self._look(tx, balance, await self.clock.now(tx))

    async def _look(self, tx: Tx, balance: SmsBalanceRow, now: datetime) -> None:
        account = await tx.get(ProviderAccount, (balance.account_id, INTEGRICA))
        if account is None or not account.enabled:
            return
        planned = await _planned_parts(tx, balance, now) * self.part_price_minor
        chosen = (await settings_of(tx, balance.account_id)).balance_warning_amount
        least = LEAST_PARTS * self.part_price_minor if chosen is None else chosen
        is_low = balance.free_amount < max(planned, least)
        passed = share_passed(balance.free_amount, balance.full_amount)
        is_news = is_low and balance.warned_at is None
        is_worse = passed is not None and passed < (balance.warned_percent or 100)
        balance.warned_at = (balance.warned_at or now) if is_low else None
        balance.warned_percent = passed
        if is_news or is_worse:
            balance.warnings += 1
            event = BalanceLow(
                account_id=balance.account_id,
                version=balance.warnings,
                balance_amount=balance.free_amount,
                planned_amount=planned,
                percent=passed if is_worse else None,
                full_amount=balance.full_amount if is_worse else None,
            )
            tx.emit(event)
            log.info("balance is low", account_id=str(balance.account_id))


async def _planned_parts(tx: Tx, balance: SmsBalanceRow, now: datetime) -> int:
    row = NotificationRow
    found = await tx.scalar(
        select(func.coalesce(func.sum(func.coalesce(row.parts, 1)), 0)).where(
            row.account_id == balance.account_id,
            row.state.in_(("planned", "held")),
            row.planned_at < now + AHEAD,
            row.channel.in_(("sms", "viber", "voice")),
        )
    )
    return int(found or 0)
