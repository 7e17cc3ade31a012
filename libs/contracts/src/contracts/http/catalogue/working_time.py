"""Schedules, absences, closed days."""

from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, StrictInt, model_validator

from contracts.http.base import Answer, Body, Shape

from .fields import Comment, Day, Moment, Name

ClockTime = Annotated[str, Shape(r"(([01]\d|2[0-3]):[0-5]\d|24:00)", "clock_time")]

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Break(Body):
    """A pause in wall-clock time, `[from, to)`."""

    model_config = ConfigDict(populate_by_name=True)

    since: ClockTime = Field(alias="from")
    until: ClockTime = Field(alias="to")

    @model_validator(mode="after")
    def ends_later(self) -> "Break":
        if self.since >= self.until:
            raise ValueError("from_before_to", "to")
        return self


class Hours(Break):
    """Working time in wall-clock time; `manual_only` is kept for bookings by staff.

    `location_id` none: wherever the person works.
    """

    manual_only: StrictBool = False
    location_id: UUID | None = None


def _one_after_another(hours: tuple[Hours, ...]) -> tuple[Hours, ...]:
    ordered = sorted(hours, key=lambda one: one.since)
    if any(one.until > following.since for one, following in pairwise(ordered)):
        raise ValueError("hours_overlap")
    return tuple(ordered)


DayHours = Annotated[tuple[Hours, ...], Field(max_length=24), AfterValidator(_one_after_another)]

DayBreaks = Annotated[tuple[Break, ...], Field(max_length=24)]


class ScheduleException(Body):
    """One date that differs from the pattern; no hours: a day off."""

    date: Day
    hours: DayHours = ()
    breaks: DayBreaks = ()


class _Schedule(Body):
    exceptions: Annotated[tuple[ScheduleException, ...], Field(max_length=366)] = ()

    @model_validator(mode="after")
    def each_date_once(self) -> Self:
        if len({one.date for one in self.exceptions}) < len(self.exceptions):
            raise ValueError("date_twice", "exceptions")
        return self


class WeeklySchedule(_Schedule):
    """Hours by weekday; breaks for all days as a list, or by weekday."""

    pattern: Literal["weekly"]
    days: dict[Weekday, DayHours]
    breaks: DayBreaks | dict[Weekday, DayBreaks] = ()


class CycleSchedule(_Schedule):
    """`on` working days and `off` free ones in turn, beginning at `anchor`."""

    pattern: Literal["cycle"]
    anchor: Day
    on: StrictInt = Field(ge=1, le=60)
    off: StrictInt = Field(ge=0, le=60)
    hours: DayHours
    breaks: DayBreaks = ()


class ParitySchedule(_Schedule):
    """The even or the odd days of the calendar month: the 31st and the 1st are both odd."""

    pattern: Literal["even_days", "odd_days"]
    hours: DayHours
    breaks: DayBreaks = ()


ScheduleBody = Annotated[WeeklySchedule | CycleSchedule | ParitySchedule, Field(discriminator="pattern")]


class TimeOffBody(Body):
    starts_at: Moment
    ends_at: Moment
    reason: Comment | None = None

    @model_validator(mode="after")
    def ends_later(self) -> "TimeOffBody":
        if self.starts_at >= self.ends_at:
            raise ValueError("from_before_to", "ends_at")
        return self


class TimeOffAnswer(Answer):
    id: UUID
    staff_member_id: UUID
    starts_at: datetime
    ends_at: datetime
    reason: str | None


class TimeOffList(Answer):
    items: list[TimeOffAnswer]
    next_cursor: str | None = None


class ClosedDayBody(Body):
    """A day without work; `location_id` none: everywhere."""

    date: Day
    name: Name | None = None
    kind: Literal["closed", "holiday"] = "closed"
    location_id: UUID | None = None


class ClosedDayAnswer(Answer):
    id: UUID
    date: date
    name: str | None
    kind: Literal["closed", "holiday"]
    location_id: UUID | None


class ClosedDayList(Answer):
    items: list[ClosedDayAnswer]
    next_cursor: str | None = None
