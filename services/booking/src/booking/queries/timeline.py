"""The history of a booking, as it is read."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_

from booking import words
from booking.queries.visits import Visit
from booking.tables import BookingEvent
from contracts.http.booking import Timeline, TimelineEntry
from kit.db import Tx

PAGE = 200


async def timeline_of(tx: Tx, visit: Visit, after: tuple[datetime, UUID] | None) -> Timeline:
    """Every act on the booking, oldest first; with `after` those behind that moment and id."""
    rows = select(BookingEvent).where(
        BookingEvent.account_id == visit.booking.account_id, BookingEvent.booking_id == visit.booking.id
    )
    if after is not None:
        rows = rows.where(tuple_(BookingEvent.at, BookingEvent.id) > tuple_(*after))
    found = list(await tx.scalars(rows.order_by(BookingEvent.at, BookingEvent.id).limit(PAGE)))
    return Timeline(items=[_entry(visit, row) for row in found])


def _entry(visit: Visit, row: BookingEvent) -> TimelineEntry:
    return TimelineEntry.model_validate(
        {
            "id": row.id,
            "at": visit.local(row.at),
            "kind": row.kind,
            "text": words.act(row.kind, _shown(visit, row.details)),
            "actor_type": row.actor_type,
            "actor_id": row.actor_id,
            "actor_name": row.actor_name,
            "source": row.source,
            "details": row.details,
            "trace_id": row.trace_id,
        }
    )


def _shown(visit: Visit, details: dict[str, object]) -> dict[str, object]:
    """Moments by the wall clock of the place, sums in whole units: for the text only."""
    shown: dict[str, object] = {}
    for name, value in details.items():
        if name.startswith("starts_at") and isinstance(value, str):
            shown[name] = visit.local(datetime.fromisoformat(value)).strftime("%d.%m.%Y %H:%M")
        elif name in ("price", "paid", "before", "after") and isinstance(value, int):
            shown[name] = f"{value / 100:.2f} {visit.booking.currency}"
        else:
            shown[name] = "" if value is None else value
    return shown
