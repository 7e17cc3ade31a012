"""Other visits of a client around a day: which of them is the first, and what they were told of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select

from contracts.booking import BookingState
from kit.db import Tx

from .domain.facts import EarlierVisit
from .domain.merging import WAITING
from .domain.planner import CLIENT, MERGED_KINDS, occasion_of_visit
from .tables import BookingCopy, NotificationRow

PUBLIC_DOORS = frozenset({"site", "widget"})
"""Where somebody may give a phone that is not theirs."""
_GONE = ("sending", "sent", "delivered", "unknown")


@dataclass(frozen=True)
class Neighbour:
    """One visit of a client; `told` names the kinds of its reminders that have gone or are due."""

    starts_at: datetime
    booking_id: UUID
    source: str
    told: frozenset[str]


VisitsOfClients = dict[tuple[UUID, UUID], list[Neighbour]]
"""By client and location."""


async def read_visits(tx: Tx, account_id: UUID, bookings: Sequence[BookingState], now: datetime) -> VisitsOfClients:
    """The visits of the bookings' clients, from a day before the first to a day after the last of them."""
    clients = {booking.client.id for booking in bookings if booking.client}
    if not clients:
        return {}
    other, a_day = BookingCopy, timedelta(days=1)
    first, last = min(one.starts_at for one in bookings), max(one.starts_at for one in bookings)
    rows = (
        await tx.execute(
            select(
                other.client_id, other.location_id, other.starts_at, other.booking_id, other.body["source"].astext
            ).where(
                other.account_id == account_id,
                other.client_id.in_(clients),
                other.is_active,
                other.starts_at.between(first - a_day, last + a_day),
            )
        )
    ).all()
    theirs = {booking.id for booking in bookings}
    others = {booking_id: starts_at for _, _, starts_at, booking_id, _ in rows if booking_id not in theirs}
    if len(theirs) > 1:  # they are neighbours of one another
        others = {booking_id: starts_at for _, _, starts_at, booking_id, _ in rows}
    told = await _told(tx, account_id, others, now) if others else {}
    visits: VisitsOfClients = defaultdict(list)
    for client_id, location_id, starts_at, booking_id, source in rows:
        visit = Neighbour(starts_at, booking_id, source or "", frozenset(told.get(booking_id, ())))
        visits[client_id, location_id].append(visit)
    return visits


async def _told(tx: Tx, account_id: UUID, starts: dict[UUID, datetime], now: datetime) -> dict[UUID, set[str]]:
    row = NotificationRow
    found = await tx.execute(
        select(row.booking_id, row.kind, row.occasion).where(
            row.account_id == account_id,
            row.booking_id.in_(starts),
            row.recipient_type == CLIENT,
            row.kind.in_([kind.value for kind in MERGED_KINDS]),
            or_(row.state.in_(_GONE), and_(row.state.in_(WAITING), row.planned_at <= now)),
        )
    )
    told: dict[UUID, set[str]] = defaultdict(set)
    for booking_id, kind, occasion in found:
        assert booking_id is not None  # it was asked for by booking
        if occasion == occasion_of_visit(starts[booking_id]):
            told[booking_id].add(kind)
    return told


def earlier_visits(visits: VisitsOfClients, booking: BookingState, zone: ZoneInfo) -> tuple[EarlierVisit, ...]:
    """The client's visits before this one, on the same day of the wall clock and in the same place."""
    if booking.client is None:
        return ()
    day, mine = booking.starts_at.astimezone(zone).date(), (booking.starts_at, booking.id)
    return tuple(
        EarlierVisit(one.starts_at, one.source in PUBLIC_DOORS, one.told)
        for one in visits.get((booking.client.id, booking.location_id), ())
        if one.booking_id != booking.id
        and (one.starts_at, one.booking_id) < mine
        and one.starts_at.astimezone(zone).date() == day
    )
