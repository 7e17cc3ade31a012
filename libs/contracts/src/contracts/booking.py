"""Events of the catalogue, of clients and of bookings."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from .base import Event, Language, Money, Value

State = Literal[
    "held",
    "pending",
    "confirmed",
    "arrived",
    "completed",
    "cancelled_by_client",
    "cancelled_by_staff",
    "no_show",
    "expired",
]
PaymentState = Literal["unpaid", "part_paid", "settled", "reversed"]
Source = Literal["site", "staff", "api", "import", "widget", "waitlist"]


class BookingItem(Value):
    """One service with its person and time inside a booking."""

    id: UUID
    service_id: UUID
    service_name: str
    staff_member_id: UUID
    staff_member_name: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    price: Money


class ClientState(Value):
    """Public state of a client's card."""

    id: UUID
    name: str
    surname: str | None = None
    phone_e164: str | None = None
    email: str | None = None
    phone_confirmed: bool = False
    language: Language = "uk"
    user_id: UUID | None = Field(default=None, description="The user with this confirmed phone, once signed in.")
    notifications_on: bool = Field(default=True, description="The switch in the card: off stops everything but codes.")


class BookingState(Value):
    """Public state of a booking."""

    id: UUID
    code: str = Field(description="Short public code; the address in SMS is /b/{code}.")
    account_id: UUID
    location_id: UUID
    location_name: str
    time_zone: str
    state: State
    payment_state: PaymentState
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    items: tuple[BookingItem, ...]
    client: ClientState | None = None
    price: Money
    comment: str | None = None
    source: Source
    created_by: UUID | None = Field(default=None, description="User who made it: staff, or the client.")
    created_at: AwareDatetime


class _OfBooking(Event):
    must_be_heard: ClassVar[bool] = True
    booking: BookingState

    @property
    def subject_id(self) -> str:
        return str(self.booking.id)


class BookingCreated(_OfBooking):
    name: ClassVar[str] = "booking.created.v1"


class BookingRescheduled(_OfBooking):
    """The time or the person changed; `previous_*` is what the last event before said."""

    name: ClassVar[str] = "booking.rescheduled.v1"
    previous_starts_at: AwareDatetime
    previous_staff_member_ids: tuple[UUID, ...]
    tell_client: bool = True
    rescheduled_by: Literal["client", "staff"] = "staff"


class BookingChanged(_OfBooking):
    """Price, comment, client or payment state changed."""

    name: ClassVar[str] = "booking.changed.v1"


class BookingConfirmed(_OfBooking):
    name: ClassVar[str] = "booking.confirmed.v1"


class BookingArrived(_OfBooking):
    name: ClassVar[str] = "booking.arrived.v1"


class BookingCompleted(_OfBooking):
    name: ClassVar[str] = "booking.completed.v1"


class BookingNoShow(_OfBooking):
    name: ClassVar[str] = "booking.no_show.v1"


class BookingCancelled(_OfBooking):
    name: ClassVar[str] = "booking.cancelled.v1"
    cancelled_by: Literal["client", "staff"]
    reason: str | None = None
    tell_client: bool = True


class ClientChanged(Event):
    """A card was made, edited or merged."""

    name: ClassVar[str] = "booking.client.changed.v1"
    must_be_heard: ClassVar[bool] = True
    client: ClientState

    @property
    def subject_id(self) -> str:
        return str(self.client.id)


class StaffMemberState(Value):
    id: UUID
    name: str
    location_ids: frozenset[UUID]
    service_ids: frozenset[UUID]
    accepts_bookings: bool
    is_deleted: bool = False


class StaffMemberChanged(Event):
    name: ClassVar[str] = "booking.staff_member.changed.v1"
    staff_member: StaffMemberState

    @property
    def subject_id(self) -> str:
        return str(self.staff_member.id)


class LocationState(Value):
    id: UUID
    name: str
    address: str | None = None
    phone_e164: str | None = None
    time_zone: str
    is_deleted: bool = False


class LocationChanged(Event):
    name: ClassVar[str] = "booking.location.changed.v1"
    must_be_heard: ClassVar[bool] = True
    location: LocationState

    @property
    def subject_id(self) -> str:
        return str(self.location.id)
