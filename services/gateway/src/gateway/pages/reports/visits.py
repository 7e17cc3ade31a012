"""Reports about visits."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from gateway.pages.errors import PageUnknown
from gateway.pages.registers.frame import today, zone_of
from gateway.pages.route import page_router
from gateway.pages.visit import VisitDep

from .frame import report_page
from .makers import MAKERS, Asked
from .sheets import FILES, file_of, period_of

router = page_router()


@router.get("/manage/{account_id}/reports")
async def first(visit: VisitDep, account_id: UUID) -> Response:
    """The summary."""
    return await shown(visit, account_id, "summary")


@router.get("/manage/{account_id}/reports/{name}")
async def shown(visit: VisitDep, account_id: UUID, name: str) -> Response:
    """One report, or with `format` the file of it."""
    if name not in MAKERS:
        raise PageUnknown
    period = period_of(visit, today(await zone_of(visit, account_id)))
    form = visit.query.get("format")
    if form in FILES:
        found = await visit.api.reports.file(
            account_id, name, period.since, period.until, form, location_id=period.location_id
        )
        return file_of(name, period, form, found)
    asked = Asked(visit.api.reports, account_id, period, visit.query.get("after"))
    sheet, next_cursor = await MAKERS[name](asked)
    locations = (await visit.api.catalogue.locations(account_id)).items
    return await report_page(
        visit, account_id, f"reports/{name}", period, sheet, next_cursor=next_cursor, locations=locations
    )
