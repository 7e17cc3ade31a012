"""Everything this service may refuse beside what every service refuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kit.errors import Kind, Problem


@dataclass(eq=False)
class NotRepeatable(Problem):
    """Only a message that failed, or whose fate is unknown, is sent again by hand."""

    code: ClassVar[str] = "notifications.not_repeatable"
    kind: ClassVar[Kind] = Kind.CONFLICT
    state: str


@dataclass(eq=False)
class NoLongerUseful(Problem):
    """The visit that the message is about has begun."""

    code: ClassVar[str] = "notifications.no_longer_useful"
    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(eq=False)
class RecipientRefused(Problem):
    """The recipient has no number any more, or refused messages."""

    code: ClassVar[str] = "notifications.recipient_refused"
    kind: ClassVar[Kind] = Kind.CONFLICT
    reason_code: str
    reason_text: str
    reason_fix: str


@dataclass(eq=False)
class ProviderNotSetUp(Problem):
    """The account has not saved anything for this provider yet."""

    code: ClassVar[str] = "notifications.provider_not_set_up"
    kind: ClassVar[Kind] = Kind.CONFLICT
    provider: str


@dataclass(eq=False)
class ProviderKindMismatch(Problem):
    """The way of connecting does not belong to the provider in the address."""

    code: ClassVar[str] = "notifications.provider_kind_mismatch"
    kind: ClassVar[Kind] = Kind.REFUSED
    provider: str
    given: str
    allowed: list[str]


@dataclass(eq=False)
class TemplateVariableUnknown(Problem):
    """A text names a variable that no message has."""

    code: ClassVar[str] = "notifications.template_variable_unknown"
    kind: ClassVar[Kind] = Kind.REFUSED
    variable: str
    allowed: list[str]


@dataclass(eq=False)
class TemplateMalformed(Problem):
    """The braces of a text do not make variables."""

    code: ClassVar[str] = "notifications.template_malformed"
    kind: ClassVar[Kind] = Kind.REFUSED
    example: str = "{name}"


@dataclass(eq=False)
class TemplateNotPending(Problem):
    """Only a text that waits for approval is approved or rejected."""

    code: ClassVar[str] = "notifications.template_not_pending"
    kind: ClassVar[Kind] = Kind.CONFLICT
    state: str


@dataclass(eq=False)
class TemplateOwnText(Problem):
    """Nobody approves a text that they have written themselves."""

    code: ClassVar[str] = "notifications.template_own_text"
    kind: ClassVar[Kind] = Kind.FORBIDDEN


class TooManyWebHooks(Problem):
    """An account has so many web hooks and no more."""

    code: ClassVar[str] = "notifications.too_many_webhooks"
    kind: ClassVar[Kind] = Kind.CONFLICT
    most: int


@dataclass(eq=False)
class WebHookDeliveryNotRepeatable(Problem):
    """The hook is paused, or what was to be told had to be forgotten."""

    code: ClassVar[str] = "notifications.webhook_delivery_not_repeatable"
    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(eq=False)
class EventsForgotten(Problem):
    """The feed does not reach back so far any more: the reader has to load the present state anew."""

    code: ClassVar[str] = "notifications.events_forgotten"
    kind: ClassVar[Kind] = Kind.CONFLICT
    kept_days: int


@dataclass(eq=False)
class TelegramNotOffered(Problem):
    """The platform has no bot, or Telegram does not answer for it."""

    code: ClassVar[str] = "notifications.telegram_not_offered"
    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(eq=False)
class SenderNameNotRegistered(Problem):
    """The provider lists the account's names, and this one is not among them."""

    code: ClassVar[str] = "notifications.sender_name_not_registered"
    kind: ClassVar[Kind] = Kind.REFUSED
    sender_name: str
    provider: str
    registered: list[str]


@dataclass(eq=False)
class TooManyToClient(Problem):
    """The caller has written to this client as often as anybody may on one day."""

    code: ClassVar[str] = "notifications.too_many_to_client"
    kind: ClassVar[Kind] = Kind.TOO_MANY
    most: int
    again_in_s: int

    @property
    def retry_after_s(self) -> int:
        return self.again_in_s


@dataclass(eq=False)
class TooManyWritten(TooManyToClient):
    """The caller has written to clients as often as anybody may on one day."""

    code: ClassVar[str] = "notifications.too_many_written"
