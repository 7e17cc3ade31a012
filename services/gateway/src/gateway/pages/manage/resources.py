"""Rooms and devices that services need."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.catalogue import ResourceBody, ResourcePatch
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .office import office_page

router = page_router()

_SECTION = "resources"


@router.get("/manage/{account_id}/resources")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """All of them, each to change in its place, and the form for another one."""
    return await _page(visit, account_id, Form.of(units=1))


@router.post("/manage/{account_id}/resources")
async def add(visit: VisitDep, account_id: UUID) -> Response:
    """Another one."""
    form = await visit.form()
    values = {"name": form.value("name"), "units": form.whole("units"), "location_id": form.text("location_id")}
    try:
        body = visit.body(ResourceBody, values)
        await visit.api.office.add_resource(account_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in (401, 403):
            raise
        return await _page(visit, account_id, form.note(refused.problem), refused.status)
    return visit.go(f"/manage/{account_id}/resources", "manage.saved")


@router.post("/manage/{account_id}/resources/{resource_id}")
async def change(visit: VisitDep, account_id: UUID, resource_id: UUID) -> Response:
    """Name and number; or take it away."""
    form = await visit.form()
    try:
        if form.value("act") == "drop":
            await visit.api.office.drop_resource(account_id, resource_id)
        else:
            values = {"name": form.value("name"), "units": form.whole("units")}
            await visit.api.office.change_resource(account_id, resource_id, visit.body(ResourcePatch, values))
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        return await _page(
            visit, account_id, Form.of(units=1), refused.status, changed=resource_id, wrong=form.note(refused.problem)
        )
    return visit.go(f"/manage/{account_id}/resources", "manage.saved")


async def _page(
    visit: Visit,
    account_id: UUID,
    form: Form,
    status: int = 200,
    *,
    changed: UUID | None = None,
    wrong: Form | None = None,
) -> Response:
    visit.address = f"/manage/{account_id}/resources"
    places = (await visit.api.catalogue.locations(account_id)).items
    services = (await visit.api.catalogue.services(account_id)).items
    return await office_page(
        visit,
        account_id,
        _SECTION,
        "resources",
        status,
        items=(await visit.api.office.resources(account_id)).items,
        places=places,
        place_names={one.id: one.name for one in places},
        service_names={one.id: one.name for one in services},
        form=form,
        changed=changed,
        wrong=wrong,
    )
