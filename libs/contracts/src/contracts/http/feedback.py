"""Bodies of what people wish of the product and write to those who run it."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StrictBool, StringConstraints

from .base import Answer, Body, Line

IdeaState = Literal["open", "planned", "done", "declined"]


def _storable(text: str) -> str:
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("characters")
    return text


Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(_storable)
]


class IdeaBody(Body):
    """POST /api/v1/platform/ideas."""

    title: Annotated[Line, Field(max_length=120)]
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(_storable)] = ""


class IdeaChangeBody(Body):
    """PATCH by the platform: what becomes of it, or that nobody shall see it."""

    state: IdeaState | None = None
    hidden: StrictBool | None = None


class IdeaAnswer(Answer):
    """A wish with its votes; one vote for each firm, or for a person who works in none."""

    id: UUID
    title: str
    text: str
    state: IdeaState
    votes: int
    voted: bool = Field(description="Whether the caller, or the caller's firm, has voted.")
    created_at: AwareDatetime
    hidden: bool = Field(default=False, description="Only the people of the platform see such a wish.")


class IdeasAnswer(Answer):
    """The most wanted first."""

    items: tuple[IdeaAnswer, ...]
    next_cursor: None = None


class VoteBody(Body):
    """For which firm the vote counts; none: the only one the caller works in, or the caller."""

    account_id: UUID | None = None


class MessageBody(Body):
    """POST /api/v1/platform/messages: to the people who run the product; `trace_id` names the error it is about."""

    name: Annotated[Line, Field(max_length=120)]
    contact: Annotated[Line, Field(min_length=5, max_length=254, description="A phone or an e-mail to answer to.")]
    text: Text
    page: Annotated[str, Field(max_length=300), AfterValidator(_storable)] | None = None
    trace_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] | None = None
    account: Annotated[str, Field(max_length=60)] | None = Field(default=None, description="Id or address of the firm.")


class MessageReceived(Answer):
    """The number to name when one asks again."""

    number: str
    created_at: AwareDatetime


class PlatformMessage(Answer):
    id: UUID
    number: str
    name: str
    contact: str
    text: str
    page: str | None
    trace_id: str | None
    account_id: UUID | None
    account_name: str | None
    user_id: UUID | None
    created_at: AwareDatetime
    answered_at: AwareDatetime | None
    answered_by: str | None


class PlatformMessages(Answer):
    """Waiting ones first, then newest first; at most two hundred."""

    items: tuple[PlatformMessage, ...]
    next_cursor: None = None


class MessageChangeBody(Body):
    answered: StrictBool
