"""Bodies of the booking service: availability, holds, bookings, calendar.

Locations, services, staff and schedules are in `catalogue.py` beside this file, cards of clients in `clients.py`.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt, model_validator

from contracts.base import Language, Money
from contracts.booking import PaymentState, Source, State

from .base import Answer, Body
from .catalogue import (
    ClosedDayAnswer,
    Comment,
    Email,
    LocationAnswer,
    Moment,
    Name,
    Phone,
    Price,
    ScheduleBody,
    TimeOffAnswer,
)

ServiceIds = Annotated[tuple[UUID, ...], Field(min_length=1, max_length=10)]

# Asking and refusing


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


# Holding and booking


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


class BookingItemAnswer(Answer):
    id: UUID
    service_id: UUID
    service_name: str
    staff_member_id: UUID
    staff_member_name: str
    starts_at: datetime
    ends_at: datetime
    seats: int = 1
    price: Money


class BookingGoodsAnswer(Answer):
    """Goods sold with a visit; `price` is for the whole quantity and part of the booking's price."""

    id: UUID
    stock_item_id: UUID
    name: str
    quantity: int
    unit_price: Money
    price: Money


class BookingClient(Answer):
    """The client on a booking; what the reader may not see is masked."""

    id: UUID
    name: str
    surname: str | None = None
    phone: str | None = None


class BookingAnswer(Answer):
    id: UUID
    version: int
    code: str
    state: State
    payment_state: PaymentState
    account_id: UUID
    location_id: UUID
    location_name: str
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    items: list[BookingItemAnswer]
    goods: list[BookingGoodsAnswer] = Field(default=[])
    client: BookingClient | None
    price: Money
    paid: Money
    comment: str | None
    source: Source
    overridden: list[str] = Field(default=[], description="Reason codes that staff overrode when the time was set.")
    series_id: UUID | None = None
    created_by: UUID | None
    created_at: datetime


class BookingList(Answer):
    items: list[BookingAnswer]
    next_cursor: str | None = None


class MyBookingAnswer(BookingAnswer):
    """A client's own booking, with the firm's name and what may still be done."""

    account_name: str
    vanity_address: str
    location_address: str | None = None
    location_phone: str | None = None
    may_change_until: datetime = Field(description="Last moment to cancel or move it oneself.")
    may_cancel: bool
    may_reschedule: bool


class MyBookingList(Answer):
    items: list[MyBookingAnswer]
    next_cursor: str | None = None


class OneBookingAnswer(Answer):
    """What the short link in an SMS shows to whoever has it: the visit, and nothing about the person."""

    code: str
    state: State
    account_name: str
    vanity_address: str
    location: LocationAnswer
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    services: list[str]
    staff: list[str]
    price: Money
    may_change_until: datetime


class Action(Answer):
    """What the caller may do with a booking now, or why not and who could grant it."""

    action: str
    allowed: bool
    reason: Reason | None = None
    permission: str | None = None
    holders: list[str] = Field(default=[])


class ActionList(Answer):
    items: list[Action]


class TimelineEntry(Answer):
    id: UUID
    at: datetime
    kind: str
    text: str
    actor_type: Literal["client", "staff", "system"]
    actor_id: UUID | None
    actor_name: str | None
    source: str | None
    details: dict[str, Any]
    trace_id: str


class Timeline(Answer):
    items: list[TimelineEntry]
    next_cursor: str | None = None


class Conflict(Answer):
    """A booking that a change of the rules would hit, with the nearest free times for it."""

    booking_id: UUID
    starts_at: datetime
    ends_at: datetime
    staff_member_id: UUID
    services: list[str]
    client: BookingClient | None
    alternatives: list[Alternative] = Field(default=[])


class Outcome(Answer):
    """What became of a booking that a change hit."""

    booking_id: UUID
    choice: Literal["keep", "move", "cancel"]
    starts_at: datetime
    staff_member_ids: list[UUID]


class Hits(Answer):
    """The bookings that a change hits. `seen` is the mark of this list; after a change, `outcome` is what was done."""

    saved: bool
    conflicts: list[Conflict] = Field(default=[])
    seen: str = ""
    outcome: list[Outcome] = Field(default=[])


class ScheduleAnswer(Hits):
    """A schedule (none: not set yet), and the bookings that its last change hit.

    `saved` is false in the answer to a dry run.
    """

    staff_member_id: UUID
    version: int
    schedule: ScheduleBody | None


class TimeOffEffect(TimeOffAnswer, Hits):
    """An absence and the bookings it hits; without an id after a dry run."""

    id: UUID | None  # type: ignore[assignment]


class ClosedDayEffect(ClosedDayAnswer, Hits):
    """A closed day and the bookings it hits; without an id after a dry run."""

    id: UUID | None  # type: ignore[assignment]


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
