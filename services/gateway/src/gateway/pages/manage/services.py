"""What the account sells by time."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.catalogue import ServiceBody, ServicePatch
from gateway.clients import Refused
from gateway.pages.errors import PageUnknown
from gateway.pages.forms import Form, uuids
from gateway.pages.rendering import plain_price
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .office import office_page

router = page_router()

_SECTION = "services"
_FIELDS = {"/price": "price", "/duration_min": "duration_min", "/staff_member_ids": "staff_member_ids"}


@router.get("/manage/{account_id}/services")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """All services, and the form for another one."""
    return await _list_page(visit, account_id, Form.of(duration_min=60, bookable_online="on"))


@router.post("/manage/{account_id}/services")
async def add(visit: VisitDep, account_id: UUID) -> Response:
    """A new one."""
    form = await visit.form()
    try:
        body = visit.body(ServiceBody, _values(form))
        await visit.api.catalogue.add_service(account_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in (401, 403):
            raise
        return await _list_page(visit, account_id, form.note(refused.problem, _FIELDS), refused.status)
    return visit.go(f"/manage/{account_id}/services", "manage.saved")


@router.get("/manage/{account_id}/services/{service_id}")
async def shown(visit: VisitDep, account_id: UUID, service_id: UUID) -> Response:
    """One service to change."""
    found = [one for one in (await visit.api.catalogue.services(account_id)).items if one.id == service_id]
    if not found:
        raise PageUnknown
    one = found[0]
    form = Form.of(
        name=one.name,
        description=one.description,
        duration_min=one.duration_min,
        price=plain_price(one.price),
        bookable_online="on" if one.bookable_online else None,
        buffer_before_min=one.buffer_before_min,
        buffer_after_min=one.buffer_after_min,
        staff_member_ids=one.staff_member_ids,
        version=one.version,
    )
    return await _one_page(visit, account_id, service_id, form)


@router.post("/manage/{account_id}/services/{service_id}")
async def change(visit: VisitDep, account_id: UUID, service_id: UUID) -> Response:
    """Change it."""
    form = await visit.form()
    version = form.whole("version")
    try:
        body = visit.body(ServicePatch, _values(form), emptied=("description",))
        await visit.api.catalogue.change_service(
            account_id, service_id, body, version=version if isinstance(version, int) else None
        )
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        return await _one_page(visit, account_id, service_id, form.note(refused.problem, _FIELDS), refused.status)
    return visit.go(f"/manage/{account_id}/services", "manage.saved")


async def _list_page(visit: Visit, account_id: UUID, form: Form, status: int = 200) -> Response:
    items = (await visit.api.catalogue.services(account_id)).items
    staff = (await visit.api.catalogue.staff_members(account_id)).items
    names = {one.id: one.name for one in staff}
    return await office_page(
        visit, account_id, _SECTION, "services", status, items=items, form=form, staff=staff, names=names
    )


async def _one_page(visit: Visit, account_id: UUID, service_id: UUID, form: Form, status: int = 200) -> Response:
    staff = (await visit.api.catalogue.staff_members(account_id)).items
    return await office_page(
        visit, account_id, _SECTION, "service", status, form=form, staff=staff, service_id=service_id
    )


def _values(form: Form) -> dict[str, object]:
    price = form.minor_units("price")
    return {
        "name": form.value("name"),
        "description": form.text("description"),
        "duration_min": form.whole("duration_min"),
        "price": {"amount": 0 if price is None else price},
        "bookable_online": form.has("bookable_online"),
        "buffer_before_min": form.whole("buffer_before_min"),
        "buffer_after_min": form.whole("buffer_after_min"),
        "staff_member_ids": uuids(form.many("staff_member_ids")),
    }
