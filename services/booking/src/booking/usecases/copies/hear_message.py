"""What notifications says about the messages of a booking."""

from __future__ import annotations

from booking.tables import BookingRow
from booking.usecases.actors import SYSTEM, Actor
from booking.usecases.bookings.record_act import record_heard
from contracts.notifications import MessageDelivered, MessageFailed, MessageHeld, MessageSent, MessageWritten
from kit.db import Tx
from kit.messaging import now_utc


async def hear_message(event: MessageSent | MessageDelivered | MessageFailed | MessageHeld, tx: Tx) -> None:
    """Write into the booking's history what became of a message; whom it went to is said by kind, not by address."""
    said = event.notification
    if said.booking_id is None or event.account_id is None:
        return
    if await tx.get(BookingRow, (event.account_id, said.booking_id)) is None:
        return
    await record_heard(
        tx,
        event,
        said.booking_id,
        f"message_{event.name.split('.')[2]}",
        SYSTEM,
        now_utc(),
        notification_id=str(said.id),
        message=said.kind,
        recipient=said.recipient_type,
        channel=said.channel,
        provider=said.provider,
        reason_code=said.reason_code,
    )


async def hear_words(event: MessageWritten, tx: Tx) -> None:
    """Write into the history of the visit who wrote to its client by hand; the words are with the message."""
    said = event.notification
    if said.booking_id is None or event.account_id is None:
        return
    if await tx.get(BookingRow, (event.account_id, said.booking_id)) is None:
        return
    await record_heard(
        tx,
        event,
        said.booking_id,
        "message_written",
        Actor("staff", event.author_id, event.author_name, "staff"),
        event.written_at,
        notification_id=str(said.id),
        channel=said.channel,
        reason_code=said.reason_code,
    )
