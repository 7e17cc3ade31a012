"""Visits that wait for their last reminder, three hours before."""

from datetime import timedelta

from contracts.booking import BookingState
from tests.notifications.salon import Salon, kyiv

VISIT = kyiv("2026-12-11T15:00")
AT_THREE_HOURS = VISIT - timedelta(hours=3)


async def only_reminder_3h(salon: Salon, count: int = 1) -> list[BookingState]:
    """Visits of which only the last reminder is still to come."""
    salon.set_clock(AT_THREE_HOURS - timedelta(hours=1))
    bookings = [await salon.book(VISIT + timedelta(minutes=number)) for number in range(count)]
    salon.set_clock(AT_THREE_HOURS + timedelta(minutes=count))
    return bookings


async def state_of(salon: Salon, booking: BookingState) -> tuple[str, str | None]:
    """The state and the reason of the last reminder."""
    row = await salon.row(booking, "reminder_3h")
    return row.state, row.reason_code
