"""The history of a booking: one entry per act, in the transaction of the act."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.dialects.postgresql import insert

from booking.tables import BookingEvent, BookingRow
from booking.usecases.actors import Actor
from contracts import Event
from kit.db import Tx
from kit.ids import new_id
from kit.telemetry import trace_id


def record_act(
    tx: Tx, account_id: UUID, booking_id: UUID, kind: str, actor: Actor, now: datetime, **details: Any
) -> None:
    """Write down who did what and when, with the trace that tells the rest."""
    tx.add(
        BookingEvent(
            account_id=account_id,
            booking_id=booking_id,
            kind=kind,
            at=now,
            actor_type=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            source=actor.source,
            details=details,
            trace_id=trace_id(),
        )
    )


async def record_heard(
    tx: Tx, event: Event, booking_id: UUID | None, kind: str, actor: Actor, now: datetime, **details: Any
) -> None:
    """Write down what another service said, once however often it is said; its subject and version keep the order.

    What is about no booking, or about one that is not here, stands in no history.
    """
    if booking_id is None or event.account_id is None:
        return
    if await tx.get(BookingRow, (event.account_id, booking_id)) is None:
        return
    subject = f"{event.name.rsplit('.', 2)[0]}:{event.subject_id}"
    row = {
        "account_id": event.account_id,
        "id": new_id(),
        "booking_id": booking_id,
        "kind": kind,
        "at": now,
        "actor_type": actor.kind,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "source": actor.source,
        "details": {**details, "subject": subject, "version": event.version},
        "trace_id": trace_id(),
        "event_id": uuid5(_HEARD, f"{event.name} {event.subject_id} {event.version}"),
    }
    await tx.execute(insert(BookingEvent).values(row).on_conflict_do_nothing())


_HEARD = UUID("0199b0f2-7a3c-7c55-9d0e-6a1f2b3c4d5e")
