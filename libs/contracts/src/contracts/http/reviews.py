"""Bodies of the booking service: what clients write after a visit, and what the firm does with it."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StrictInt

from .base import Answer, Body
from .catalogue import Comment, Rating

ReviewStateName = Literal["published", "hidden"]


class ReviewBody(Body):
    """One visit, one review."""

    rating: StrictInt = Field(ge=1, le=5)
    text: Comment | None = None


class LinkReviewBody(ReviewBody):
    """As `ReviewBody`, by whoever has the key of the client's link."""

    key: Annotated[str, Field(min_length=1, max_length=64)]


class ReviewReplyBody(Body):
    """The firm's answer, seen by everybody; none takes it back."""

    text: Comment | None


class HideReviewBody(Body):
    """Why nobody shall see it: kept in the history."""

    reason: Annotated[Comment, Field(min_length=1)]


class PublicReview(Answer):
    """A review as everybody sees it: the first name alone."""

    id: UUID
    rating: int
    text: str | None
    client_name: str | None
    services: list[str]
    staff: list[str]
    visited_on: date
    answer: str | None
    created_at: datetime


class PublicReviewList(Answer):
    rating: Rating
    items: list[PublicReview]
    next_cursor: str | None = None


class ReviewAnswer(PublicReview):
    """A review for the staff."""

    version: int
    booking_id: UUID
    location_id: UUID
    client_id: UUID | None
    state: ReviewStateName
    hidden_reason: str | None
    answered_at: datetime | None


class ReviewList(Answer):
    rating: Rating
    items: list[ReviewAnswer]
    next_cursor: str | None = None
