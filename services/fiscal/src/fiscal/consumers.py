"""Everything that fiscal listens to."""

from contracts.booking import (
    BookingArrived,
    BookingCancelled,
    BookingChanged,
    BookingCompleted,
    BookingConfirmed,
    BookingCreated,
    BookingNoShow,
    BookingRescheduled,
    LocationChanged,
)
from contracts.identity import AccountChanged, AccountRegistered
from fiscal.usecases.copies import copy_account, copy_booking, copy_location
from kit import access
from kit.messaging import Consumers


def build_consumers() -> Consumers:
    """One line per handler."""
    consumers = Consumers("fiscal")
    access.listen(consumers)
    consumers.on(AccountRegistered, AccountChanged)(copy_account)
    consumers.on(LocationChanged)(copy_location)
    consumers.on(
        BookingCreated,
        BookingRescheduled,
        BookingChanged,
        BookingConfirmed,
        BookingArrived,
        BookingCompleted,
        BookingNoShow,
        BookingCancelled,
    )(copy_booking)
    return consumers
