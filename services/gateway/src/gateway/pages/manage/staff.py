"""Who serves: a person with a login, or a chair without one."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.catalogue import StaffMemberBody, StaffMemberPatch
from contracts.http.identity import MemberBody
from gateway.clients import Refused
from gateway.pages.errors import PageUnknown
from gateway.pages.forms import Form, uuids
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .office import office_page

router = page_router()

_SECTION = "staff"


@router.get("/manage/{account_id}/staff")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """All staff, and the form for another one."""
    services = (await visit.api.catalogue.services(account_id)).items
    return await _list_page(visit, account_id, Form.of(service_ids=[one.id for one in services]))


@router.post("/manage/{account_id}/staff")
async def add(visit: VisitDep, account_id: UUID) -> Response:
    """A new one. With a phone they can sign in; then identity knows them first and booking hears of it."""
    form = await visit.form()
    key = form.key or str(uuid4())
    services = uuids(form.many("service_ids"))
    try:
        if form.text("phone"):
            staff_member_id = await _add_member(visit, account_id, form, key)
            body = visit.body(StaffMemberPatch, {"service_ids": services})
            await visit.api.catalogue.change_staff_member(account_id, staff_member_id, body)
        else:
            chair = visit.body(StaffMemberBody, {"name": form.value("name"), "service_ids": services})
            staff_member_id = (await visit.api.catalogue.add_staff_member(account_id, chair, key=key)).id
    except Refused as refused:
        if refused.status in (401, 403):
            raise
        return await _list_page(visit, account_id, form.note(refused.problem), refused.status)
    return visit.go(f"/manage/{account_id}/staff/{staff_member_id}/schedule", "staff.added")


@router.get("/manage/{account_id}/staff/{staff_member_id}")
async def shown(visit: VisitDep, account_id: UUID, staff_member_id: UUID) -> Response:
    """One person to change."""
    found = [one for one in (await visit.api.catalogue.staff_members(account_id)).items if one.id == staff_member_id]
    if not found:
        raise PageUnknown
    one = found[0]
    form = Form.of(
        name=one.name,
        service_ids=one.service_ids,
        accepts_bookings="on" if one.accepts_bookings else None,
        version=one.version,
    )
    return await _one_page(visit, account_id, staff_member_id, form)


@router.post("/manage/{account_id}/staff/{staff_member_id}")
async def change(visit: VisitDep, account_id: UUID, staff_member_id: UUID) -> Response:
    """Change them."""
    form = await visit.form()
    version = form.whole("version")
    values = {
        "name": form.value("name"),
        "service_ids": uuids(form.many("service_ids")),
        "accepts_bookings": form.has("accepts_bookings"),
    }
    try:
        await visit.api.catalogue.change_staff_member(
            account_id,
            staff_member_id,
            visit.body(StaffMemberPatch, values),
            version=version if isinstance(version, int) else None,
        )
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        return await _one_page(visit, account_id, staff_member_id, form.note(refused.problem), refused.status)
    return visit.go(f"/manage/{account_id}/staff", "manage.saved")


async def _add_member(visit: Visit, account_id: UUID, form: Form, key: str) -> UUID:
    values = {"phone": form.value("phone"), "name": form.value("name"), "role": "master", "accepts_bookings": True}
    member = await visit.api.identity.add_member(account_id, visit.body(MemberBody, values), key=key)
    if member.staff_member_id is None:
        raise PageUnknown
    return member.staff_member_id


async def _list_page(visit: Visit, account_id: UUID, form: Form, status: int = 200) -> Response:
    items = (await visit.api.catalogue.staff_members(account_id)).items
    services = (await visit.api.catalogue.services(account_id)).items
    names = {one.id: one.name for one in services}
    return await office_page(
        visit, account_id, _SECTION, "staff", status, items=items, form=form, services=services, names=names
    )


async def _one_page(visit: Visit, account_id: UUID, staff_member_id: UUID, form: Form, status: int = 200) -> Response:
    services = (await visit.api.catalogue.services(account_id)).items
    return await office_page(
        visit,
        account_id,
        _SECTION,
        "staff_member",
        status,
        form=form,
        services=services,
        staff_member_id=staff_member_id,
    )
