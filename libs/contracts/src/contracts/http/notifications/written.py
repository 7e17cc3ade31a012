"""What members write to clients by hand, and what clients answer: without an address anywhere."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field

from contracts.base import Money
from contracts.http.base import TURNING, Answer, Body

from .messages import Fix, NotificationStateName


def _some_lines(text: str) -> str:
    tidy = text.replace("\r\n", "\n").strip()
    seen = [sign for sign in tidy if sign != "\n"]
    if any(unicodedata.category(sign) in ("Cc", "Cs") or sign in TURNING for sign in seen):
        raise ValueError("characters")
    if all(unicodedata.category(sign)[0] in "CZ" for sign in seen):
        raise ValueError("characters")
    return tidy


class MessageDraft(Body):
    """Words of one's own for a client. The company's name is put before them; nothing in them is filled in."""

    text: Annotated[str, AfterValidator(_some_lines)] = Field(
        min_length=1, max_length=600, description="No links; no phone numbers by whoever may not see those of clients."
    )
    channel: Literal["sms", "voice"] = Field(default="sms", description="`voice` is read aloud over the phone.")
    booking_id: UUID | None = Field(default=None, description="The visit that it is about.")


class MessageForecast(Answer):
    """What would become of a draft now. Nothing is kept of it."""

    text: str = Field(description="As the client would get it.")
    channel: str
    channels: list[Literal["sms", "voice"]] = Field(description="Those that the account has a provider for.")
    state: Literal["planned", "held", "suppressed"]
    is_now: bool = Field(description="It goes at once; otherwise at `planned_at`, or when its cause is cured.")
    planned_at: AwareDatetime
    parts: int
    most_parts: int
    price: Money | None = Field(default=None, description="Where it is paid from the own balance.")
    provider: str | None = None
    reason_code: str | None = None
    reason_text: str | None = None
    fix: Fix | None = None
    help_url: str | None = None
    left_for_client: int = Field(description="So many more the caller may write to this client today.")
    left_today: int = Field(description="So many more the caller may write to clients today.")


class WrittenMessage(Answer):
    """A message by hand, or an answer of the client."""

    id: UUID
    direction: Literal["out", "in"]
    text: str | None = Field(default=None, description="None where it was forgotten with its client.")
    at: AwareDatetime
    author_id: UUID | None = None
    author_name: str | None = None
    booking_id: UUID | None = None
    channel: str | None = None
    parts: int | None = None
    state: NotificationStateName | None = None
    planned_at: AwareDatetime | None = None
    reason_code: str | None = None
    reason_text: str | None = None
    fix: Fix | None = None
    help_url: str | None = None


class WrittenMessages(Answer):
    """The newest first. Whoever may not read all messages of the account reads their own and the answers to them."""

    items: list[WrittenMessage]
    next_cursor: str | None = None
