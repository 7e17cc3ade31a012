"""The history of a booking: one entry per act, in the transaction of the act."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from booking.tables import BookingEvent
from booking.usecases.actors import Actor
from kit.db import Tx
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
