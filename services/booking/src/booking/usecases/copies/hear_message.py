"""What notifications says about the messages of a booking."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, update

from booking.queries.confirmation import REQUEST
from booking.tables import BookingRow
from booking.usecases.actors import SYSTEM, Actor
from booking.usecases.bookings.record_act import record_heard
from contracts.notifications import (
    ConfirmRequest,
    MessageDelivered,
    MessageFailed,
    MessageHeld,
    MessageSent,
    MessageWritten,
)
from kit.db import Tx
from kit.messaging import now_utc


async def hear_message(event: MessageSent | MessageDelivered | MessageFailed | MessageHeld, tx: Tx) -> None:
    """Write into the booking's history what became of a message; whom it went to is said by kind, not by address."""
    said = event.notification
    asked = said.confirm_request
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
        **({REQUEST: asked.model_dump(mode="json")} if asked else {}),
    )
    if asked is None or said.booking_id is None or event.account_id is None:
        return
    if isinstance(event, MessageSent | MessageDelivered):
        await _keep_promise(tx, event.account_id, said.booking_id, asked)


async def _keep_promise(tx: Tx, account_id: UUID, booking_id: UUID, asked: ConfirmRequest) -> None:
    """The client was told a moment: the visit is not judged before it, whatever the rule has become meanwhile."""
    row = BookingRow
    of_that_time = (row.account_id == account_id, row.id == booking_id, row.starts_at == asked.starts_at)
    until = func.greatest(row.confirm_told_until, asked.until)  # of none and a moment: the moment
    await tx.execute(update(row).where(*of_that_time).values(confirm_told_until=until))


async def hear_words(event: MessageWritten, tx: Tx) -> None:
    """Write into the history of the visit who wrote to its client by hand; the words are with the message."""
    said = event.notification
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
