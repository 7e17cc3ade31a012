"""What the account sells by time."""

from __future__ import annotations

from typing import Literal
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.catalogue import ServiceAnswer, ServiceBody, ServicePatch
from gateway.clients import Refused
from gateway.pages.errors import PageUnknown
from gateway.pages.forms import Form, uuids
from gateway.pages.newer import beside, is_stale, ticked
from gateway.pages.rendering import plain_price
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

from .hits import CONFLICT, begin
from .office import office_page

router = page_router()

_SECTION: Literal["services"] = "services"
_FIELDS = {
    "/price": "price",
    "/duration_min": "duration_min",
    "/staff_member_ids": "staff_member_ids",
    "/location_ids": "location_ids",
    "/resources": "resources",
}


@router.get("/manage/{account_id}/services")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """All services, and the form for another one."""
    return await _list_page(visit, account_id, Form.of(duration_min=60, bookable_online="on", capacity=1))


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
    return await _one_page(visit, account_id, service_id, _form_of(await _service(visit, account_id, service_id)))


@router.post("/manage/{account_id}/services/{service_id}")
async def change(visit: VisitDep, account_id: UUID, service_id: UUID) -> Response:
    """Change it; bookings that would lose what makes them bookable are decided one by one."""
    form = await visit.form()
    version = form.whole("version")
    back = f"/manage/{account_id}/services"
    try:
        body = visit.body(ServicePatch, _values(form), emptied=("description", "location_ids"))
        await visit.api.catalogue.change_service(
            account_id, service_id, body, version=version if isinstance(version, int) else None
        )
    except Refused as refused:
        if refused.code == CONFLICT:
            patch = body.model_dump(mode="json", exclude_unset=True)
            wanted = {"kind": "service", "service_id": str(service_id), "patch": patch}
            return await begin(visit, account_id, wanted, back=back, key=form.key)
        if refused.status in (401, 403, 404):
            raise
        form.note(refused.problem, _FIELDS)
        if is_stale(refused):
            form = await _newer(visit, account_id, service_id, form)
        return await _one_page(visit, account_id, service_id, form, refused.status)
    return visit.go(back, "manage.saved")


@router.post("/manage/{account_id}/services/{service_id}/drop")
async def drop(visit: VisitDep, account_id: UUID, service_id: UUID) -> Response:
    """Sell it no more; bookings ahead are decided one by one first."""
    form = await visit.form()
    change = {"kind": "service_removal", "service_id": str(service_id)}
    back = f"/manage/{account_id}/deleted"
    return await begin(visit, account_id, change, back=back, key=form.key, gone=form.value("name"))


@router.get("/manage/{account_id}/services/{service_id}/drop")
async def not_dropped(visit: VisitDep, account_id: UUID, service_id: UUID) -> Response:
    """The address of a button, opened again."""
    return visit.go(f"/manage/{account_id}/services/{service_id}")


async def _service(visit: Visit, account_id: UUID, service_id: UUID) -> ServiceAnswer:
    for one in (await visit.api.catalogue.services(account_id)).items:
        if one.id == service_id:
            return one
    raise PageUnknown


async def _newer(visit: Visit, account_id: UUID, service_id: UUID, form: Form) -> Form:
    """What was typed stays; beside it stands what somebody else has saved meanwhile."""
    now = _form_of(await _service(visit, account_id, service_id))
    labels = {name: t(f"label.{name}") for name in ("name", "duration_min", "price", "description")}
    labels |= {"staff_member_ids": t("service.who"), "location_ids": t("service.places")}
    labels |= {"bookable_online": t("service.online")}
    staff = (await visit.api.catalogue.staff_members(account_id)).items
    places = (await visit.api.catalogue.locations(account_id)).items
    said = {
        "staff_member_ids": {str(one.id): one.name for one in staff},
        "location_ids": {str(one.id): one.name for one in places},
        "bookable_online": ticked(),
    }
    return beside(form, now, labels, said)


def _form_of(one: ServiceAnswer) -> Form:
    needs = {f"units_{need.resource_id}": need.units for need in one.resources}
    return Form.of(
        name=one.name,
        description=one.description,
        duration_min=one.duration_min,
        price=plain_price(one.price),
        bookable_online="on" if one.bookable_online else None,
        buffer_before_min=one.buffer_before_min,
        buffer_after_min=one.buffer_after_min,
        capacity=one.capacity,
        resources=[need.resource_id for need in one.resources],
        staff_member_ids=one.staff_member_ids,
        location_ids=one.location_ids or (),
        version=one.version,
        **needs,
    )


async def _list_page(visit: Visit, account_id: UUID, form: Form, status: int = 200) -> Response:
    items = (await visit.api.catalogue.services(account_id)).items
    staff = (await visit.api.catalogue.staff_members(account_id)).items
    return await office_page(
        visit,
        account_id,
        _SECTION,
        "services",
        status,
        items=items,
        form=form,
        staff=staff,
        names={one.id: one.name for one in staff},
        resources=(await visit.api.office.resources(account_id)).items,
        places=(await visit.api.catalogue.locations(account_id)).items,
    )


async def _one_page(visit: Visit, account_id: UUID, service_id: UUID, form: Form, status: int = 200) -> Response:
    visit.address = f"/manage/{account_id}/services/{service_id}"
    return await office_page(
        visit,
        account_id,
        _SECTION,
        "service",
        status,
        form=form,
        staff=(await visit.api.catalogue.staff_members(account_id)).items,
        resources=(await visit.api.office.resources(account_id)).items,
        places=(await visit.api.catalogue.locations(account_id)).items,
        service_id=service_id,
    )


def _values(form: Form) -> dict[str, object]:
    price = form.minor_units("price")
    places = uuids(form.many("location_ids"))
    values: dict[str, object] = {
        "name": form.value("name"),
        "description": form.text("description"),
        "duration_min": form.whole("duration_min"),
        "price": {"amount": 0 if price is None else price},
        "bookable_online": form.has("bookable_online"),
        "buffer_before_min": form.whole("buffer_before_min"),
        "buffer_after_min": form.whole("buffer_after_min"),
        "capacity": form.whole("capacity"),
        "staff_member_ids": uuids(form.many("staff_member_ids")),
        "location_ids": places or None,
    }
    if form.has("with_resources", "yes"):
        needs = uuids(form.many("resources"))
        values["resources"] = [{"resource_id": one, "units": form.whole(f"units_{one}") or 1} for one in needs]
    return values
