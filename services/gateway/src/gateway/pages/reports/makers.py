"""Each report about visits as a sheet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from contracts.http import reports as shapes
from contracts.http.base import Answer
from gateway.clients.reports import Reports
from gateway.pages.formats import day_short, money
from gateway.pages.rendering import stamp_local
from gateway.pages.words import t

from .sheets import Bar, Chart, Column, Period, Sheet, cell, cells


@dataclass(frozen=True)
class Asked:
    """A report that somebody wants to see."""

    api: Reports
    account_id: UUID
    period: Period
    cursor: str | None = None

    async def fetch(self, answer: type[Answer], name: str) -> Answer:
        """The report itself."""
        when = self.period
        return await self.api.one(
            answer,
            self.account_id,
            name,
            when.since,
            when.until,
            location_id=when.location_id,
            cursor=self.cursor,
        )


Made = tuple[Sheet, str | None]
"""A sheet, and where it goes on when it is not all of it."""

_STATES = ("coming", "completed", "cancelled_by_client", "cancelled_by_staff", "no_show", "expired")
_FIGURES = (
    Column("visits"),
    *(Column(state) for state in _STATES),
    Column("revenue", "money"),
    Column("paid", "money"),
)


async def summary(asked: Asked) -> Made:
    """What became of the visits, by location and in all."""
    found = await asked.fetch(shapes.SummaryReport, "summary")
    assert isinstance(found, shapes.SummaryReport)
    columns = (Column("location_name", "text"), *_FIGURES)
    bars = [
        Bar(t(f"report.{state}"), getattr(found.total, state), str(getattr(found.total, state))) for state in _STATES
    ]
    total = [t("report.total"), *cells(found.total, _FIGURES)]
    rows = [cells(one, columns) for one in found.locations]
    return Sheet(columns, rows, Chart(t("report.chart.summary"), bars), total), None


async def journal(asked: Asked) -> Made:
    """Every booking of the period."""
    found = await asked.fetch(shapes.JournalReport, "journal")
    assert isinstance(found, shapes.JournalReport)
    names = ("starts_at", "services", "staff", "client", "client_phone", "state", "price", "paid")
    rows = [
        [
            stamp_local(one.starts_at),
            ", ".join(one.services),
            ", ".join(one.staff),
            " ".join(part for part in (one.client_name, one.client_surname) if part) or "–",
            one.client_phone or "–",
            t(f"state.{one.state}"),
            money(one.price),
            money(one.paid),
        ]
        for one in found.items
    ]
    kinds = [Column(name, "money" if name in ("price", "paid") else "text") for name in names]
    total = [t("report.total"), str(found.total.visits), *[""] * 4, money(found.total.revenue), money(found.total.paid)]
    return Sheet(kinds, rows, None, total), found.next_cursor


async def services(asked: Asked) -> Made:
    """What is booked, and what it brings."""
    found = await asked.fetch(shapes.ServicesReport, "services")
    assert isinstance(found, shapes.ServicesReport)
    columns = (
        Column("name", "text"),
        Column("booked"),
        Column("completed"),
        Column("minutes", "minutes"),
        Column("revenue", "money"),
        Column("share_percent", "percent"),
    )
    bars = [Bar(one.name, one.revenue.amount, money(one.revenue)) for one in found.items[:12]]
    total = [t("report.total"), "", "", "", money(found.revenue), ""]
    return Sheet(columns, [cells(one, columns) for one in found.items], Chart(t("report.revenue"), bars), total), None


async def weekly(asked: Asked) -> Made:
    """Week by week."""
    found = await asked.fetch(shapes.WeeklyReport, "weekly")
    assert isinstance(found, shapes.WeeklyReport)
    columns = (Column("week", "text"), *_FIGURES, Column("new_clients"))
    rows = [[f"{day_short(one.first)}–{day_short(one.last)}", *cells(one, columns[1:])] for one in found.items]
    bars = [Bar(day_short(one.first), one.visits, str(one.visits)) for one in found.items]
    total = [t("report.total"), *cells(found.total, _FIGURES), ""]
    return Sheet(columns, rows, Chart(t("report.visits"), bars, is_along_time=True), total), None


async def staff(asked: Asked) -> Made:
    """Visits, revenue and occupancy of each person."""
    found = await asked.fetch(shapes.StaffReport, "staff")
    assert isinstance(found, shapes.StaffReport)
    columns = (
        Column("name", "text"),
        Column("booked"),
        Column("completed"),
        Column("cancelled"),
        Column("no_show"),
        Column("booked_min", "minutes"),
        Column("working_min", "minutes"),
        Column("occupancy_percent", "percent"),
        Column("revenue", "money"),
    )
    bars = [
        Bar(one.name, one.occupancy_percent or 0, cell(one.occupancy_percent, "percent"))
        for one in found.items
        if not one.is_deleted
    ]
    total = [t("report.total"), *[""] * 7, money(found.revenue)]
    chart = Chart(t("report.occupancy_percent"), bars)
    return Sheet(columns, [cells(one, columns) for one in found.items], chart, total), None


async def clients(asked: Asked) -> Made:
    """Who came, new or again, and what they left."""
    found = await asked.fetch(shapes.ClientsReport, "clients")
    assert isinstance(found, shapes.ClientsReport)
    names = (Column("visits"), Column("completed"), Column("cancelled"), Column("no_show"), Column("revenue", "money"))
    rows = [
        [
            " ".join(part for part in (one.name, one.surname) if part) or t("report.nobody"),
            one.phone or "–",
            t("report.is_new") if one.is_new else t("report.came_again"),
            *cells(one, names),
        ]
        for one in found.items
    ]
    bars = [
        Bar(t("report.is_new"), found.new, str(found.new)),
        Bar(t("report.came_again"), found.returning, str(found.returning)),
    ]
    columns = (Column("client", "text"), Column("client_phone", "text"), Column("kind", "text"), *names)
    total = [t("report.total"), *[""] * 6, money(found.revenue)]
    return Sheet(columns, rows, Chart(t("report.chart.clients"), bars), total), None


MAKERS: dict[str, Callable[[Asked], Awaitable[Made]]] = {
    "summary": summary,
    "journal": journal,
    "services": services,
    "weekly": weekly,
    "staff": staff,
    "clients": clients,
}
