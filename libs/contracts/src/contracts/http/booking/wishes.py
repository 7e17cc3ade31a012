"""What is asked for: holds, new bookings, changes of one booking."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt, model_validator

from contracts.base import Language, Money
from contracts.http.base import Answer, Body
from contracts.http.catalogue.fields import Comment, Email, Moment, Name, Phone, Price

ServiceIds = Annotated[tuple[UUID, ...], Field(min_length=1, max_length=10)]


class WantedItem(Body):
    """One service of a visit and who shall do it; none: whoever can."""

    service_id: UUID
    staff_member_id: UUID | None = None
    price: Price | None = Field(default=None, description="For all seats together.")
    seats: StrictInt = Field(default=1, ge=1, le=100, description="How many places of a group.")


class _Wanted(Body):
    """What shall be booked: `service_ids` done in that order by one choice of person, or `items` person by person."""

    service_ids: ServiceIds | None = None
    items: Annotated[tuple[WantedItem, ...], Field(min_length=1, max_length=10)] | None = None
    staff_member_id: UUID | None = None
    location_id: UUID | None = None
    starts_at: Moment | None = None
    seats: StrictInt = Field(default=1, ge=1, le=100, description="With `service_ids`: places in each service.")

    def wanted_items(self) -> tuple[WantedItem, ...]:
        """The visit item by item, whichever way it was written."""
        if self.items is not None:
            return self.items
        return tuple(
            WantedItem(service_id=s, staff_member_id=self.staff_member_id, seats=self.seats)
            for s in self.service_ids or ()
        )


class HoldBody(_Wanted):
    @model_validator(mode="after")
    def says_what_and_when(self) -> "HoldBody":
        if (self.service_ids is None) == (self.items is None):
            raise ValueError("service_ids_or_items", "service_ids")
        if self.starts_at is None:
            raise ValueError("starts_at_missing", "starts_at")
        return self


class HoldAnswer(Answer):
    hold_id: UUID
    expires_at: datetime
    starts_at: datetime
    ends_at: datetime
    location_id: UUID
    staff_member_ids: list[UUID] = Field(description="Who was chosen, item by item.")
    price: Money


class ClientBody(Body):
    """A client as a booking form knows them; the phone decides which card it is."""

    name: Name | None = None
    surname: Name | None = None
    phone: Phone | None = None
    email: Email | None = None
    language: Language | None = None


class PublicBookingBody(_Wanted):
    hold_id: UUID | None = None
    client: ClientBody | None = None
    comment: Comment | None = None
    captcha: Annotated[str, Field(max_length=4000)] | None = None

    @model_validator(mode="after")
    def hold_or_time(self) -> "PublicBookingBody":
        direct = self.service_ids is not None or self.items is not None
        if (self.hold_id is not None) == direct or (self.service_ids is not None and self.items is not None):
            raise ValueError("hold_or_services", "hold_id")
        if direct and self.starts_at is None:
            raise ValueError("starts_at_missing", "starts_at")
        return self


class StaffBookingBody(_Wanted):
    """`override` lets soft rules be broken (lead time, grid, hours, booking window); overlaps never."""

    client_id: UUID | None = None
    client: ClientBody | None = None
    price: Price | None = Field(default=None, description="For the whole visit; otherwise the sum of the items.")
    comment: Comment | None = None
    override: StrictBool = False

    @model_validator(mode="after")
    def is_complete(self) -> "StaffBookingBody":
        if (self.service_ids is None) == (self.items is None):
            raise ValueError("service_ids_or_items", "service_ids")
        if self.starts_at is None:
            raise ValueError("starts_at_missing", "starts_at")
        if self.client_id is not None and self.client is not None:
            raise ValueError("client_once", "client")
        return self


class BookingPatch(Body):
    """Fields that are left out stay as they are."""

    price: Price | None = None
    comment: Comment | None = None
    client_id: UUID | None = None


class CancelBody(Body):
    reason: Comment | None = None
    tell_client: StrictBool = True


class RescheduleBody(Body):
    starts_at: Moment
    staff_member_id: UUID | None = None
    override: StrictBool = False
    tell_client: StrictBool = True


class ClientRescheduleBody(Body):
    starts_at: Moment
    staff_member_id: UUID | None = None
