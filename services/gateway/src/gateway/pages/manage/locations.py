"""Where the account works."""

from __future__ import annotations

from typing import Literal
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.catalogue import LocationBody, LocationPatch
from gateway.clients import Refused
from gateway.pages.errors import PageUnknown
from gateway.pages.forms import Form
from gateway.pages.newer import beside, is_stale
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

from .hits import begin
from .office import office_page

router = page_router()

_SECTION: Literal["locations"] = "locations"


@router.get("/manage/{account_id}/locations")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """All locations, and the form for another one."""
    return await _list_page(visit, account_id, Form())


@router.post("/manage/{account_id}/locations")
async def add(visit: VisitDep, account_id: UUID) -> Response:
    """A new one."""
    form = await visit.form()
    try:
        body = visit.body(LocationBody, _values(form))
        await visit.api.catalogue.add_location(account_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in (401, 403):
            raise
        return await _list_page(visit, account_id, form.note(refused.problem), refused.status)
    return visit.go(f"/manage/{account_id}/locations", "manage.saved")


@router.get("/manage/{account_id}/locations/{location_id}")
async def shown(visit: VisitDep, account_id: UUID, location_id: UUID) -> Response:
    """One location to change."""
    form = await _saved(visit, account_id, location_id)
    return await office_page(visit, account_id, _SECTION, "location", form=form, location_id=location_id)


@router.post("/manage/{account_id}/locations/{location_id}")
async def change(visit: VisitDep, account_id: UUID, location_id: UUID) -> Response:
    """Change it."""
    form = await visit.form()
    version = form.whole("version")
    try:
        body = visit.body(LocationPatch, _values(form), emptied=("address", "phone"))
        await visit.api.catalogue.change_location(
            account_id, location_id, body, version=version if isinstance(version, int) else None
        )
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        form.note(refused.problem)
        if is_stale(refused):
            labels = {name: t(f"label.{name}") for name in ("name", "address", "phone", "time_zone")}
            form = beside(form, await _saved(visit, account_id, location_id), labels)
        return await office_page(
            visit, account_id, _SECTION, "location", refused.status, form=form, location_id=location_id
        )
    return visit.go(f"/manage/{account_id}/locations", "manage.saved")


@router.post("/manage/{account_id}/locations/{location_id}/drop")
async def drop(visit: VisitDep, account_id: UUID, location_id: UUID) -> Response:
    """Close it; bookings there are decided one by one first."""
    form = await visit.form()
    change = {"kind": "location_removal", "location_id": str(location_id)}
    back = f"/manage/{account_id}/deleted"
    return await begin(visit, account_id, change, back=back, key=form.key, gone=form.value("name"))


@router.get("/manage/{account_id}/locations/{location_id}/drop")
async def not_dropped(visit: VisitDep, account_id: UUID, location_id: UUID) -> Response:
    """The address of a button, opened again."""
    return visit.go(f"/manage/{account_id}/locations/{location_id}")


async def _saved(visit: Visit, account_id: UUID, location_id: UUID) -> Form:
    for one in (await visit.api.catalogue.locations(account_id)).items:
        if one.id == location_id:
            return Form.of(
                name=one.name, address=one.address, phone=one.phone, time_zone=one.time_zone, version=one.version
            )
    raise PageUnknown


async def _list_page(visit: Visit, account_id: UUID, form: Form, status: int = 200) -> Response:
    items = (await visit.api.catalogue.locations(account_id)).items
    return await office_page(visit, account_id, _SECTION, "locations", status, items=items, form=form)


def _values(form: Form) -> dict[str, object]:
    return {
        "name": form.value("name"),
        "address": form.text("address"),
        "phone": form.text("phone"),
        "time_zone": form.text("time_zone"),
    }
