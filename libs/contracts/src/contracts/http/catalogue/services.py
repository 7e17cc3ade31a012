"""Services and the people who do them."""

from uuid import UUID

from pydantic import Field, StrictBool, StrictInt

from contracts.base import Money
from contracts.http.base import Answer, Body

from .fields import Comment, Ids, Name, Price
from .places import Needs, ResourceNeed


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
