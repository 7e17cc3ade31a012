"""Reports about money, out of the ledger; what was taken back stands in them."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from contracts.base import Money
from contracts.http.books import Report, ReportRow
from gateway.pages.errors import PageUnknown
from gateway.pages.formats import day_short, money
from gateway.pages.registers.frame import day_of, today, zone_of
from gateway.pages.route import page_router
from gateway.pages.visit import VisitDep
from gateway.pages.words import t

from .frame import MONEY, report_page
from .sheets import FILES, Bar, Chart, Column, Sheet, file_of, period_of

router = page_router()

_SUMS = ("sold", "given_back", "net", "tips")
_COLUMNS = (
    Column("name", "text"),
    *(Column(name, "money") for name in _SUMS),
    Column("entries"),
    Column("reversals"),
)


@router.get("/manage/{account_id}/finance/{by}")
async def shown(visit: VisitDep, account_id: UUID, by: str) -> Response:
    """Money by day, register, way to pay, person or service; or with `format` the file of it."""
    if by not in MONEY:
        raise PageUnknown
    zone = await zone_of(visit, account_id)
    period = period_of(visit, today(zone))
    form = visit.query.get("format")
    if form in FILES:
        found = await visit.api.books.report_file(account_id, by, period.since, period.until, form)
        return file_of(f"money-by-{by}", period, form, found)
    report = await visit.api.books.report(account_id, by, period.since, period.until)
    return await report_page(
        visit,
        account_id,
        f"finance/{by}",
        period,
        _sheet(report),
        reversals=report.reversals,
        left_out=report.reversals_left_out,
        zone=zone,
    )


def _sheet(report: Report) -> Sheet:
    bars = [Bar(_name(report, row), max(row.net, 0), _sum(row, "net")) for row in report.items]
    rows = [_cells(_name(report, row), row) for row in report.items]
    chart = Chart(t("report.net"), bars, is_along_time=report.by == "day")
    total = _cells(t("report.total"), report.totals[0]) if len(report.totals) == 1 else None
    return Sheet(_COLUMNS, rows, chart, total)


def _cells(name: str, row: ReportRow) -> list[str]:
    return [name, *(_sum(row, which) for which in _SUMS), str(row.entries), str(row.reversals)]


def _sum(row: ReportRow, which: str) -> str:
    return money(Money(amount=getattr(row, which), currency=row.currency))


def _name(report: Report, row: ReportRow) -> str:
    if report.by != "day":
        return row.name
    return day_short(day_of(row.key, report.since))
