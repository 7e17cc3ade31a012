"""What may come of handing a message to a provider."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ErrorClass(StrEnum):
    """Why a provider refuses; the class decides who must act, not the provider's own code."""

    AUTH = "auth"
    NO_FUNDS = "no_funds"
    SENDER = "sender"
    BAD_RECIPIENT = "bad_recipient"
    STOP_LIST = "stop_list"
    CONTENT = "content"
    DUPLICATE = "duplicate"
    LIMIT = "limit"
    TRANSIENT = "transient"
    GONE = "gone"
    """The chat, the browser or the mailbox is no more, or its owner shut it."""
    BUG = "bug"


@dataclass(frozen=True)
class Accepted:
    """The provider has taken the message over."""

    message_id: str | None
    status: str
    parts: int | None = None


@dataclass(frozen=True)
class Refused:
    """The provider surely did not take it, and said why."""

    error: ErrorClass
    code: str
    text: str
    retry_after_s: float | None = None
    """When the provider wants to be asked again; only with `LIMIT`."""

    @property
    def said(self) -> str:
        """The provider's own words, for the eyes of the account."""
        return f"{self.code} {self.text}".strip()


@dataclass(frozen=True)
class NotSent:
    """The call never reached the provider: trying again is safe."""

    cause: str


@dataclass(frozen=True)
class Unknown:
    """The provider may have taken it: nothing may be repeated before that is known."""

    cause: str
    code: str = ""

    @property
    def said(self) -> str:
        """What was seen instead of an answer."""
        return f"{self.code} {self.cause}".strip()


Outcome = Accepted | Refused | NotSent | Unknown


class Delivery(StrEnum):
    """What a provider says later about a message that it has taken; ordered, and only ever moved forward."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    REJECTED = "rejected"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @property
    def reached(self) -> bool:
        """Whether the person has it."""
        return self in (Delivery.DELIVERED, Delivery.READ)

    @property
    def has_failed(self) -> bool:
        """Whether the person surely will not get it."""
        return self in _FAILURES


_FAILURES = frozenset({Delivery.UNDELIVERED, Delivery.EXPIRED, Delivery.REJECTED, Delivery.FAILED, Delivery.CANCELLED})
