"""Look now and then whether a stopped provider is cured: first ask it, then let one message try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from kit.db import Database
from kit.loops import each, every
from notifications.clock import Clock
from notifications.domain.outcomes import NotSent, Refused, Unknown
from notifications.domain.routing import INTEGRICA
from notifications.providers.factory import Providers
from notifications.tables import ProviderAccount

from .release_held import cure, probe_pause, send_trial

BATCH = 40
TURN_S = 2.0
ASKED_AT_ONCE = 8
"""One that does not answer keeps no other account from hearing that it may send again."""


@dataclass(frozen=True)
class Watch:
    """A loop of the worker."""

    db: Database
    clock: Clock
    providers: Providers

    async def run(self) -> None:
        """Watch for ever."""
        await every(TURN_S, self.all_due)

    async def all_due(self) -> None:
        """Look at all whose turn it is: when a provider is back, all accounts that it had stopped are."""
        while await self._some() == BATCH:
            pass

    async def _some(self) -> int:
        due = {(account.account_id, account.provider): account for account in await self._due()}
        await each("providers", due, lambda whose: self._look(due[whose]), at_once=ASKED_AT_ONCE)
        return len(due)

    async def _due(self) -> Sequence[ProviderAccount]:
        async with self.db.system_tx() as tx:
            now = await self.clock.now(tx)
            rows = (
                await tx.scalars(
                    select(ProviderAccount)
                    .where(ProviderAccount.probe_at <= now)
                    .order_by(ProviderAccount.probe_at)
                    .limit(BATCH)
                    .with_for_update(skip_locked=True)
                )
            ).all()
            for account in rows:
                account.probe_at = now + probe_pause(account.state)
            return rows

    async def _look(self, account: ProviderAccount) -> None:
        trouble: Refused | NotSent | Unknown | None
        own = account.provider == INTEGRICA
        sender_name = self.providers.platform_sender_name if own else account.sender_name
        try:
            trouble = (await self.providers.of(account).check(sender_name)).trouble
        except (ValueError, KeyError):
            return
        if trouble is not None:
            return
        async with self.db.system_tx() as tx:
            now = await self.clock.now(tx)
            # The answer to a question is not the answer to a message: one goes ahead, the others follow it.
            if not await send_trial(tx, account.account_id, account.provider, now):
                await cure(tx, account.account_id, account.provider, now)
