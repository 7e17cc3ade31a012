"""The history of a booking, as it is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select

from booking import words
from booking.queries.visits import Visit
from booking.tables import BookingEvent
from contracts.http.booking import Timeline, TimelineEntry
from kit import context
from kit.db import Tx

PAGE = 200
_NOT_SHOWN = ("subject", "version")


async def timeline_of(
    tx: Tx, visit: Visit, after: int, mask: Callable[[str | None], str | None]
) -> tuple[Timeline, int | None]:
    """Every act on the booking behind the place `after`, causes before effects, and the place of the next page.

    What people wrote goes through `mask`.
    """
    rows = select(BookingEvent).where(
        BookingEvent.account_id == visit.booking.account_id,
        BookingEvent.booking_id == visit.booking.id,
        BookingEvent.seq > after,
    )
    found = list(await tx.scalars(rows.order_by(BookingEvent.seq).limit(PAGE + 1)))
    page = found[:PAGE]
    return (
        Timeline(items=[_entry(visit, row, mask) for row in in_order(page)]),
        page[-1].seq if len(found) > PAGE else None,
    )


def in_order(rows: Sequence[BookingEvent]) -> list[BookingEvent]:
    """What is told of one thing (a message, a receipt) by its version, whichever telling came first."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        if "subject" in row.details:
            places[row.details["subject"]].append(place)
    ordered = list(rows)
    for own in places.values():
        for place, row in zip(own, sorted((rows[at] for at in own), key=_version), strict=True):
            ordered[place] = row
    return ordered


def _version(row: BookingEvent) -> int:
    return int(row.details["version"])


def _entry(visit: Visit, row: BookingEvent, mask: Callable[[str | None], str | None]) -> TimelineEntry:
    details = {
        name: mask(value) if name in ("before", "after", "reason") and isinstance(value, str) else value
        for name, value in row.details.items()
        if name not in _NOT_SHOWN
    }
    return TimelineEntry.model_validate(
        {
            "id": row.id,
            "at": visit.local(row.at),
            "kind": row.kind,
            "text": words.act(row.kind, _shown(visit, details)),
            "actor_type": row.actor_type,
            "actor_id": row.actor_id,
            "actor_name": row.actor_name,
            "source": row.source,
            "details": details,
            "trace_id": row.trace_id,
        }
    )


def _shown(visit: Visit, details: dict[str, object]) -> dict[str, object]:
    """Moments by the wall clock of the place, sums in whole units, codes in words: for the text only."""
    language = context.current().language
    pattern = "%d/%m/%Y, %H:%M" if language == "en" else "%d.%m.%Y, %H:%M"
    shown: dict[str, object] = {}
    for name, value in details.items():
        if name.startswith(("starts_at", "until")) and isinstance(value, str):
            shown[name] = visit.local(datetime.fromisoformat(value)).strftime(pattern)
        elif name == "before_min" and isinstance(value, int):
            shown["span"] = words.span_of(value)
        elif name in ("price", "paid", "before", "after") and isinstance(value, int):
            shown[name] = words.sum_of(value, visit.booking.currency)
        elif name in ("message", "recipient") and isinstance(value, str):
            shown[name] = words.TEXTS.find(language, f"{name}.{value}") or value
        else:
            shown[name] = "" if value is None else value
    return shown
