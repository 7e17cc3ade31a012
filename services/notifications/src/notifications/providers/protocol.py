"""What the sender asks of any SMS provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from notifications.domain.outcomes import Delivery, NotSent, Outcome, Refused, Unknown


@dataclass(frozen=True)
class OutgoingSms:
    """One message to one phone. `number` is ours, unique for ever: providers that take an id get it."""

    number: int
    phone_e164: str
    sender_name: str
    text: str


@dataclass(frozen=True)
class Checked:
    """What a look at the account found: `trouble` is none when messages can go."""

    trouble: Refused | NotSent | Unknown | None
    balance: str | None = None


@dataclass(frozen=True)
class StatusSeen:
    """The state of one message at the provider, in our word and in the provider's own."""

    delivery: Delivery
    said: str


class SmsProvider(Protocol):
    """An account at a provider. Every method answers; only a bug raises."""

    async def send(self, sms: OutgoingSms) -> Outcome:
        """Hand one message over."""

    async def check(self, sender_name: str) -> Checked:
        """Ask about access, sender name and balance without sending anything."""

    async def statuses(self, message_ids: Sequence[str]) -> Mapping[str, StatusSeen]:
        """What has become of messages; those the provider does not tell about are left out."""

    async def look_up(self, number: int) -> StatusSeen | Unknown | None:
        """The message with our own `number`: its state, none where the provider surely has no such message, or
        `Unknown` where that cannot be found out (some providers know no numbers of ours)."""
