"""Bodies of the booking service: what an account sells, who serves, where and when."""

from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Annotated, Literal, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_validator,
)

from contracts.base import Language, Money

from .base import Answer, Body, CurrencyCode, Line, Shape

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _plausible(moment: datetime) -> datetime:
    if not _EARLIEST <= moment < _LATEST:
        raise ValueError("moment_range")
    return moment


def _whole_minute(moment: datetime) -> datetime:
    if moment.second or moment.microsecond:
        raise ValueError("whole_minute")
    return moment


def _plausible_day(day: date) -> date:
    if not _EARLIEST.date() <= day < _LATEST.date():
        raise ValueError("moment_range")
    return day


def _storable(text: str) -> str:
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("characters")
    return text


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("time_zone") from None
    return name


Moment = Annotated[AwareDatetime, AfterValidator(_plausible), AfterValidator(_whole_minute)]
Day = Annotated[date, AfterValidator(_plausible_day)]
Zone = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_known_zone)]
Name = Annotated[Line, Field(max_length=120)]
Comment = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(_storable)]
Phone = Annotated[Line, Field(max_length=40)]
Email = Annotated[Line, Field(max_length=254), Shape(r"[^@\s]+@[^@\s]+\.[^@\s]+", "email")]
Address = Annotated[Line, Field(max_length=300)]
Ids = Annotated[tuple[UUID, ...], Field(max_length=500)]


class Price(Body):
    """An amount in minor units; the currency is the account's and may be left out."""

    amount: StrictInt = Field(ge=0, le=10_000_000_000)
    currency: CurrencyCode | None = None


# Locations, services, staff


class LocationBody(Body):
    name: Name
    address: Address | None = None
    phone: Phone | None = None
    time_zone: Zone | None = Field(default=None, description="None: the account's own.")


class LocationPatch(Body):
    name: Name | None = None
    address: Address | None = None
    phone: Phone | None = None
    time_zone: Zone | None = None


class LocationAnswer(Answer):
    id: UUID
    version: int
    name: str
    address: str | None
    phone: str | None
    time_zone: str


class LocationList(Answer):
    items: list[LocationAnswer]
    next_cursor: str | None = None


class ResourceNeed(Body):
    """So many units of a room or device for the whole time of a service."""

    resource_id: UUID
    units: StrictInt = Field(default=1, ge=1, le=100)


def _each_once(needs: tuple[ResourceNeed, ...]) -> tuple[ResourceNeed, ...]:
    if len({need.resource_id for need in needs}) < len(needs):
        raise ValueError("named_twice")
    return needs


Needs = Annotated[tuple[ResourceNeed, ...], Field(max_length=20), AfterValidator(_each_once)]


class ResourceBody(Body):
    """A room or a device; `location_id` none: it can be carried anywhere."""

    name: Name
    units: StrictInt = Field(default=1, ge=1, le=100)
    location_id: UUID | None = None


class ResourcePatch(Body):
    name: Name | None = None
    units: StrictInt | None = Field(default=None, ge=1, le=100)


class ResourceAnswer(Answer):
    id: UUID
    version: int
    name: str
    units: int
    location_id: UUID | None
    service_ids: list[UUID]


class ResourceList(Answer):
    items: list[ResourceAnswer]
    next_cursor: str | None = None


class ServiceBody(Body):
    """`location_ids` none: in every location."""

    name: Name
    description: Comment | None = None
    duration_min: StrictInt = Field(ge=1, le=24 * 60)
    price: Price = Price(amount=0)
    bookable_online: StrictBool = True
    buffer_before_min: StrictInt = Field(default=0, ge=0, le=240)
    buffer_after_min: StrictInt = Field(default=0, ge=0, le=240)
    capacity: StrictInt = Field(default=1, ge=1, le=500, description="How many clients one time has room for.")
    resources: Needs = ()
    staff_member_ids: Ids = ()
    location_ids: Ids | None = None


class ServicePatch(Body):
    name: Name | None = None
    description: Comment | None = None
    duration_min: StrictInt | None = Field(default=None, ge=1, le=24 * 60)
    price: Price | None = None
    bookable_online: StrictBool | None = None
    buffer_before_min: StrictInt | None = Field(default=None, ge=0, le=240)
    buffer_after_min: StrictInt | None = Field(default=None, ge=0, le=240)
    capacity: StrictInt | None = Field(default=None, ge=1, le=500)
    resources: Needs | None = None
    staff_member_ids: Ids | None = None
    location_ids: Ids | None = None


class ServiceAnswer(Answer):
    id: UUID
    version: int
    name: str
    description: str | None
    duration_min: int
    price: Money
    bookable_online: bool
    buffer_before_min: int
    buffer_after_min: int
    capacity: int = 1
    resources: list[ResourceNeed] = Field(default=[])
    staff_member_ids: list[UUID]
    location_ids: list[UUID] | None


class ServiceList(Answer):
    items: list[ServiceAnswer]
    next_cursor: str | None = None


class StaffMemberBody(Body):
    """`location_ids` none: in every location."""

    name: Name
    location_ids: Ids | None = None
    service_ids: Ids = ()
    accepts_bookings: StrictBool = True


class StaffMemberPatch(Body):
    name: Name | None = None
    location_ids: Ids | None = None
    service_ids: Ids | None = None
    accepts_bookings: StrictBool | None = None


class StaffMemberAnswer(Answer):
    id: UUID
    version: int
    name: str
    location_ids: list[UUID] | None
    service_ids: list[UUID]
    accepts_bookings: bool
    has_login: bool
    has_schedule: bool


class StaffMemberList(Answer):
    items: list[StaffMemberAnswer]
    next_cursor: str | None = None


# Working time

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


# What everybody may see


class PublicService(Answer):
    id: UUID
    name: str
    description: str | None
    duration_min: int
    price: Money
    capacity: int = 1
    staff_member_ids: list[UUID]
    location_ids: list[UUID] | None


class PublicStaffMember(Answer):
    id: UUID
    name: str
    location_ids: list[UUID] | None
    service_ids: list[UUID]


class PublicAccount(Answer):
    id: UUID
    name: str
    vanity_address: str
    city: str | None
    country: str
    currency: str
    language: Language
    time_zone: str
    unlisted: bool = Field(default=False, description="Not in the catalogue; search engines are asked to stay away.")


class PublicRules(Answer):
    """What a client has to know before booking."""

    grid_min: int
    lead_time_min: int
    booking_window_days: int
    cancel_cutoff_min: int
    hold_min: int
    phone_confirmation: bool


class Rating(Answer):
    """What published reviews come to; none without any."""

    average: float | None = Field(description="1 to 5, two digits behind the point.")
    count: int


class PublicPage(Answer):
    """What a booking page shows. An address that the account has left answers with the present one in it."""

    account: PublicAccount
    rules: PublicRules
    locations: list[LocationAnswer]
    services: list[PublicService]
    staff: list[PublicStaffMember]
    rating: Rating = Rating(average=None, count=0)


class CatalogueItem(PublicAccount):
    addresses: list[str]
    rating: Rating = Rating(average=None, count=0)


class Catalogue(Answer):
    items: list[CatalogueItem]
    next_cursor: str | None = None
