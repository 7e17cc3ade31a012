"""Ask a provider whether messages can go; a good answer lets the waiting ones go, a bad one says what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.db import Database, Tx
from notifications.clock import Clock
from notifications.domain.outcomes import ErrorClass, NotSent, Refused, Unknown
from notifications.domain.reasons import Reason
from notifications.domain.routing import INTEGRICA, stops_provider
from notifications.errors import ProviderNotSetUp, SenderNameNotRegistered
from notifications.providers import Checked
from notifications.providers.factory import Providers
from notifications.tables import ProviderAccount

from .keep_balance import free_amount
from .release_held import cure, release_held, stop


@dataclass(frozen=True)
class Verdict:
    """What came of a check."""

    reason: Reason | None
    said: str | None
    balance: str | None
    released: int
    at: datetime


@dataclass(frozen=True)
class Checker:
    """Read and commit, ask, record and commit."""

    db: Database
    clock: Clock
    providers: Providers

    async def check(self, account_id: UUID, provider: str) -> Verdict:
        """Raises `ProviderNotSetUp` where nothing is saved for the provider."""
        async with self.db.tx(account_id) as tx:
            account = await tx.get(ProviderAccount, (account_id, provider))
        if account is None:
            raise ProviderNotSetUp(provider)
        own = account.provider == INTEGRICA
        sender_name = self.providers.platform_sender_name if own else account.sender_name
        try:
            checked = await self.providers.of(account).check(sender_name)
        except (ValueError, KeyError):
            checked = Checked(Refused(ErrorClass.AUTH, "", "the stored secret cannot be opened"))
        async with self.db.tx(account_id) as tx:
            return await self._record(tx, account, checked, await self.clock.now(tx))

    async def refuse_unknown_name(self, account: ProviderAccount) -> None:
        """Raises `SenderNameNotRegistered` where the provider lists the account's names and this is none of them.

        A provider that lists nothing, refuses access or does not answer proves nothing against the name.
        """
        if account.provider == INTEGRICA:
            return
        try:
            checked = await self.providers.of(account).check(account.sender_name)
        except (ValueError, KeyError):
            return
        names = checked.sender_names
        if names is not None and account.sender_name not in names:
            raise SenderNameNotRegistered(account.sender_name, account.provider, list(names)[:20])

    async def _record(self, tx: Tx, account: ProviderAccount, checked: Checked, now: datetime) -> Verdict:
        balance = checked.balance
        if account.provider == INTEGRICA:
            # The platform's own credits are nobody else's business; the account's are in its ledger.
            balance = str(await free_amount(tx, account.account_id))
        trouble = checked.trouble
        if trouble is not None:
            reason = _reason(trouble, account.provider)
            said = trouble.cause if isinstance(trouble, NotSent) else trouble.said
            await stop(tx, account, reason, said, now)
            return Verdict(reason, said, balance, 0, now)
        released = await cure(tx, account.account_id, account.provider, now)
        # Somebody looks at it now: what waits for money or a name may try as well.
        released = released or await release_held(tx, account.account_id, now)
        return Verdict(None, None, balance, released, now)


def _reason(trouble: Refused | NotSent | Unknown, provider: str) -> Reason:
    stopped = stops_provider(trouble.error, provider) if isinstance(trouble, Refused) else None
    return stopped or Reason.PROVIDER_UNAVAILABLE
