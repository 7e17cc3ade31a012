"""Bookings as their readers see them: the account, the client, whoever has the link."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from contracts.base import Money
from contracts.booking import PaymentState, Source, State
from contracts.http.base import Answer
from contracts.http.catalogue.places import LocationAnswer

from .availability import Reason


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
    deleted_at: datetime | None = Field(default=None, description="Since when it is not in the calendar any more.")


class BookingList(Answer):
    items: list[BookingAnswer]
    next_cursor: str | None = None


class OwnReview(Answer):
    """What the client wrote about a visit, and what the firm answered."""

    rating: int
    text: str | None
    answer: str | None
    is_public: bool = Field(description="False: the firm has hidden it.")
    created_at: datetime


class PrepaymentDue(Answer):
    """Money that is asked for in advance and not here yet; the page of the link is `/pay/{id}`."""

    id: UUID
    amount: Money
    expires_at: datetime | None = Field(description="Not paid by then, the booking ends and its time is free again.")


class OwnReceipt(Answer):
    """A fiscal receipt of the visit; `url` shows it."""

    id: UUID
    fiscal_code: str | None
    url: str | None
    at: datetime


class MyBookingAnswer(BookingAnswer):
    """A client's own booking, with the firm's name and what may still be done."""

    account_name: str
    vanity_address: str
    location_address: str | None = None
    location_phone: str | None = None
    may_change_until: datetime = Field(description="Last moment to cancel or move it oneself.")
    may_cancel: bool
    may_reschedule: bool
    may_review: bool = False
    review: OwnReview | None = None
    prepayment: PrepaymentDue | None = None
    receipts: list[OwnReceipt] = Field(default=[])


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
