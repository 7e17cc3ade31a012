"""What the sender asks of any SMS provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from notifications.domain.carriers import Channel
from notifications.domain.outcomes import Delivery, NotSent, Outcome, Refused, Unknown


@dataclass(frozen=True)
class OutgoingSms:
    """One message to one phone. `number` is ours, unique for ever: providers that take an id get it."""

    number: int
    phone_e164: str
    sender_name: str
    text: str
    channel: Channel = Channel.SMS
    viber_sender_name: str | None = None
    """Where it is set, Viber is tried first and the SMS goes to whom Viber does not reach in time."""


VIBER_LIFE_S = 600
"""How long Viber may try before the SMS takes over: the message must still be useful then."""


@dataclass(frozen=True)
class Checked:
    """What a look at the account found: `trouble` is none when messages can go."""

    trouble: Refused | NotSent | Unknown | None
    balance: str | None = None
    sender_names: tuple[str, ...] | None = None
    """The names that may be signed with, where the provider lists them."""


@dataclass(frozen=True)
class StatusSeen:
    """The state of one message at the provider, in our word and in the provider's own."""

    delivery: Delivery
    said: str
    replies: tuple[str, ...] = ()
    """What the person answered, where the provider tells it with the state."""


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
