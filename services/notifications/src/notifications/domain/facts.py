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

    @property
    def is_reminder(self) -> bool:
        """Whether it is sent because time passes, not because somebody acted."""
        return self in REMINDERS


REMINDERS = (Kind.REMINDER_3D, Kind.REMINDER_EVE, Kind.REMINDER_3H)
STAFF_MEMBER_CONCERNED = "staff_member"
"""The recipient role of whoever's time it is, whatever role they have in the account."""


@dataclass(frozen=True)
class StaffKindRule:
    """Whether staff hear of a kind, and who of them."""

    enabled: bool
    recipients: frozenset[str]


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
    quiet: QuietHours
    merge_same_day: bool
    undo_window: timedelta


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
    has_earlier_visit_that_day: bool = False


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


@dataclass(frozen=True)
class Act:
    """What somebody has just done to the booking."""

    kind: Kind
    by_client: bool
    actor_id: UUID | None
    tell_client: bool = True
    was: Standing | None = None
    """The standing before a move."""
    known_to: dict[UUID, Standing] = field(default_factory=dict)
    """By recipient: what they know, where an earlier move was never told to them."""


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
