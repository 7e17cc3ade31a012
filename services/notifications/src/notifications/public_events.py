"""What other systems may know of an event: chosen field by field, with the contacts of clients apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts import Event
from contracts.booking import (
    BookingArrived,
    BookingCancelled,
    BookingChanged,
    BookingCompleted,
    BookingConfirmed,
    BookingCreated,
    BookingNoShow,
    BookingRescheduled,
    BookingState,
)
from contracts.fiscal import (
    BookingReversed,
    BookingSettled,
    ReceiptFailed,
    ReceiptHeld,
    ReceiptRegistered,
    ShiftClosed,
    ShiftOpened,
    TopUpPaid,
)
from contracts.notifications import (
    BalanceLow,
    ClientPhoneBad,
    MessageFailed,
    MessageHeld,
)

OF_BOOKINGS = (
    BookingCreated,
    BookingRescheduled,
    BookingChanged,
    BookingCancelled,
    BookingConfirmed,
    BookingArrived,
    BookingCompleted,
    BookingNoShow,
)
OF_MESSAGES = (MessageFailed, MessageHeld, ClientPhoneBad, BalanceLow)
"""What wants somebody's attention. Messages that simply went are many, and are read where messages are listed."""
OF_MONEY = (
    BookingSettled,
    BookingReversed,
    ReceiptRegistered,
    ReceiptHeld,
    ReceiptFailed,
    ShiftOpened,
    ShiftClosed,
    TopUpPaid,
)
PUBLIC: tuple[type[Event], ...] = (*OF_BOOKINGS, *OF_MESSAGES, *OF_MONEY)

_ITEM = ("id", "service_id", "service_name", "staff_member_id", "staff_member_name", "starts_at", "ends_at", "price")
_BOOKING = ("id", "code", "state", "payment_state", "location_id", "location_name", "time_zone", "starts_at", "ends_at")
_MORE_OF_BOOKING = ("price", "source", "created_at")
_OWN_FIELDS = frozenset({"account_id", "version", "booking"})


@dataclass(frozen=True)
class PublicFacts:
    """One event as others may read it; `contacts` only where somebody chose to give them."""

    type: str
    location_id: UUID | None
    client_id: UUID | None
    facts: dict[str, Any]
    contacts: dict[str, Any] | None


def type_of(event: type[Event]) -> str:
    """The public name: without the version of the message between services."""
    return event.name.rpartition(".v")[0]


TYPES = tuple(sorted(type_of(event) for event in PUBLIC))


def public_facts(event: Event) -> PublicFacts:
    """The public side of `event`."""
    booking = getattr(event, "booking", None)
    if isinstance(booking, BookingState):
        return _of_booking(event, booking)
    said = event.model_dump(mode="json", exclude={"account_id", "version"})
    client_id = getattr(event, "client_id", None)
    return PublicFacts(type_of(type(event)), None, client_id, {**said, "version": event.version}, None)


def _of_booking(event: Event, booking: BookingState) -> PublicFacts:
    whole = booking.model_dump(mode="json")
    shown = {name: whole[name] for name in (*_BOOKING, *_MORE_OF_BOOKING)}
    shown["items"] = [{name: item[name] for name in _ITEM} for item in whole["items"]]
    shown["client"] = {"id": whole["client"]["id"]} if whole["client"] else None
    more = {name: value for name, value in event.model_dump(mode="json").items() if name not in _OWN_FIELDS}
    contacts = None
    if booking.client is not None:
        contacts = {"name": booking.client.name, "phone": booking.client.phone_e164}
    return PublicFacts(
        type=type_of(type(event)),
        location_id=booking.location_id,
        client_id=booking.client.id if booking.client else None,
        facts={"booking": shown, **more, "version": event.version},
        contacts=contacts,
    )


def with_contacts(facts: dict[str, Any], contacts: dict[str, Any] | None) -> dict[str, Any]:
    """The facts with name and phone of the client in their place."""
    booking = facts.get("booking")
    if contacts is None or not isinstance(booking, dict) or not booking.get("client"):
        return facts
    return {**facts, "booking": {**booking, "client": {**booking["client"], **contacts}}}
