"""Messages: one decision each, why it goes, waits or does not go, and what cures that."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import (
    AwareDatetime,
    Field,
)

from contracts.http.base import Answer

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
    author_name: str | None = Field(default=None, description="Who wrote it, where a person did.")
    parts: int | None = None
    sent_at: AwareDatetime | None = None
    delivered_at: AwareDatetime | None = None
    may_send_again: bool = Field(default=False, description="Whether `POST …/send-again` is offered for it.")
    attempts: list[Attempt] = Field(default_factory=list)


class Notifications(Answer):
    items: list[Notification]
    next_cursor: str | None = None


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
