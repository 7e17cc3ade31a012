"""Hand claimed messages to their providers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from kit import telemetry
from kit.db import Database
from notifications.clock import Clock
from notifications.domain.outcomes import ErrorClass, Outcome, Refused
from notifications.domain.routing import INTEGRICA
from notifications.providers import OutgoingSms
from notifications.providers.factory import Providers

from .claim_messages import ClaimedMessage
from .record_outcome import record_outcome

ONE_STORY = timedelta(minutes=1)
"""What leaves this soon after the act belongs to the act's own trace; a reminder days later is linked to it."""


@dataclass(frozen=True)
class Sender:
    """Call, record and commit; the claim was committed before."""

    db: Database
    clock: Clock
    providers: Providers

    async def work(self, claim: ClaimedMessage) -> None:
        """Send one message. A process that dies in here leaves the claim, whose lease makes it unknown."""
        follow = telemetry.continued if claim.claimed_at - claim.created_at < ONE_STORY else telemetry.linked
        with follow(claim.trace, "send message"):
            outcome = await self._call(claim)
            async with self.db.system_tx() as tx:
                await record_outcome(tx, claim, outcome, await self.clock.now(tx))

    async def _call(self, claim: ClaimedMessage) -> Outcome:
        account = claim.provider
        try:
            client = self.providers.of(account)
        except (ValueError, KeyError):
            return Refused(ErrorClass.AUTH, "", "the stored secret cannot be opened")
        own = account.provider == INTEGRICA
        sender_name = self.providers.platform_sender_name if own else account.sender_name
        return await client.send(OutgoingSms(claim.number, claim.phone_e164, sender_name, claim.text))
