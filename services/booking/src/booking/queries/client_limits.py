"""How many visits one client has already, where the account limits that."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import or_, select

from booking.domain.intervals import ALWAYS, Interval
from booking.domain.lifecycle import ACTIVE, CANCELLED
from booking.domain.wall_clock import WallClock, day_of, minute_of, moment_of
from booking.tables import AccountCopy, BookingRow, ClientRow
from kit.db import Tx


class Booker(NamedTuple):
    """A client who books with their own hand."""

    user_id: UUID | None
    phone_e164: str | None


async def client_full(
    tx: Tx,
    account: AccountCopy,
    booker: Booker | None,
    clock: WallClock,
    now: datetime,
    *,
    ignoring_booking: UUID | None = None,
) -> tuple[Interval, ...]:
    """The starts that the client may not have for having enough visits: all of them, or those of full days."""
    if booker is None:
        return ()
    rules = account.booking_rules
    if rules.client_coming_max is None and rules.client_daily_max is None:
        return ()
    own = [
        column == value
        for column, value in ((ClientRow.phone_e164, booker.phone_e164), (ClientRow.user_id, booker.user_id))
        if value is not None
    ]
    if not own:
        return ()
    cards = select(ClientRow.id).where(ClientRow.account_id == account.account_id, or_(*own))
    rows = select(BookingRow.starts_at, BookingRow.ends_at, BookingRow.state).where(
        BookingRow.account_id == account.account_id,
        BookingRow.client_id.in_(cards),
        BookingRow.state.not_in(CANCELLED),
        BookingRow.ends_at > moment_of(clock.start_of(day_of(minute_of(now), clock.zone))),
    )
    if ignoring_booking is not None:
        rows = rows.where(BookingRow.id != ignoring_booking)
    visits = (await tx.execute(rows)).all()
    coming = sum(visit.state in ACTIVE and visit.ends_at > now for visit in visits)
    if rules.client_coming_max is not None and coming >= rules.client_coming_max:
        return tuple(ALWAYS)
    if rules.client_daily_max is None:
        return ()
    days = Counter(day_of(minute_of(visit.starts_at), clock.zone) for visit in visits)
    return tuple(
        (clock.start_of(day), clock.end_of(day)) for day, number in days.items() if number >= rules.client_daily_max
    )
