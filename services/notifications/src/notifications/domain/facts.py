"""What the planner knows when it decides; values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from .quiet_hours import QuietHours


class Kind(StrEnum):
    """What a message is about."""

    CREATED = "created"
    RESCHEDULED = "rescheduled"
    CANCELLED = "cancelled"
    REMINDER_3D = "reminder_3d"
    REMINDER_EVE = "reminder_eve"
    REMINDER_3H = "reminder_3h"
    CONFIRM_REQUEST = "confirm_request"
    REVIEW_REQUEST = "review_request"
    WAITLIST_OFFER = "waitlist_offer"
    PREPAYMENT = "prepayment"
    WRITTEN = "written"
    BALANCE_LOW = "balance_low"
    PROVIDER_TROUBLE = "provider_trouble"
    FISCAL_TROUBLE = "fiscal_trouble"
    MORNING_CHECK = "morning_check"
    REVIEW = "review"
    REPORT = "report"
    ACCESS_REQUEST = "access_request"
    SECURITY = "security"

    @property
    def is_reminder(self) -> bool:
        """Whether it is sent because time passes, not because somebody acted."""
        return self in BY_TIME


REMINDERS = (Kind.REMINDER_3D, Kind.REMINDER_EVE, Kind.REMINDER_3H)
AHEAD = (*REMINDERS, Kind.CONFIRM_REQUEST)
"""Kinds that a visit to come calls for."""
BY_TIME = (*AHEAD, Kind.REVIEW_REQUEST)
"""Kinds that the visit's own time calls for; the client may refuse them and still hear of changes."""
OF_BOOKING = (Kind.CREATED, Kind.RESCHEDULED, Kind.CANCELLED)
"""News of what somebody did to a booking."""
CLIENT_KINDS = (*OF_BOOKING, *REMINDERS, Kind.REVIEW_REQUEST, Kind.WAITLIST_OFFER)
"""Kinds that the account turns on and off and words itself. A request to confirm goes exactly where the booking rules
want visits confirmed, and its words name what they want."""
OF_ACCOUNT = (Kind.BALANCE_LOW, Kind.PROVIDER_TROUBLE, Kind.FISCAL_TROUBLE, Kind.MORNING_CHECK, Kind.REVIEW)
"""News that concern staff alone: about the account itself, and reviews."""
OF_SMS_ITSELF = frozenset({Kind.BALANCE_LOW, Kind.PROVIDER_TROUBLE})
"""Alarms that must not depend on what they are about: they go by another channel than SMS where there is one, and by
SMS through the platform's own account, at its cost, where there is none."""
STAFF_KINDS = (*OF_BOOKING, *OF_ACCOUNT)
STAFF_MEMBER_CONCERNED = "staff_member"
"""The recipient role of whoever's time it is, whatever role they have in the account."""


@dataclass(frozen=True)
class StaffKindRule:
    """Whether staff hear of a kind, and who of them."""

    enabled: bool
    recipients: frozenset[str]


@dataclass(frozen=True)
class ConfirmRule:
    """The account wants visits confirmed so long `before` they start, and frees their time otherwise or does not."""

    before: timedelta
    releases: bool


@dataclass(frozen=True)
class Request:
    """What a request to confirm says: by when, and whether the time is freed otherwise."""

    starts_at: datetime
    until: datetime
    releases: bool


@dataclass(frozen=True)
class Rules:
    """What the account has set."""

    account_is_active: bool
    client_messages_on: bool
    client_kinds: frozenset[Kind]
    staff_kinds: dict[Kind, StaffKindRule]
    reminder_3d_before: timedelta
    reminder_eve_at: time
    reminder_3h_before: timedelta
    review_after: timedelta
    client_channels: dict[Kind, str]
    quiet: QuietHours
    merge_same_day: bool
    undo_window: timedelta
    sendable: frozenset[str]
    """Channels that this installation has a way for; whoever has chosen another is told so."""
    moves_settle: timedelta = timedelta(0)
    """So long a visit must not be moved again before people are told where it went."""
    confirm: ConfirmRule | None = None
    account_is_demo: bool = False
    """An account that only shows the product: everything is decided as usual, and nothing is sent."""


@dataclass(frozen=True)
class Standing:
    """When and with whom a visit is: what a client knows of it."""

    starts_at: datetime
    staff_member_ids: frozenset[UUID]


@dataclass(frozen=True)
class Visit:
    """The booking as its newest known version says."""

    version: int
    standing: Standing
    ends_at: datetime
    zone: ZoneInfo
    location_id: UUID
    is_ahead: bool
    """Agreed and not begun: worth a reminder."""
    is_cancelled: bool
    by_unconfirmed_door: bool
    """Made on the public page, where a phone may be anybody's."""
    is_unconfirmed: bool = False
    """Agreed, and the client's word is still missing."""
    booked_at: datetime | None = None
    is_completed: bool = False
    """The client came and was served: worth asking for a review."""


@dataclass(frozen=True)
class EarlierVisit:
    """Another visit of the client, earlier on the same day and in the same place."""

    starts_at: datetime
    by_unconfirmed_door: bool = False
    told: frozenset[str] = frozenset()
    """Kinds of reminders of it that have gone, or are about to."""


@dataclass(frozen=True)
class Client:
    """The recipient who comes to be served."""

    id: UUID
    user_id: UUID | None
    has_phone: bool
    phone_confirmed: bool
    phone_mark: str | None = None
    """`bad` or `stop_list`, where a provider has said so for good."""
    wants_messages: bool = True
    wants_reminders: bool = True
    wants_changes: bool = True
    refused_channels: frozenset[str] = frozenset()
    has_email: bool = False
    earlier_visits: tuple[EarlierVisit, ...] = ()
    """Of the same day, where the account wants one reminder for all of them."""


@dataclass(frozen=True)
class Member:
    """A recipient who works in the account."""

    user_id: UUID
    role: str
    staff_member_id: UUID | None
    location_ids: frozenset[UUID] | None
    channel: str | None
    """The channel chosen in the profile; none where nothing is chosen."""
    has_phone: bool = True
    addresses: frozenset[str] = frozenset()
    """Channels for which the profile has an address."""


@dataclass(frozen=True)
class Act:
    """What somebody has done to the booking: just now, or at `at` where it is thought over again."""

    kind: Kind
    by_client: bool
    actor_id: UUID | None
    tell_client: bool = True
    was: Standing | None = None
    """The standing before a move."""
    known_to: dict[UUID, Standing] = field(default_factory=dict)
    """By recipient: what they know, where an earlier move was never told to them."""
    at: datetime | None = None
    cause: str | None = None
    """The account's rule that did it, where nobody did."""


@dataclass(frozen=True)
class Situation:
    """Everything a decision depends on."""

    visit: Visit
    client: Client | None
    members: tuple[Member, ...]
    rules: Rules
    act: Act | None


@dataclass(frozen=True)
class Decision:
    """One answer for one recipient and kind: a moment, or the first reason against it."""

    kind: Kind
    recipient_type: str
    recipient_id: UUID
    occasion: str
    channel: str
    planned_at: datetime
    useful_until: datetime
    reason: str | None = None
    was: Standing | None = None
    act: Act | None = None
    """What it is about, where it is news: with it the decision can be taken again."""
    request: Request | None = None
    """What it asks for, where it is a request to confirm."""

    @property
    def key(self) -> DecisionKey:
        """What makes it the same decision when it is taken again."""
        return DecisionKey(self.kind, self.recipient_type, self.recipient_id, self.occasion)


@dataclass(frozen=True)
class DecisionKey:
    """Of each booking there is one decision per key."""

    kind: str
    recipient_type: str
    recipient_id: UUID
    occasion: str
