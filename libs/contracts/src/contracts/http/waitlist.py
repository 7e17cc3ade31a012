"""Bodies of the waiting list."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AliasChoices, ConfigDict, Field, StrictInt, model_validator

from .base import Answer, Body
from .booking import BookingClient, ClientBody, ServiceIds, WantedItem
from .catalogue import ClockTime, Day

LONGEST_DAYS = 62


class WaitlistBody(Body):
    """A wish for time that is taken: services, who may serve (none: whoever can), days, hours of the day."""

    model_config = ConfigDict(populate_by_name=True)

    service_ids: ServiceIds | None = None
    items: Annotated[tuple[WantedItem, ...], Field(min_length=1, max_length=10)] | None = None
    staff_member_id: UUID | None = None
    location_id: UUID | None = None
    seats: StrictInt = Field(default=1, ge=1, le=100)
    first_day: Day
    last_day: Day
    since: ClockTime = Field(default="00:00", alias="from")
    until: ClockTime = Field(default="24:00", alias="to", description="The visit begins before it.")
    client: ClientBody | None = None

    @model_validator(mode="after")
    def is_complete(self) -> Self:
        if (self.service_ids is None) == (self.items is None):
            raise ValueError("service_ids_or_items", "service_ids")
        if self.last_day < self.first_day:
            raise ValueError("from_before_to", "last_day")
        if self.last_day - self.first_day >= timedelta(days=LONGEST_DAYS):
            raise ValueError("waits_too_long", "last_day")
        if self.since >= self.until:
            raise ValueError("from_before_to", "to")
        return self

    def wanted_items(self) -> tuple[WantedItem, ...]:
        """The visit item by item, whichever way it was written."""
        if self.items is not None:
            return self.items
        return tuple(
            WantedItem(service_id=one, staff_member_id=self.staff_member_id, seats=self.seats)
            for one in self.service_ids or ()
        )


class StaffWaitlistBody(WaitlistBody):
    """The same, written down by staff for a client."""

    client_id: UUID | None = None

    @model_validator(mode="after")
    def names_the_client(self) -> Self:
        if (self.client_id is None) == (self.client is None):
            raise ValueError("client_once", "client")
        return self


class OfferAnswer(Answer):
    """Time that is kept for this person until `expires_at`."""

    starts_at: datetime
    ends_at: datetime
    location_id: UUID
    location_name: str
    staff: list[str]
    expires_at: datetime


class WaitlistAnswer(Answer):
    id: UUID
    version: int
    state: Literal["waiting", "offered", "booked", "withdrawn", "over"]
    account_id: UUID
    account_name: str
    services: list[str]
    items: list[WantedItem]
    location_id: UUID | None
    first_day: date
    last_day: date
    since: str = Field(serialization_alias="from", validation_alias=AliasChoices("since", "from"))
    until: str = Field(serialization_alias="to", validation_alias=AliasChoices("until", "to"))
    ahead: int = Field(description="How many joined before and wait still.")
    offer: OfferAnswer | None
    booking_id: UUID | None
    client: BookingClient | None = None


class WaitlistList(Answer):
    items: list[WaitlistAnswer]
    next_cursor: str | None = None


class PublicOffer(Answer):
    """What the link in a message shows to whoever has it."""

    account_name: str
    vanity_address: str
    services: list[str]
    offer: OfferAnswer | None = Field(description="None when it is over.")
