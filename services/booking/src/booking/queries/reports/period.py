"""The visits that a report counts, and their sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, TextClause, text

from booking.tables import AccountCopy
from contracts.http.reports import Figures, Period
from kit.db import Tx

# A visit belongs to the day on which it begins by the wall clock of its location. The two moments only spare the
# database the rest of the account's history.
VISITS = """
    WITH visit AS MATERIALIZED (
        SELECT b.id, b.code, b.state, b.payment_state, b.price, b.paid, b.client_id, b.location_id,
               b.starts_at, b.ends_at, b.source, b.comment, b.created_at,
               l.name AS location_name, l.time_zone, (b.starts_at AT TIME ZONE l.time_zone)::date AS day
        FROM booking b
        JOIN location l ON l.account_id = b.account_id AND l.id = b.location_id
        WHERE b.account_id = :account_id AND b.starts_at >= :since AND b.starts_at < :until
          AND (b.starts_at AT TIME ZONE l.time_zone)::date BETWEEN :first AND :last
          AND (cast(:location_ids AS uuid[]) IS NULL OR b.location_id = ANY(:location_ids))
    )
"""

FIGURES = """
    count(*) AS visits,
    count(*) FILTER (WHERE state IN ('pending', 'confirmed', 'arrived')) AS coming,
    count(*) FILTER (WHERE state = 'completed') AS completed,
    count(*) FILTER (WHERE state = 'cancelled_by_client') AS cancelled_by_client,
    count(*) FILTER (WHERE state = 'cancelled_by_staff') AS cancelled_by_staff,
    count(*) FILTER (WHERE state = 'no_show') AS no_show,
    count(*) FILTER (WHERE state = 'expired') AS expired,
    coalesce(sum(price) FILTER (WHERE state = 'completed'), 0)::bigint AS revenue,
    coalesce(sum(paid), 0)::bigint AS paid
"""

# The first visit that a person really had or has: a cancelled one makes nobody a client.
FIRST_VISITS = """
    first_visit AS (
        SELECT v.client_id, min((b.starts_at AT TIME ZONE l.time_zone)::date) AS day
        FROM (SELECT DISTINCT client_id FROM visit WHERE client_id IS NOT NULL) v
        JOIN booking b ON b.account_id = :account_id AND b.client_id = v.client_id
        JOIN location l ON l.account_id = b.account_id AND l.id = b.location_id
        WHERE b.state NOT IN ('cancelled_by_client', 'cancelled_by_staff', 'expired')
        GROUP BY v.client_id
    )
"""

LONGEST_DAYS = 366


def over_visits(question: str, *, first_visits: bool = False) -> TextClause:
    """A question over the table `visit`; `[figures]` in it stands for the sums of `FIGURES`."""
    tables = f"{VISITS}, {FIRST_VISITS}" if first_visits else VISITS
    return text(tables + question.replace("[figures]", FIGURES))


@dataclass(frozen=True)
class Wanted:
    """Which visits: days (both included) and locations (none: all)."""

    account: AccountCopy
    first: date
    last: date
    location_ids: frozenset[UUID] | None

    def params(self) -> dict[str, Any]:
        """What the statements are given."""
        return {
            "account_id": self.account.account_id,
            "first": self.first,
            "last": self.last,
            "since": datetime.combine(self.first - timedelta(days=1), time(), UTC),
            "until": datetime.combine(self.last + timedelta(days=2), time(), UTC),
            "location_ids": None if self.location_ids is None else sorted(self.location_ids),
        }

    def period(self) -> Period:
        """As the answers say it."""
        return Period.model_validate(
            {
                "from": self.first,
                "to": self.last,
                "location_ids": None if self.location_ids is None else sorted(self.location_ids),
                "currency": self.account.currency,
            }
        )


def figures_of(row: RowMapping | Mapping[str, Any], wanted: Wanted) -> dict[str, Any]:
    """The fields of `Figures` out of a row of `FIGURES`."""
    counts = {name: row[name] for name in Figures.model_fields if name not in ("revenue", "paid")}
    money = wanted.account.money
    return {**counts, "revenue": money(row["revenue"]), "paid": money(row["paid"])}


async def total_of(tx: Tx, wanted: Wanted) -> Figures:
    """All visits of the period together."""
    row = (await tx.execute(over_visits("SELECT [figures] FROM visit"), wanted.params())).mappings().one()
    return Figures.model_validate(figures_of(row, wanted))


async def goods_revenue_of(tx: Tx, wanted: Wanted) -> int:
    """What goods of completed visits brought, in minor units."""
    found = await tx.scalar(
        over_visits(
            """
            SELECT coalesce(sum(g.quantity * g.unit_price), 0)::bigint
            FROM visit v JOIN booking_goods g ON g.account_id = :account_id AND g.booking_id = v.id
            WHERE v.state = 'completed'"""
        ),
        wanted.params(),
    )
    return int(found or 0)
