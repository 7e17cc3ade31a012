"""Events of the catalogue, of clients and of bookings."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from .base import Event, Language, Money, Value
from .reports import ReportState as ReportState
from .reports import ReportTable as ReportTable

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
Source = Literal["site", "staff", "api", "import", "widget", "waitlist", "call_centre"]


class BookingItem(Value):
    """One service with its person and time inside a booking."""

    id: UUID
    service_id: UUID
    service_name: str
    staff_member_id: UUID
    staff_member_name: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    seats: int = Field(default=1, description="Places in a group; `price` is for all of them.")
    price: Money


class BookingGoods(Value):
    """Goods sold with a visit; `price` is for the whole quantity."""

    id: UUID
    stock_item_id: UUID
    name: str
    quantity: int = Field(ge=1)
    unit_price: Money
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
    merged_into: UUID | None = Field(default=None, description="The card that took this double over.")
    is_erased: bool = Field(default=False, description="Everything personal is gone; copies of it must go too.")


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
    goods: tuple[BookingGoods, ...] = Field(default=(), description="Their prices are part of the booking's price.")
    client: ClientState | None = None
    price: Money
    comment: str | None = None
    source: Source
    series_id: UUID | None = Field(default=None, description="The series of recurring bookings it belongs to.")
    created_by: UUID | None = Field(default=None, description="User who made it: staff, or the client.")
    created_at: AwareDatetime
    link_key: str = Field(
        default="",
        description="Whoever has it may confirm, move or cancel without signing in: the address in a message to the "
        "client is then /b/{code}?key={link_key}. Never shown to staff.",
    )


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
    cause: Literal["unconfirmed"] | None = Field(
        default=None, description="The account's rule that ended it by itself; none where somebody did."
    )


class BookingUnconfirmed(_OfBooking):
    """Nobody confirmed the visit in time, and it stays: staff have to talk to the client."""

    name: ClassVar[str] = "booking.unconfirmed.v1"
    until: AwareDatetime = Field(description="The moment until which it was to be confirmed.")
    cause: Literal["silent", "not_asked", "money"] = Field(
        description="silent: the client was asked and said nothing; not_asked: no request reached them; money: it "
        "would have been released, but something is paid or a link for paying is open."
    )


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


class ClientErased(Event):
    """The person asked to be forgotten: every service drops what it knows of them, messages and addresses included.

    Sums and the fact of a visit stay, without a name.
    """

    name: ClassVar[str] = "booking.client.erased.v1"
    must_be_heard: ClassVar[bool] = True
    client_id: UUID
    erased_at: AwareDatetime

    @property
    def subject_id(self) -> str:
        return str(self.client_id)


class ReviewState(Value):
    """What a client wrote after a visit; `state` says whether the public sees it."""

    id: UUID
    booking_id: UUID
    location_id: UUID
    staff_member_ids: tuple[UUID, ...]
    client_name: str
    rating: int = Field(ge=1, le=5)
    text: str | None = None
    state: Literal["published", "hidden"]
    answer: str | None = None


class ReviewLeft(Event):
    """A client rated a completed visit."""

    name: ClassVar[str] = "booking.review.left.v1"
    must_be_heard: ClassVar[bool] = True
    review: ReviewState

    @property
    def subject_id(self) -> str:
        return str(self.review.id)


class JournalRow(Value):
    """One booking of the day, whole: whoever mails it leaves out what the reader has no right to see."""

    booking_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    state: State
    payment_state: PaymentState
    services: tuple[str, ...]
    staff: tuple[str, ...]
    client_name: str | None = None
    client_surname: str | None = None
    client_phone_e164: str | None = None
    price: Money
    paid: Money
    source: Source
    comment: str | None = None


class JournalState(Value):
    """All bookings of one location on one day, cancelled ones included, in the order of their beginning."""

    id: UUID
    location_id: UUID
    location_name: str
    time_zone: str
    day: str = Field(description="The date by the location's wall clock, YYYY-MM-DD.")
    prepared_at: AwareDatetime
    currency: str
    rows: tuple[JournalRow, ...]
    recipient_user_ids: tuple[UUID, ...] | None = Field(
        default=None,
        description="Who shall have it; none: every member with the right to see reports. In either case only those "
        "whose scope covers the location.",
    )


class DailyJournalPrepared(Event):
    """The journal of one location is ready to be mailed to that location's own administrators."""

    name: ClassVar[str] = "booking.daily_journal.prepared.v1"
    must_be_heard: ClassVar[bool] = True
    journal: JournalState

    @property
    def subject_id(self) -> str:
        return str(self.journal.id)


class ReportPrepared(Event):
    """A report is ready to be mailed at the hour that the account has chosen."""

    name: ClassVar[str] = "booking.report.prepared.v1"
    must_be_heard: ClassVar[bool] = True
    report: ReportState

    @property
    def subject_id(self) -> str:
        return str(self.report.id)


class SlotFreed(Event):
    """Time of a person that was booked, or kept for somebody, can be had again."""

    name: ClassVar[str] = "booking.slot.freed.v1"

    slot_id: UUID
    location_id: UUID
    staff_member_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    freed_by: Literal["cancelled", "rescheduled", "offer_expired", "offer_declined"]
    booking_id: UUID | None = None

    @property
    def subject_id(self) -> str:
        return str(self.slot_id)


class WaitlistEntryState(Value):
    """Public state of a wish for taken time, with the offer that is open now, if any."""

    id: UUID
    state: Literal["waiting", "offered", "booked", "withdrawn", "over"]
    client: ClientState
    location_id: UUID | None = None
    service_names: tuple[str, ...]
    vanity_address: str = Field(description="The booking page; the offer is taken there.")
    offer: "WaitlistOffer | None" = None


class WaitlistOffer(Value):
    """Time kept for one waiting person."""

    hold_id: UUID
    code: str = Field(description="Short secret of the link that takes the offer: /w/{code}.")
    location_id: UUID
    location_name: str
    time_zone: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    staff_member_names: tuple[str, ...]
    expires_at: AwareDatetime


class _OfWaitlist(Event):
    must_be_heard: ClassVar[bool] = True
    entry: WaitlistEntryState

    @property
    def subject_id(self) -> str:
        return str(self.entry.id)


class WaitlistOffered(_OfWaitlist):
    """Freed time is kept for this person until `entry.offer.expires_at`: tell them while it lasts."""

    name: ClassVar[str] = "booking.waitlist.offered.v1"


class WaitlistOfferEnded(_OfWaitlist):
    """The offer was taken, declined, or ran out: a message about it makes no sense any more."""

    name: ClassVar[str] = "booking.waitlist.offer_ended.v1"
    ended_by: Literal["taken", "declined", "expired", "withdrawn"]


class ReplyRefused(Event):
    """A client's answer came too late: they want to cancel a visit that stays, or to confirm one that was released."""

    name: ClassVar[str] = "booking.reply.refused.v1"
    must_be_heard: ClassVar[bool] = True

    reply_id: UUID
    booking_id: UUID
    client_id: UUID
    cause: Literal["cutoff_passed", "not_possible", "released"]

    @property
    def subject_id(self) -> str:
        return str(self.reply_id)
