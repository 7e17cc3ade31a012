"""What identity hears of booking: which locations there are, and when members are awaited.

It does not listen to itself: its copies for the HTTP edge change in the transactions that say the events, and a queue
of its own would hide from the relay that nobody else heard.
"""

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
from kit.messaging import Consumers

from .usecases.copies import copy_location, copy_visit

consumers = Consumers("identity")
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
)(copy_visit)
