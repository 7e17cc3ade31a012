"""Who served, what was sold, who came."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from booking.domain.intervals import common, merged, without
from booking.domain.wall_clock import clock_of
from booking.queries.accounts import locations_of
from booking.queries.reports.period import Wanted, goods_revenue_of, over_visits, total_of
from booking.queries.windows import Days, load_people
from contracts.http.reports import ServiceFigures, ServicesReport, StaffFigures, StaffReport
from kit.db import Tx

SERVICES = over_visits("""
    SELECT i.service_id, coalesce(s.name, max(i.service_name)) AS name, count(*) AS booked,
           count(*) FILTER (WHERE v.state = 'completed') AS completed,
           coalesce(sum(extract(epoch FROM i.ends_at - i.starts_at) / 60)
                    FILTER (WHERE v.state = 'completed'), 0)::bigint AS minutes,
           coalesce(sum(i.price) FILTER (WHERE v.state = 'completed'), 0)::bigint AS revenue
    FROM visit v
    JOIN booking_item i ON i.account_id = :account_id AND i.booking_id = v.id
    LEFT JOIN service s ON s.account_id = i.account_id AND s.id = i.service_id
    GROUP BY i.service_id, s.name
    ORDER BY revenue DESC, name, i.service_id""")
STAFF = over_visits("""
    SELECT i.staff_member_id, m.name, m.is_deleted, count(*) AS booked,
           count(*) FILTER (WHERE v.state = 'completed') AS completed,
           count(*) FILTER (WHERE v.state IN ('cancelled_by_client', 'cancelled_by_staff', 'expired')) AS cancelled,
           count(*) FILTER (WHERE v.state = 'no_show') AS no_show,
           coalesce(sum(i.price) FILTER (WHERE v.state = 'completed'), 0)::bigint AS revenue,
           coalesce(sum(extract(epoch FROM i.ends_at - i.starts_at) / 60)
                    FILTER (WHERE v.state IN ('pending', 'confirmed', 'arrived', 'completed')), 0)::bigint AS minutes
    FROM visit v
    JOIN booking_item i ON i.account_id = :account_id AND i.booking_id = v.id
    JOIN staff_member m ON m.account_id = i.account_id AND m.id = i.staff_member_id
    GROUP BY i.staff_member_id, m.name, m.is_deleted
    ORDER BY m.name, i.staff_member_id""")
CLIENTS = over_visits(
    """
    SELECT v.client_id, f.day AS first_visit,
           coalesce(f.day BETWEEN :first AND :last, false) AS is_new,
           max(v.day) AS last_visit, count(*) AS visits,
           count(*) FILTER (WHERE v.state = 'completed') AS completed,
           count(*) FILTER (WHERE v.state IN ('cancelled_by_client', 'cancelled_by_staff', 'expired')) AS cancelled,
           count(*) FILTER (WHERE v.state = 'no_show') AS no_show,
           coalesce(sum(v.price) FILTER (WHERE v.state = 'completed'), 0)::bigint AS revenue
    FROM visit v LEFT JOIN first_visit f ON f.client_id = v.client_id
    GROUP BY v.client_id, f.day
    ORDER BY revenue DESC, visits DESC, v.client_id""",
    first_visits=True,
)


async def services(tx: Tx, wanted: Wanted, goods_name: str) -> ServicesReport:
    """What was booked and what it brought; goods are the last line, so that the lines add up to the summary."""
    rows = (await tx.execute(SERVICES, wanted.params())).all()
    goods = await goods_revenue_of(tx, wanted)
    whole = sum(row.revenue for row in rows) + goods
    money = wanted.account.money
    items = [
        ServiceFigures(
            service_id=row.service_id,
            name=row.name,
            booked=row.booked,
            completed=row.completed,
            minutes=row.minutes,
            revenue=money(row.revenue),
            share_percent=percent(row.revenue, whole) or 0.0,
        )
        for row in rows
    ]
    if goods:
        items.append(
            ServiceFigures(
                service_id=None,
                name=goods_name,
                booked=0,
                completed=0,
                minutes=0,
                revenue=money(goods),
                share_percent=percent(goods, whole) or 0.0,
            )
        )
    return ServicesReport(period=wanted.period(), items=items, revenue=(await total_of(tx, wanted)).revenue)


async def staff(tx: Tx, wanted: Wanted, now: datetime) -> StaffReport:
    """Who served how much of their working time; those without a visit are there with nothing."""
    served = {row.staff_member_id: row for row in await tx.execute(STAFF, wanted.params())}
    names, working = await working_minutes(tx, wanted, now)
    gone = {person: (row.name, row.is_deleted) for person, row in served.items()}
    everybody = {person: (name, False) for person, name in names.items()} | gone
    money = wanted.account.money
    items = []
    for person, (name, is_deleted) in sorted(everybody.items(), key=lambda one: (one[1][0].casefold(), one[0])):
        row = served.get(person)
        minutes = row.minutes if row else 0
        items.append(
            StaffFigures(
                staff_member_id=person,
                name=name,
                is_deleted=is_deleted,
                booked=row.booked if row else 0,
                completed=row.completed if row else 0,
                cancelled=row.cancelled if row else 0,
                no_show=row.no_show if row else 0,
                revenue=money(row.revenue if row else 0),
                booked_min=minutes,
                working_min=working.get(person, 0),
                occupancy_percent=percent(minutes, working.get(person, 0)),
            )
        )
    goods = await goods_revenue_of(tx, wanted)
    return StaffReport(
        period=wanted.period(),
        items=items,
        goods_revenue=money(goods),
        revenue=(await total_of(tx, wanted)).revenue,
    )


async def clients(tx: Tx, wanted: Wanted) -> list[tuple[UUID | None, dict[str, object]]]:
    """Clients with a visit in the period and what they come to."""
    rows = await tx.execute(CLIENTS, wanted.params())
    return [
        (
            row["client_id"],
            {
                **{name: row[name] for name in ("is_new", "first_visit", "last_visit", "visits", "completed")},
                **{name: row[name] for name in ("cancelled", "no_show")},
                "client_id": row["client_id"],
                "revenue": wanted.account.money(row["revenue"]),
            },
        )
        for row in rows.mappings()
    ]


async def working_minutes(tx: Tx, wanted: Wanted, now: datetime) -> tuple[dict[UUID, str], dict[UUID, int]]:
    """Names of those who work in these locations, and their minutes of working time there, each minute once."""
    places = [
        place
        for place in await locations_of(tx, wanted.account.account_id)
        if wanted.location_ids is None or place.id in wanted.location_ids
    ]
    names: dict[UUID, str] = {}
    spans: dict[UUID, list[tuple[int, int]]] = {}
    for place in places:
        days = Days(clock_of(place.time_zone), wanted.first, wanted.last)
        people = await load_people(tx, wanted.account.account_id, days, now, location_id=place.id, everybody=True)
        closed = merged(one.interval for one in people.closed)
        for person in people.by_id.values():
            if not people.work_at(person.id, place.id):
                continue
            names[person.id] = people.names[person.id]
            if person.working is None:
                continue
            net = without(common(person.working.net(), [days.window]), merged([*closed, *person.time_off]))
            spans.setdefault(person.id, []).extend(net)
    return names, {person: sum(end - start for start, end in merged(found)) for person, found in spans.items()}


def percent(part: int, whole: int) -> float | None:
    """A share with one digit behind the point; none of nothing."""
    return round(100 * part / whole, 1) if whole else None
