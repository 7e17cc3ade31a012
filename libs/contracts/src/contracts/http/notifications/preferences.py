"""What clients have refused."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import (
    AwareDatetime,
    Field,
    StrictBool,
)

from contracts.http.base import Answer, Body

from .settings import ClientChannel


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


class AccountPreferences(Answer):
    """What the caller refuses at one account."""

    account_id: UUID
    account_name: str
    messages: bool = True
    reminders: bool = True
    changes: bool = True
    refused_channels: list[ClientChannel] = Field(default_factory=list)


class AccountPreferencesList(Answer):
    items: list[AccountPreferences]
    next_cursor: str | None = None


class ClientRefusals(RecordedPreferences):
    """A client who refuses something here or everywhere."""

    client_id: UUID
    client_name: str


class ClientRefusalsList(Answer):
    """GET /api/v1/accounts/{account}/notification-refusals, said last first."""

    items: list[ClientRefusals]
    next_cursor: str | None = None


class MailSubscription(Answer):
    """Whether a company's mails still come."""

    company: str
    channel: Literal["email"] = "email"
    is_refused: bool
