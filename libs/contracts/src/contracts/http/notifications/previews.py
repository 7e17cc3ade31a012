"""What would be sent: for a visit before it is saved, and for today in the morning."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import (
    AwareDatetime,
    Field,
    StrictBool,
    StrictInt,
)

from contracts.base import Language
from contracts.http.base import Answer, Body

from .messages import Fix, Notification


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
