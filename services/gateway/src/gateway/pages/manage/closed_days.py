"""Days on which the account does not work: holidays of the country to confirm, and own closed days."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.said import number_said
from gateway.pages.visit import Visit, VisitDep

from .hits import begin
from .office import office_page
from .schedule import today_at

router = page_router()

_SECTION = "closed-days"
_FIELDS = {
    "/change/closed_day/date": "date",
    "/change/closed_day/name": "name",
    "/change/closed_day/location_id": "location_id",
    "/change/dates": "dates",
}


@router.get("/manage/{account_id}/closed-days")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """What is ahead, the holidays of a year, and the form for another day."""
    return await _page(visit, account_id, Form())


@router.post("/manage/{account_id}/closed-days")
async def close(visit: VisitDep, account_id: UUID) -> Response:
    """See which bookings it hits, and close the day."""
    form = await visit.form()
    day = {"date": form.value("date"), "name": form.text("name"), "location_id": form.text("location_id")}
    said = {name: value for name, value in day.items() if value is not None}
    return await _try(visit, account_id, {"kind": "closed_day", "closed_day": said}, form)


@router.post("/manage/{account_id}/closed-days/holidays")
async def choose(visit: VisitDep, account_id: UUID) -> Response:
    """Close on exactly the holidays that were ticked."""
    form = await visit.form()
    return await _try(
        visit, account_id, {"kind": "holidays", "year": form.whole("year"), "dates": form.many("dates")}, form
    )


@router.get("/manage/{account_id}/closed-days/holidays")
async def holidays(visit: VisitDep, account_id: UUID) -> Response:
    """The address of a form, opened again."""
    return visit.go(f"/manage/{account_id}/closed-days")


@router.post("/manage/{account_id}/closed-days/{closed_day_id}/drop")
async def open_again(visit: VisitDep, account_id: UUID, closed_day_id: UUID) -> Response:
    """Work on that day after all."""
    await visit.api.office.open_day(account_id, closed_day_id)
    return visit.go(f"/manage/{account_id}/closed-days", "closed.opened")


async def _try(visit: Visit, account_id: UUID, change: dict[str, object], form: Form) -> Response:
    try:
        return await begin(visit, account_id, change, back=f"/manage/{account_id}/closed-days", key=form.key)
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        return await _page(visit, account_id, form.note(refused.problem, _FIELDS), refused.status)


async def _page(visit: Visit, account_id: UUID, form: Form, status: int = 200) -> Response:
    places = (await visit.api.catalogue.locations(account_id)).items
    today = today_at(places)
    asked = visit.query.get("year") or form.value("year")
    year = number_said(asked) or 0
    year = year if today.year <= year <= today.year + 2 else today.year
    visit.address = f"/manage/{account_id}/closed-days?year={year}"
    closed = (await visit.api.catalogue.closed_days(account_id)).items
    return await office_page(
        visit,
        account_id,
        _SECTION,
        "closed_days",
        status,
        items=[one for one in closed if one.date >= today and one.kind == "closed"],
        holidays=await visit.api.office.holidays(account_id, year),
        years=[today.year, today.year + 1],
        places=places,
        names={one.id: one.name for one in places},
        today=today,
        form=form,
    )
