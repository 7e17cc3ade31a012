"""Bodies of the notifications API: messages and their reasons, settings, providers, balance, templates."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Field,
    PlainSerializer,
    StrictBool,
    StrictInt,
    StringConstraints,
    WithJsonSchema,
)

from contracts.base import Language, Money

from .base import Answer, Body

Kind = Literal["created", "rescheduled", "cancelled", "reminder_3d", "reminder_eve", "reminder_3h"]
StaffKind = Literal["created", "rescheduled", "cancelled"]
NotificationStateName = Literal[
    "suppressed",
    "planned",
    "held",
    "sending",
    "sent",
    "delivered",
    "unknown",
    "failed",
    "expired",
    "cancelled",
]
Provider = Literal["turbosms", "alphasms", "integrica"]
RecipientRole = Literal["owner", "administrator", "manager", "master", "operator", "support", "staff_member"]
QuietPolicy = Literal["drop", "shift_earlier", "shift_later"]

Secret = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Fix(Answer):
    """What the reader can do next."""

    text: str
    url: str | None = None


class Recipient(Answer):
    """Whom the message is for; never the address itself."""

    type: Literal["client", "staff"]
    id: UUID | None = Field(description="Client id, or user id of a member.")
    name: str


class Attempt(Answer):
    """One hand-over to a provider."""

    number: int
    provider: str
    started_at: AwareDatetime
    finished_at: AwareDatetime | None = None
    outcome: Literal["running", "accepted", "refused", "not_sent", "unknown"]
    error_class: str | None = None
    provider_code: str | None = None
    provider_text: str | None = None
    trace_id: str | None = None


class Notification(Answer):
    """One decision about one message to one recipient: sent, waiting, or not sent and why."""

    id: UUID
    booking_id: UUID | None = None
    kind: str
    recipient: Recipient
    channel: str
    provider: str | None = None
    planned_at: AwareDatetime | None = None
    useful_until: AwareDatetime | None = None
    state: NotificationStateName
    reason_code: str | None = None
    reason_text: str | None = None
    fix: Fix | None = None
    provider_error: str | None = Field(default=None, description="As the provider said it.")
    text: str | None = None
    parts: int | None = None
    sent_at: AwareDatetime | None = None
    delivered_at: AwareDatetime | None = None
    may_send_again: bool = Field(default=False, description="Whether `POST …/send-again` is offered for it.")
    attempts: list[Attempt] = Field(default_factory=list)


class Notifications(Answer):
    items: list[Notification]
    next_cursor: str | None = None


def _in_whole_minutes(hour: time) -> time:
    if hour.second or hour.microsecond or hour.tzinfo:
        raise ValueError("whole_minutes")
    return hour


def _short(hour: time) -> str:
    return hour.strftime("%H:%M")


Hour = Annotated[
    time,
    AfterValidator(_in_whole_minutes),
    PlainSerializer(_short, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}),
]
"""A time of the location's wall clock, as "21:00"."""


class QuietHours(Body):
    """No message starts on its way between these hours of the location's wall clock."""

    enabled: StrictBool = True
    starts: Hour = Field(default=time(21, 0), json_schema_extra={"default": "21:00"})
    ends: Hour = Field(default=time(7, 0), json_schema_extra={"default": "07:00"})
    policy: QuietPolicy = "drop"


class ClientKinds(Body):
    """Which messages clients get."""

    created: StrictBool = False
    rescheduled: StrictBool = True
    cancelled: StrictBool = True
    reminder_3d: StrictBool = True
    reminder_eve: StrictBool = True
    reminder_3h: StrictBool = True


class Offsets(Body):
    """When reminders go out. Minutes are elapsed time before the visit; the eve hour is the location's wall clock."""

    reminder_3d_min: StrictInt = Field(default=3 * 24 * 60, ge=60, le=60 * 24 * 30)
    reminder_eve_at: Hour = Field(default=time(19, 0), json_schema_extra={"default": "19:00"})
    reminder_3h_min: StrictInt = Field(default=3 * 60, ge=5, le=60 * 24 * 30)


class StaffKindSettings(Body):
    """One kind of message to staff: on or off, and who gets it (`staff_member`: the one whose time it is)."""

    enabled: StrictBool = True
    recipients: frozenset[RecipientRole] = frozenset({"owner", "administrator", "staff_member"})


class StaffKinds(Body):
    created: StaffKindSettings = StaffKindSettings()
    rescheduled: StaffKindSettings = StaffKindSettings()
    cancelled: StaffKindSettings = StaffKindSettings()


class NotificationSettings(Body):
    """Everything an account may set about its messages; what is left out of a PUT gets its default."""

    client_messages_on: StrictBool = Field(default=True, description="Off: no client of the account gets any message.")
    client_kinds: ClientKinds = ClientKinds()
    offsets: Offsets = Offsets()
    quiet_hours: QuietHours = QuietHours()
    staff_kinds: StaffKinds = StaffKinds()
    merge_same_day: StrictBool = Field(
        default=False, description="On: of several visits of a client on one day and location only the first reminds."
    )
    version: StrictInt = Field(default=0, ge=0, description="Grows with each change; `If-Match` takes it.")


class HttpToken(Body):
    """TurboSMS by the token of its HTTP API. Secrets left out keep their stored value."""

    kind: Literal["http-token"]
    token: Secret | None = None
    sender_name: str = Field(max_length=40)
    order: StrictInt = Field(default=1, ge=1, le=9)
    enabled: StrictBool = True
    webhook_secret: Secret | None = Field(default=None, description="The key that signs TurboSMS' delivery reports.")


class SoapLogin(Body):
    """TurboSMS by login and password of its SOAP gateway (not those of its web site)."""

    kind: Literal["soap-login"]
    login: Secret | None = None
    password: Secret | None = None
    sender_name: str = Field(max_length=40)
    order: StrictInt = Field(default=1, ge=1, le=9)
    enabled: StrictBool = True


class ApiKey(Body):
    """AlphaSMS by its key."""

    kind: Literal["api-key"]
    key: Secret | None = None
    sender_name: str = Field(max_length=40)
    order: StrictInt = Field(default=1, ge=1, le=9)
    enabled: StrictBool = True


class OwnBalance(Body):
    """The prepaid balance of the platform; it needs no secret."""

    kind: Literal["own-balance"] = "own-balance"
    order: StrictInt = Field(default=1, ge=1, le=9)
    enabled: StrictBool = True


class ProviderSettings(Answer):
    """A provider of the account as people may see it: of a secret only whether it is set."""

    provider: Provider
    kind: Literal["http-token", "soap-login", "api-key", "own-balance"] | None = None
    is_set_up: bool
    has_secret: bool = False
    login: str | None = Field(default=None, description="Shown for soap-login: it is no secret by itself.")
    sender_name: str | None = None
    order: int | None = None
    enabled: bool = False
    state: Literal[
        "not_set_up",
        "ok",
        "unchecked",
        "provider_unauthorized",
        "insufficient_balance",
        "sender_not_registered",
        "provider_unavailable",
    ]
    reason_text: str | None = None
    fix: Fix | None = None
    provider_error: str | None = None
    checked_at: AwareDatetime | None = None
    held_messages: int = Field(default=0, description="Messages that wait for this provider to be cured.")
    callback_url: str | None = Field(default=None, description="Where the provider should push delivery reports.")
    version: int = 0


class ProviderList(Answer):
    items: list[ProviderSettings]


class ProviderCheck(Answer):
    """What the provider said when it was asked just now."""

    ok: bool
    reason_code: str | None = None
    reason_text: str | None = None
    fix: Fix | None = None
    provider_error: str | None = None
    balance: str | None = Field(default=None, description="As the provider counts it; credits or money.")
    checked_at: AwareDatetime
    released: int = Field(default=0, description="Held messages that go on their way because of this check.")


class LedgerEntry(Answer):
    """One line of the prepaid balance; `amount` changes the balance, `reserved` what is set aside of it."""

    id: UUID
    kind: Literal["topup", "reserve", "settle", "release", "adjustment"]
    amount: int = Field(description="Minor units; negative is a debit.")
    reserved: int = Field(description="Minor units set aside (positive) or freed (negative).")
    balance_after: int
    notification_id: UUID | None = None
    note: str | None = None
    created_at: AwareDatetime


class Forecast(Answer):
    """What the plan of messages needs, against what is there."""

    planned_messages: int
    planned_amount: Money
    is_enough: bool
    runs_out_at: AwareDatetime | None = Field(default=None, description="When the credit ends, if it does.")


class SmsBalance(Answer):
    balance: Money
    available: Money = Field(description="The balance without what is set aside for messages under way.")
    reserved: Money
    price_per_part: Money
    ledger: list[LedgerEntry]
    next_cursor: str | None = None
    forecast: Forecast


class Template(Answer):
    """The text of one kind in one language, with a filled-in example."""

    kind: str
    recipient_type: Literal["client", "staff"]
    language: Language
    text: str
    variables: list[str]
    example: str
    example_parts: int


class Templates(Answer):
    items: list[Template]


class TemplatePreviewRequest(Body):
    """A draft to look at; without a text the standard one is shown."""

    kind: Kind
    recipient_type: Literal["client", "staff"] = "client"
    language: Language = "uk"
    text: str | None = Field(default=None, min_length=1, max_length=1000)


class TemplatePreview(Answer):
    """The draft filled in, and what it costs."""

    text: str
    alphabet: Literal["gsm", "ucs2"]
    units: int = Field(description="Septets or UTF-16 units.")
    parts: int
    left_in_part: int = Field(description="Units until one more part is needed.")
    price: Money


class ClientPreferences(Body):
    """A client's refusals; `messages` off stops everything but login codes."""

    messages: StrictBool = True
    reminders: StrictBool = True
    changes: StrictBool = Field(default=True, description="News of visits that staff moved or cancelled.")
