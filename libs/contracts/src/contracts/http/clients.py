"""Bodies of the booking service: cards of clients and their visits."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool

from contracts.base import Language, Money

from .base import Answer, Body
from .booking import BookingAnswer
from .catalogue import Comment, Email, Name, Phone

Socials = Annotated[dict[Name, Name], Field(max_length=10)]


class ClientCardBody(Body):
    name: Name
    surname: Name | None = None
    phone: Phone | None = None
    email: Email | None = None
    socials: Socials = Field(default={})
    language: Language | None = None
    note: Comment | None = None


class ClientCardPatch(Body):
    name: Name | None = None
    surname: Name | None = None
    phone: Phone | None = None
    email: Email | None = None
    socials: Socials | None = None
    language: Language | None = None
    note: Comment | None = None
    notifications_on: StrictBool | None = None


class ClientCard(Answer):
    id: UUID
    version: int
    name: str
    surname: str | None
    phone: str | None
    phone_confirmed: bool
    email: str | None
    socials: dict[str, str]
    language: Language
    note: str | None
    notifications_on: bool
    masked: list[str] = Field(default=[], description="Fields that the reader has no right to see in full.")
    created_at: datetime


class ClientList(Answer):
    items: list[ClientCard]
    next_cursor: str | None = None


class ClientHistory(Answer):
    """All visits of one client, newest first, with sums over the completed ones."""

    visits: int
    no_shows: int
    spent: Money
    items: list[BookingAnswer]
    next_cursor: str | None = None
