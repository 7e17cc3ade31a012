"""Bodies of the booking service: what a schedule comes to, day by day, before it is saved."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from .base import Answer, Body
from .catalogue import Day, ScheduleBody

LONGEST_DAYS = 62

DayCause = Literal["pattern", "exception", "day_off", "time_off", "closed", "holiday"]


class ScheduleDaysBody(Body):
    """The days `from…to`, both included; without a schedule those of the one in force."""

    model_config = ConfigDict(populate_by_name=True)

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    schedule: ScheduleBody | None = None

    @model_validator(mode="after")
    def is_a_short_period(self) -> Self:
        if self.first > self.last:
            raise ValueError("from_before_to", "to")
        if (self.last - self.first).days >= LONGEST_DAYS:
            raise ValueError("period_too_long", "to")
        return self


class DayHoursAnswer(Answer):
    """Working time on the wall clock, breaks and absences taken out."""

    since: str = Field(serialization_alias="from", validation_alias="from")
    until: str = Field(serialization_alias="to", validation_alias="to")
    manual_only: bool
    location_id: UUID | None


class ScheduleDay(Answer):
    """One day: the working time, and what the day is like that because of."""

    date: date
    hours: list[DayHoursAnswer]
    cause: DayCause
    note: str | None = Field(default=None, description="Name of the holiday or reason of the absence.")


class ScheduleDays(Answer):
    items: list[ScheduleDay]
