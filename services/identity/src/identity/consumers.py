"""What identity hears of the others: which locations there are, when members are awaited, who wanted to touch money
without the right to, and who wrote to clients by hand.

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
from contracts.fiscal import CashActRefused
from contracts.notifications import MessageWritten
from kit.messaging import Consumers

from .usecases.copies import copy_location, copy_visit
from .usecases.hear_refused_act import hear_refused_act
from .usecases.hear_written_message import hear_written_message

consumers = Consumers("identity")
consumers.on(LocationChanged)(copy_location)
consumers.on(CashActRefused)(hear_refused_act)
consumers.on(MessageWritten)(hear_written_message)
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
