"""Bodies of the tasks that messages leave to people."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from .base import Answer
from .notifications import Fix

TaskKind = Literal[
    "phone_bad",
    "reply_unclear",
    "reply_too_late",
    "reply_after_release",
    "visit_silent",
    "visit_not_asked",
    "visit_money",
]


class StaffTask(Answer):
    """Something that only a person can put right."""

    id: UUID
    kind: TaskKind
    text: str = Field(description="What happened, in the reader's language.")
    fix: Fix
    said: str | None = Field(default=None, description="What the client wrote, where the task is about an answer.")
    client_id: UUID | None = None
    client_name: str | None = None
    booking_id: UUID | None = None
    location_id: UUID | None = None
    starts_at: AwareDatetime | None = Field(
        default=None, description="Of the visit that it is about, by its own clock."
    )
    created_at: AwareDatetime
    settled_at: AwareDatetime | None = None
    settled_by_name: str | None = Field(default=None, description="None where it became needless by itself.")


class StaffTasks(Answer):
    """GET …/staff-tasks, the oldest first."""

    items: list[StaffTask]
    open: int = Field(description="How many wait, within what the reader may see.")
    next_cursor: str | None = None
