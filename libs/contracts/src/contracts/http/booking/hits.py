"""Which bookings a change of the rules hits, and what became of them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from contracts.http.base import Answer
from contracts.http.catalogue.working_time import ClosedDayAnswer, ScheduleBody, TimeOffAnswer

from .availability import Alternative
from .visits import BookingClient


class Conflict(Answer):
    """A booking that a change of the rules would hit, with the nearest free times for it."""

    booking_id: UUID
    starts_at: datetime
    ends_at: datetime
    staff_member_id: UUID
    services: list[str]
    client: BookingClient | None
    alternatives: list[Alternative] = Field(default=[])


class Outcome(Answer):
    """What became of a booking that a change hit."""

    booking_id: UUID
    choice: Literal["keep", "move", "cancel"]
    starts_at: datetime
    staff_member_ids: list[UUID]


class Hits(Answer):
    """The bookings that a change hits. `seen` is the mark of this list; after a change, `outcome` is what was done."""

    saved: bool
    conflicts: list[Conflict] = Field(default=[])
    seen: str = ""
    outcome: list[Outcome] = Field(default=[])


class ScheduleAnswer(Hits):
    """A schedule (none: not set yet), and the bookings that its last change hit.

    `saved` is false in the answer to a dry run.
    """

    staff_member_id: UUID
    version: int
    schedule: ScheduleBody | None


class TimeOffEffect(TimeOffAnswer, Hits):
    """An absence and the bookings it hits; without an id after a dry run."""

    id: UUID | None  # type: ignore[assignment]


class ClosedDayEffect(ClosedDayAnswer, Hits):
    """A closed day and the bookings it hits; without an id after a dry run."""

    id: UUID | None  # type: ignore[assignment]
