"""Who serves: a person with a login, or a chair without one."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.catalogue import StaffMemberAnswer, StaffMemberBody, StaffMemberPatch
from contracts.http.identity import MemberBody
from gateway.clients import Refused
from gateway.pages.errors import PageUnknown
from gateway.pages.forms import Form, uuids
from gateway.pages.newer import beside, is_stale, ticked
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

from .hits import CONFLICT, begin
from .office import office_page
from .schedule import person_of

router = page_router()

_SECTION = "staff"
ROLES = ("master", "administrator", "manager", "operator")


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
    return await _one_page(visit, account_id, staff_member_id, _form_of(found[0]))


@router.post("/manage/{account_id}/staff/{staff_member_id}")
async def change(visit: VisitDep, account_id: UUID, staff_member_id: UUID) -> Response:
    """Change them; bookings that would lose their person are decided one by one."""
    form = await visit.form()
    version = form.whole("version")
    values = {
        "name": form.value("name"),
        "service_ids": uuids(form.many("service_ids")),
        "location_ids": uuids(form.many("location_ids")) or None,
        "accepts_bookings": form.has("accepts_bookings"),
    }
    back = f"/manage/{account_id}/staff"
    try:
        body = visit.body(StaffMemberPatch, values, emptied=("location_ids",))
        await visit.api.catalogue.change_staff_member(
            account_id, staff_member_id, body, version=version if isinstance(version, int) else None
        )
    except Refused as refused:
        if refused.code == CONFLICT:
            patch = body.model_dump(mode="json", exclude_unset=True)
            wanted = {"kind": "staff_member", "staff_member_id": str(staff_member_id), "patch": patch}
            return await begin(visit, account_id, wanted, back=back, key=form.key)
        if refused.status in (401, 403, 404):
            raise
        form.note(refused.problem)
        if is_stale(refused):
            form = await _newer(visit, account_id, staff_member_id, form)
        return await _one_page(visit, account_id, staff_member_id, form, refused.status)
    return visit.go(back, "manage.saved")


@router.post("/manage/{account_id}/staff/{staff_member_id}/drop")
async def drop(visit: VisitDep, account_id: UUID, staff_member_id: UUID) -> Response:
    """Let somebody go: their bookings ahead are decided first, and they can be brought back."""
    person = await person_of(visit, account_id, staff_member_id)
    back = f"/manage/{account_id}/deleted"
    kind, then = "staff_removal", ""
    if person.has_login:
        members = (await visit.api.identity.members(account_id)).items
        then = next((str(one.id) for one in members if one.staff_member_id == staff_member_id), "")
        kind = "hand_over"
    change = {"kind": kind, "staff_member_id": str(staff_member_id)}
    return await begin(visit, account_id, change, back=back, key=(await visit.form()).key, then=then)


@router.get("/manage/{account_id}/staff/{staff_member_id}/drop")
async def not_dropped(visit: VisitDep, account_id: UUID, staff_member_id: UUID) -> Response:
    """The address of a button, opened again."""
    return visit.go(f"/manage/{account_id}/staff/{staff_member_id}")


def _form_of(one: StaffMemberAnswer) -> Form:
    return Form.of(
        name=one.name,
        service_ids=one.service_ids,
        location_ids=one.location_ids or (),
        accepts_bookings="on" if one.accepts_bookings else None,
        version=one.version,
    )


async def _newer(visit: Visit, account_id: UUID, staff_member_id: UUID, form: Form) -> Form:
    now = _form_of(await person_of(visit, account_id, staff_member_id))
    places = (await visit.api.catalogue.locations(account_id)).items
    services = (await visit.api.catalogue.services(account_id)).items
    labels = {"name": t("label.staff_name"), "service_ids": t("label.service_ids")}
    labels |= {"location_ids": t("staff.where"), "accepts_bookings": t("staff.accepts")}
    said = {
        "service_ids": {str(one.id): one.name for one in services},
        "location_ids": {str(one.id): one.name for one in places},
        "accepts_bookings": ticked(),
    }
    return beside(form, now, labels, said)


async def _add_member(visit: Visit, account_id: UUID, form: Form, key: str) -> UUID:
    values: dict[str, object] = {
        "phone": form.value("phone"),
        "name": form.value("name"),
        "role": form.value("role") or "master",
    }
    values |= {"accepts_bookings": True}
    member = await visit.api.identity.add_member(account_id, visit.body(MemberBody, values), key=key)
    if member.staff_member_id is None:
        raise PageUnknown
    return member.staff_member_id


async def _list_page(visit: Visit, account_id: UUID, form: Form, status: int = 200) -> Response:
    items = (await visit.api.catalogue.staff_members(account_id)).items
    services = (await visit.api.catalogue.services(account_id)).items
    names = {one.id: one.name for one in services}
    return await office_page(
        visit,
        account_id,
        _SECTION,
        "staff",
        status,
        items=items,
        form=form,
        services=services,
        names=names,
        role_options=[(role, t(f"role.{role}")) for role in ROLES],
    )


async def _one_page(visit: Visit, account_id: UUID, staff_member_id: UUID, form: Form, status: int = 200) -> Response:
    services = (await visit.api.catalogue.services(account_id)).items
    return await office_page(
        visit,
        account_id,
        _SECTION,
        "staff_member",
        status,
        person=await person_of(visit, account_id, staff_member_id),
        form=form,
        services=services,
        places=(await visit.api.catalogue.locations(account_id)).items,
        staff_member_id=staff_member_id,
    )
