"""Bodies of changes of the rules that may hit bookings, and of the holidays of a country."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt, model_validator

from .base import Answer, Body
from .booking import Hits
from .catalogue import ClosedDayBody, Day, Moment, ScheduleBody, ServicePatch, StaffMemberPatch, TimeOffBody

ChoiceKind = Literal["keep", "move", "cancel"]


class SetSchedule(Body):
    kind: Literal["schedule"]
    staff_member_id: UUID
    schedule: ScheduleBody


class TakeTimeOff(Body):
    kind: Literal["time_off"]
    staff_member_id: UUID
    time_off: TimeOffBody


class CloseDay(Body):
    kind: Literal["closed_day"]
    closed_day: ClosedDayBody


class ChangeStaffMember(Body):
    kind: Literal["staff_member"]
    staff_member_id: UUID
    patch: StaffMemberPatch


class ChangeService(Body):
    kind: Literal["service"]
    service_id: UUID
    patch: ServicePatch


class RemoveStaffMember(Body):
    kind: Literal["staff_removal"]
    staff_member_id: UUID


class RemoveService(Body):
    """Sell it no more; what is booked of it is decided."""

    kind: Literal["service_removal"]
    service_id: UUID


class RemoveLocation(Body):
    """Close a place; a booking there is kept or cancelled, it cannot be moved to another place."""

    kind: Literal["location_removal"]
    location_id: UUID


class HandOver(Body):
    """Nobody new for this person, and a choice for every booking ahead."""

    kind: Literal["hand_over"]
    staff_member_id: UUID


class ChooseHolidays(Body):
    """Close on exactly these holidays of the year."""

    kind: Literal["holidays"]
    year: StrictInt = Field(ge=2000, le=2099)
    dates: Annotated[tuple[Day, ...], Field(max_length=100)]


AnyChange = Annotated[
    SetSchedule
    | TakeTimeOff
    | CloseDay
    | ChangeStaffMember
    | ChangeService
    | RemoveStaffMember
    | RemoveService
    | RemoveLocation
    | HandOver
    | ChooseHolidays,
    Field(discriminator="kind"),
]


class BookingChoice(Body):
    """What shall become of one booking; a move without a time goes to the nearest free one."""

    booking_id: UUID
    choice: ChoiceKind
    starts_at: Moment | None = None
    staff_member_id: UUID | None = None

    @model_validator(mode="after")
    def time_is_for_moves(self) -> "BookingChoice":
        if self.choice != "move" and (self.starts_at is not None or self.staff_member_id is not None):
            raise ValueError("only_for_moves", "starts_at")
        return self


def _each_once(choices: tuple[BookingChoice, ...]) -> bool:
    return len({one.booking_id for one in choices}) == len(choices)


class ChangeBody(Body):
    """A change, and what shall become of the bookings it hits: one choice for all, and others for single ones.

    `seen` is the mark of the list of bookings that was looked at: another list by now is a refusal.
    """

    change: AnyChange
    dry_run: StrictBool = False
    on_conflict: ChoiceKind | None = None
    choices: Annotated[tuple[BookingChoice, ...], Field(max_length=500)] = ()
    seen: Annotated[str, Field(max_length=64)] | None = None

    @model_validator(mode="after")
    def names_each_booking_once(self) -> "ChangeBody":
        if not _each_once(self.choices):
            raise ValueError("named_twice", "choices")
        return self


class ChangeAnswer(Hits):
    """What a change did, or in a dry run would do."""

    kind: str


class Holiday(Answer):
    """A holiday of the country. `closed` is the account's own choice; none until the year was confirmed."""

    date: date
    name: str
    closed: bool | None


class HolidayList(Answer):
    """The proposal for a year; `confirmed` once somebody of the account has decided."""

    year: int
    country: str
    confirmed: bool
    items: list[Holiday]


class HolidaysBody(Body):
    """The holidays on which the account does not work; the others are ordinary days."""

    dates: Annotated[tuple[Day, ...], Field(max_length=100)]
