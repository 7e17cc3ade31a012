"""The calendar of a day or a week, person by person."""

from datetime import datetime
from uuid import UUID

from contracts.http.base import Answer

from .visits import BookingAnswer


class Span(Answer):
    starts_at: datetime
    ends_at: datetime
    manual_only: bool = False


class CalendarColumn(Answer):
    """One person: working time, what of it is free, and every booking with a part of theirs."""

    staff_member_id: UUID
    staff_member_name: str
    working: list[Span]
    free: list[Span]
    time_off: list[Span]
    bookings: list[BookingAnswer]


class CalendarAnswer(Answer):
    location_id: UUID | None
    time_zone: str
    columns: list[CalendarColumn]
