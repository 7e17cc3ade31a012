"""Free starts, and the reasons why a start is not offered."""

from datetime import date, datetime
from uuid import UUID

from contracts.http.base import Answer


class Fix(Answer):
    """The next step: what to do and where."""

    text: str
    url: str | None = None


class Reason(Answer):
    """Why a start is not offered; the code is stable, the text is in the reader's language."""

    code: str
    text: str
    fix: Fix | None = None
    staff_member_id: UUID | None = None
    service_id: UUID | None = None
    location_id: UUID | None = None


class ExplanationAnswer(Answer):
    """`offered` exactly when `reasons` is empty."""

    offered: bool
    at: datetime
    reasons: list[Reason]


class StaffDayReasons(Answer):
    """One person on one day: how many starts are offered, and what stands against the others, most frequent first."""

    staff_member_id: UUID
    staff_member_name: str
    offered_starts: int
    reasons: list[Reason]


class DayExplanationAnswer(Answer):
    date: date
    location_id: UUID
    offered_starts: int
    staff: list[StaffDayReasons]


class Slot(Answer):
    """A start that can be booked now.

    `staff_member_ids` are those who can do all the services alone; empty when only several people together can.
    """

    starts_at: datetime
    location_id: UUID
    staff_member_ids: list[UUID]


class DaySlots(Answer):
    date: date
    slots: list[Slot]


class AvailabilityAnswer(Answer):
    """Every day asked for, also those without a slot; moments carry the offset of their location."""

    time_zone: str
    days: list[DaySlots]


class Alternative(Answer):
    """A start near the one that could not be had."""

    starts_at: datetime
    staff_member_ids: list[UUID]
