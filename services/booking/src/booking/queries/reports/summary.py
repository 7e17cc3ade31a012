"""The summary and its weeks."""

from __future__ import annotations

from booking.domain.weeks import weeks_of
from booking.queries.reports.period import Wanted, figures_of, goods_revenue_of, over_visits, total_of
from contracts.http.reports import LocationFigures, Reversal, SummaryReport, WeekFigures, WeeklyReport
from kit.db import Tx

REVERSALS = over_visits("""
    SELECT v.id, v.code, e.at, v.time_zone,
           coalesce((e.details->>'paid_before')::bigint - (e.details->>'paid')::bigint, 0) AS amount
    FROM visit v
    JOIN booking_event e ON e.account_id = :account_id AND e.booking_id = v.id AND e.kind = 'reversed'
    ORDER BY e.at, e.id
    LIMIT 1000""")
NEW_AND_RETURNING = over_visits(
    """
    SELECT count(*) FILTER (WHERE day >= :first) AS new, count(*) FILTER (WHERE day < :first) AS returning
    FROM first_visit""",
    first_visits=True,
)


async def summary(tx: Tx, wanted: Wanted) -> SummaryReport:
    """Totals of the period, location by location, with what was given back."""
    params = wanted.params()
    by_location = await tx.execute(
        over_visits(
            "SELECT location_id, location_name, [figures] FROM visit "
            "GROUP BY location_id, location_name ORDER BY location_name, location_id"
        ),
        params,
    )
    clients = (await tx.execute(NEW_AND_RETURNING, params)).one()
    return SummaryReport(
        period=wanted.period(),
        total=await total_of(tx, wanted),
        goods_revenue=wanted.account.money(await goods_revenue_of(tx, wanted)),
        new_clients=clients.new,
        returning_clients=clients.returning,
        locations=[
            LocationFigures.model_validate(
                {
                    **figures_of(row, wanted),
                    "location_id": row["location_id"],
                    "location_name": row["location_name"],
                }
            )
            for row in by_location.mappings()
        ],
        reversals=[
            Reversal(booking_id=row.id, code=row.code, at=row.at, amount=wanted.account.money(row.amount))
            for row in await tx.execute(REVERSALS, params)
        ],
    )


async def weekly(tx: Tx, wanted: Wanted) -> WeeklyReport:
    """The same week by week; a week without visits is there with nothing in it."""
    params = wanted.params()
    found = await tx.execute(
        over_visits("SELECT date_trunc('week', day)::date AS monday, [figures] FROM visit GROUP BY monday"), params
    )
    by_monday = {row["monday"]: row for row in found.mappings()}
    newcomers = await tx.execute(
        over_visits(
            "SELECT date_trunc('week', day)::date AS monday, count(*) AS new "
            "FROM first_visit WHERE day BETWEEN :first AND :last GROUP BY monday",
            first_visits=True,
        ),
        params,
    )
    new = {row.monday: row.new for row in newcomers}
    items = []
    for week in weeks_of(wanted.first, wanted.last):
        monday = week.monday
        figures = by_monday.get(monday, _NOTHING)
        items.append(
            WeekFigures.model_validate(
                {
                    **figures_of(figures, wanted),
                    "week": week.name,
                    "from": week.first,
                    "to": week.last,
                    "new_clients": new.get(monday, 0),
                }
            )
        )
    return WeeklyReport(period=wanted.period(), items=items, total=await total_of(tx, wanted))


_NOTHING = dict.fromkeys(
    (
        "visits",
        "coming",
        "completed",
        "cancelled_by_client",
        "cancelled_by_staff",
        "no_show",
        "expired",
        "revenue",
        "paid",
    ),
    0,
)
