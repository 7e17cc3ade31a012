"""Bodies of recurring bookings."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt, model_validator

from .base import Answer, Body
from .booking import Alternative, BookingAnswer, Reason, StaffBookingBody
from .catalogue import Comment, Day, Moment, Weekday

MOST_VISITS = 104
"""Two years of weeks."""


class Repeat(Body):
    """How often: every `every` days or weeks; in weeks on `weekdays` (none: the weekday of the first visit).

    It ends after `count` visits or with the day `until`, whichever is named; at most 104 visits.
    """

    unit: Literal["day", "week"]
    every: StrictInt = Field(default=1, ge=1, le=365)
    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7)] = ()
    count: StrictInt | None = Field(default=None, ge=2, le=MOST_VISITS)
    until: Day | None = None

    @model_validator(mode="after")
    def ends_once(self) -> "Repeat":
        if (self.count is None) == (self.until is None):
            raise ValueError("count_or_until", "until")
        if self.weekdays and self.unit != "week":
            raise ValueError("weekdays_of_weeks", "weekdays")
        return self


class SeriesBody(StaffBookingBody):
    """The first visit and how it repeats. `dry_run` shows the dates that cannot be had, and books nothing.

    With `skip_conflicts` the other dates are booked; without it a single conflict is a refusal.
    """

    repeat: Repeat
    skip_conflicts: StrictBool = False
    dry_run: StrictBool = False


class SeriesDate(Answer):
    """One date of a series: booked or bookable, or why not and what is free near it."""

    starts_at: datetime
    possible: bool
    booking_id: UUID | None = None
    reasons: list[Reason] = Field(default=[])
    alternatives: list[Alternative] = Field(default=[])


class SeriesAnswer(Answer):
    """A series with its dates; without an id after a dry run."""

    id: UUID | None
    saved: bool
    dates: list[SeriesDate]


class SeriesBookings(Answer):
    """The bookings of a series, oldest first."""

    id: UUID
    repeat: Repeat
    items: list[BookingAnswer]


class FollowingCancelBody(Body):
    """Cancel this booking and all that follow in its series."""

    reason: Comment | None = None
    tell_client: StrictBool = True


class FollowingRescheduleBody(Body):
    """Move this booking, and all that follow in its series by as much on the wall clock."""

    starts_at: Moment
    staff_member_id: UUID | None = None
    skip_conflicts: StrictBool = False
    dry_run: StrictBool = False
    tell_client: StrictBool = True


class FollowingAnswer(Answer):
    """What became of each booking of the series from the one named on."""

    saved: bool
    dates: list[SeriesDate]
