"""Reviews with the visits they are about, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_

from booking.queries.visits import Visit, visits_of
from booking.records import ReviewRow
from booking.tables import BookingRow
from contracts.http.catalogue import Rating
from kit.db import Tx


async def reviews_of(
    tx: Tx,
    account_id: UUID,
    after: tuple[datetime, UUID] | None,
    limit: int,
    *,
    state: str | None = None,
    location_ids: Iterable[UUID] | None = None,
    staff_member_id: UUID | None = None,
) -> list[tuple[ReviewRow, Visit]]:
    """Newest first, one more than the limit."""
    rows = select(ReviewRow).where(ReviewRow.account_id == account_id)
    if state is not None:
        rows = rows.where(ReviewRow.state == state)
    if location_ids is not None:
        rows = rows.where(ReviewRow.location_id.in_(list(location_ids)))
    if staff_member_id is not None:
        rows = rows.where(ReviewRow.staff_member_ids.contains([staff_member_id]))
    if after is not None:
        rows = rows.where(tuple_(ReviewRow.created_at, ReviewRow.id) < tuple_(*after))
    newest = rows.order_by(ReviewRow.created_at.desc(), ReviewRow.id.desc()).limit(limit + 1)
    return await with_visits(tx, account_id, list(await tx.scalars(newest)))


async def with_visits(tx: Tx, account_id: UUID, found: list[ReviewRow]) -> list[tuple[ReviewRow, Visit]]:
    """Each review beside its visit."""
    ids = [row.booking_id for row in found]
    bookings = await tx.scalars(select(BookingRow).where(BookingRow.account_id == account_id, BookingRow.id.in_(ids)))
    visits = {visit.booking.id: visit for visit in await visits_of(tx, account_id, list(bookings))}
    return [(row, visits[row.booking_id]) for row in found]


async def ratings_of(tx: Tx, account_ids: Iterable[UUID]) -> dict[UUID, Rating]:
    """The average of published reviews, account by account; those without any are left out."""
    rows = await tx.execute(
        select(ReviewRow.account_id, func.avg(ReviewRow.rating), func.count())
        .where(ReviewRow.account_id.in_(list(account_ids)), ReviewRow.state == "published")
        .group_by(ReviewRow.account_id)
    )
    return {account_id: Rating(average=round(float(mean), 2), count=count) for account_id, mean, count in rows}


async def rating_of(tx: Tx, account_id: UUID) -> Rating:
    """The average of one account."""
    return (await ratings_of(tx, [account_id])).get(account_id, Rating(average=None, count=0))
