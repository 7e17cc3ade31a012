"""Every booking of a period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, select

from booking.queries.reports.period import Wanted, over_visits
from booking.queries.visits import Visit, visits_of
from booking.tables import BookingRow
from kit.db import Tx

MOST_ROWS = 50_000
"""Of one file: a year of a large firm; more is asked for in parts."""


FROM_THE_START = over_visits("SELECT v.id FROM visit v ORDER BY v.starts_at, v.id LIMIT :limit")
AFTER = over_visits(
    "SELECT v.id FROM visit v WHERE (v.starts_at, v.id) > (:after_at, :after_id) "
    "ORDER BY v.starts_at, v.id LIMIT :limit"
)


async def journal_page(tx: Tx, wanted: Wanted, after: tuple[datetime, UUID] | None, limit: int) -> list[Visit]:
    """Visits by beginning, those behind `after` only."""
    question = AFTER if after else FROM_THE_START
    params = wanted.params() | ({"after_at": after[0], "after_id": after[1]} if after else {}) | {"limit": limit}
    ids = await tx.execute(question, params)
    return await _visits(tx, wanted.account.account_id, ids.all())


async def _visits(tx: Tx, account_id: UUID, found: Sequence[Row[tuple[UUID]]]) -> list[Visit]:
    ids = [row.id for row in found]
    rows = await tx.scalars(
        select(BookingRow)
        .where(BookingRow.account_id == account_id, BookingRow.id.in_(ids))
        .order_by(BookingRow.starts_at, BookingRow.id)
    )
    return await visits_of(tx, account_id, list(rows))
