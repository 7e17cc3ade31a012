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

Kind = Literal[
    "created",
    "rescheduled",
    "cancelled",
    "reminder_3d",
    "reminder_eve",
    "reminder_3h",
    "review_request",
    "waitlist_offer",
]
StaffKind = Literal[
    "created",
    "rescheduled",
    "cancelled",
    "balance_low",
    "provider_trouble",
    "fiscal_trouble",
    "morning_check",
    "review",
]
ClientChannel = Literal["sms", "viber", "voice", "email"]
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
    help_url: str | None = Field(default=None, description="The page about the reason.")
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
    review_request: StrictBool = False
    waitlist_offer: StrictBool = True


class ClientChannels(Body):
    """How each kind goes to clients. E-mail becomes an SMS for those whose card has no address."""

    created: ClientChannel = "sms"
    rescheduled: ClientChannel = "sms"
    cancelled: ClientChannel = "sms"
    reminder_3d: ClientChannel = "sms"
    reminder_eve: ClientChannel = "sms"
    reminder_3h: ClientChannel = "sms"
    review_request: ClientChannel = "sms"
    waitlist_offer: ClientChannel = "sms"


class Offsets(Body):
    """When messages go out by themselves. Minutes are elapsed time before the visit (for the review: after its end);
    the eve hour is the location's wall clock."""

    reminder_3d_min: StrictInt = Field(default=3 * 24 * 60, ge=60, le=60 * 24 * 30)
    reminder_eve_at: Hour = Field(default=time(19, 0), json_schema_extra={"default": "19:00"})
    reminder_3h_min: StrictInt = Field(default=3 * 60, ge=5, le=60 * 24 * 30)
    review_after_min: StrictInt = Field(default=2 * 60, ge=5, le=60 * 24 * 2)


class StaffKindSettings(Body):
    """One kind of message to staff: on or off, and who gets it (`staff_member`: the one whose time it is)."""

    enabled: StrictBool = True
    recipients: frozenset[RecipientRole] = frozenset({"owner", "administrator", "staff_member"})


_OF_OFFICE = StaffKindSettings(recipients=frozenset({"owner", "administrator"}))


class StaffKinds(Body):
    """News of bookings, and of the account itself: money for SMS, a provider or a cash register that needs a hand,
    and what would fail today, told in the morning."""

    created: StaffKindSettings = StaffKindSettings()
    rescheduled: StaffKindSettings = StaffKindSettings()
    cancelled: StaffKindSettings = StaffKindSettings()
    balance_low: StaffKindSettings = _OF_OFFICE
    provider_trouble: StaffKindSettings = _OF_OFFICE
    fiscal_trouble: StaffKindSettings = _OF_OFFICE
    morning_check: StaffKindSettings = _OF_OFFICE
    review: StaffKindSettings = _OF_OFFICE


class NotificationSettings(Body):
    """Everything an account may set about its messages; what is left out of a PUT gets its default."""

    client_messages_on: StrictBool = Field(default=True, description="Off: no client of the account gets any message.")
    client_kinds: ClientKinds = ClientKinds()
    client_channels: ClientChannels = ClientChannels()
    offsets: Offsets = Offsets()
    quiet_hours: QuietHours = QuietHours()
    staff_kinds: StaffKinds = StaffKinds()
    morning_check_at: Hour = Field(
        default=time(7, 30),
        json_schema_extra={"default": "07:30"},
        description="When the day's messages and registers are looked at, on the account's wall clock.",
    )
    merge_same_day: StrictBool = Field(
        default=False, description="On: of several visits of a client on one day and location only the first reminds."
    )
    version: StrictInt = Field(default=0, ge=0, description="Grows with each change; `If-Match` takes it.")


class SettingsChange(Answer):
    """What other settings would do, or have done, to the messages that are still to go. Nothing is saved by a dry run.

    `dropped` is counted by the reason that each of these messages will show."""

    dry_run: bool
    settings: NotificationSettings
    bookings: int = Field(description="Coming visits that were thought over.")
    moved: int
    added: int
    dropped: int
    dropped_by_reason: dict[str, int]
    kept: int


class HttpToken(Body):
    """TurboSMS by the token of its HTTP API. Secrets left out keep their stored value."""

    kind: Literal["http-token"]
    token: Secret | None = None
    sender_name: str = Field(max_length=40)
    viber_sender_name: str | None = Field(
        default=None,
        max_length=40,
        description="Where set, clients get Viber first and the SMS when it does not arrive.",
    )
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
    viber_sender_name: str | None = Field(
        default=None,
        max_length=40,
        description="Where set, clients get Viber first and the SMS when it does not arrive.",
    )
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
    viber_sender_name: str | None = None
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


class Measured(Answer):
    """A filled-in text and what it costs."""

    text: str
    alphabet: Literal["gsm", "ucs2"]
    units: int = Field(description="Septets or UTF-16 units.")
    parts: int
    left_in_part: int = Field(description="Units until one more part is needed.")
    price: Money


class Template(Answer):
    """The text of one kind in one language, with a filled-in example.

    `text` is what was written last, `used_text` what goes out: they differ while a new text waits for approval."""

    kind: str
    recipient_type: Literal["client", "staff"]
    language: Language
    state: Literal["standard", "draft", "pending", "approved", "rejected"] = "standard"
    text: str
    used_text: str
    transliterate: bool = False
    comment: str | None = Field(default=None, description="What whoever rejected it has said.")
    author_name: str | None = None
    written_at: AwareDatetime | None = None
    decided_by_name: str | None = None
    decided_at: AwareDatetime | None = None
    variables: list[str]
    example: str
    example_parts: int
    longest: Measured | None = Field(
        default=None, description="With the longest values that this account really has; in the answer about one text."
    )
    version: int = 0


class Templates(Answer):
    items: list[Template]


class TemplateDraft(Body):
    """A text of the account's own. It goes out once somebody else has approved it; until then the old one does."""

    text: str = Field(min_length=1, max_length=1000)
    transliterate: StrictBool = Field(default=False, description="Send it in Latin letters, which needs fewer parts.")
    submit: StrictBool = Field(default=True, description="Off: keep it as a draft that nobody is asked to check.")


class TemplateRejection(Body):
    comment: str = Field(min_length=1, max_length=500)


class TemplatePreviewRequest(Body):
    """A draft to look at; without a text the one in use is shown."""

    kind: Kind
    recipient_type: Literal["client", "staff"] = "client"
    language: Language = "uk"
    text: str | None = Field(default=None, min_length=1, max_length=1000)
    transliterate: StrictBool = False


class TemplatePreview(Measured):
    """The draft filled in, and what it costs."""

    longest: Measured = Field(description="With the longest values that this account really has.")
    longest_transliterated: Measured = Field(description="The same in Latin letters.")


class ClientPreferences(Body):
    """A client's refusals; `messages` off stops everything but login codes."""

    messages: StrictBool = True
    reminders: StrictBool = True
    changes: StrictBool = Field(default=True, description="News of visits that staff moved or cancelled.")
    refused_channels: frozenset[ClientChannel] = Field(
        default=frozenset(), description="Channels that are not to be used; only in the wishes at one account."
    )


class RecordedPreferences(Answer):
    """A client's refusals, and who of the account wrote them down last."""

    messages: bool = True
    reminders: bool = True
    changes: bool = True
    refused_channels: list[ClientChannel] = Field(default_factory=list)
    changed_at: AwareDatetime | None = None
    changed_by_name: str | None = None
    changed_by_role: str | None = None
    refused_everywhere: list[Literal["messages", "reminders", "changes"]] = Field(
        default_factory=list, description="What the person has refused at every account, in their own pages."
    )


class DraftItem(Body):
    """One service of a visit that is about to be booked."""

    service_name: str = Field(min_length=1, max_length=200)
    staff_member_id: UUID
    staff_member_name: str = Field(default="", max_length=200)
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class DraftClient(Body):
    """Whoever comes, where no card is chosen yet."""

    name: str = Field(min_length=1, max_length=200)
    phone: str | None = Field(default=None, max_length=40)
    language: Language = "uk"


class BookingDraft(Body):
    """A visit as it would be booked by staff."""

    location_id: UUID
    items: list[DraftItem] = Field(min_length=1, max_length=20)
    client_id: UUID | None = None
    client: DraftClient | None = None
    price: StrictInt = Field(default=0, ge=0, description="Minor units.")


class PlanPreviewRequest(Body):
    """What is about to be saved: a new visit (`draft`), or a move or cancellation of the one with `booking_id`."""

    act: Literal["create", "reschedule", "cancel"]
    draft: BookingDraft | None = None
    booking_id: UUID | None = None
    starts_at: AwareDatetime | None = Field(default=None, description="The new time of a move.")
    staff_member_id: UUID | None = Field(default=None, description="Who serves after a move, if somebody else.")
    tell_client: StrictBool = True


class PlannedMessage(Notification):
    """A message as it will be recorded; `change` is what saving does to it."""

    change: Literal["added", "moved", "dropped", "kept"]


class PlanPreview(Answer):
    """Every message of the visit after saving, with its moment or its reason; ids of new ones are not final."""

    items: list[PlannedMessage]
    to_go: int = Field(description="How many will go.")
    parts: int = Field(description="SMS parts of those that will go to the client.")


class Cause(Answer):
    """Messages that share a state and a reason: how many, since when, and what cures them."""

    state: NotificationStateName
    reason_code: str | None = None
    reason_text: str | None = None
    fix: Fix | None = None
    help_url: str | None = None
    count: int
    first_planned_at: AwareDatetime
    last_planned_at: AwareDatetime


class Causes(Answer):
    """What waits or did not go, why, and what cures it; the most messages first."""

    items: list[Cause]
    total: int


class ThingToFix(Answer):
    """Something that would fail today as things stand."""

    area: Literal["sms", "client", "fiscal"]
    code: str
    text: str
    fix: Fix | None = None
    help_url: str
    count: int = Field(description="Messages, clients or receipts that it concerns.")
    provider: str | None = None
    since: AwareDatetime | None = Field(default=None, description="When it begins, or began, to hurt.")


class MorningCheck(Answer):
    """What the morning message would say now."""

    items: list[ThingToFix]
    text: str | None = Field(default=None, description="The message, in the reader's language.")
