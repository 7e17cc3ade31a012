"""What an account sets about its messages, and what a change of it does to those still to go."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    Field,
    PlainSerializer,
    StrictBool,
    StrictInt,
    WithJsonSchema,
)

from contracts.http.base import Answer, Body

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

RecipientRole = Literal["owner", "administrator", "manager", "master", "operator", "support", "staff_member"]

QuietPolicy = Literal["drop", "shift_earlier", "shift_later"]


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
        description="When the day's messages and registers are looked at, on the account's wall clock; an hour before "
        "the first visit where that is earlier and no quiet hour.",
    )
    balance_warning_amount: StrictInt | None = Field(
        default=None,
        ge=0,
        le=100_000_000,
        description="Minor units: below so much of the own SMS balance its low state is told. In any case it is told "
        "when the messages planned for a week cost more than there is.",
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
