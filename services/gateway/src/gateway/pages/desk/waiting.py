"""The waiting list at the desk: who waits for what, a new wish, a booking out of one."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.waitlist import StaffWaitlistBody
from gateway.clients import Refused
from gateway.pages.forms import Form, uuids
from gateway.pages.manage.office import member_of
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

router = page_router()

_FIELDS = {"/client/name": "name", "/client/phone": "phone", "/service_ids": "service"}


@router.get("/desk/{account_id}/waiting")
async def waiting(visit: VisitDep, account_id: UUID) -> Response:
    """Who waits, the first ones first."""
    return await _page(visit, account_id, Form())


@router.post("/desk/{account_id}/waiting")
async def add(visit: VisitDep, account_id: UUID) -> Response:
    """Write a wish down."""
    form = await visit.form()
    client = {name: value for name in ("name", "phone") if (value := form.text(name))}
    values: dict[str, Any] = {
        "service_ids": uuids(form.many("service")) or None,
        "staff_member_id": next(iter(uuids([form.value("staff")])), None),
        "first_day": form.text("first_day"),
        "last_day": form.text("last_day"),
        "from": form.text("from"),
        "to": form.text("to"),
        "client": client or None,
    }
    try:
        body = visit.body(StaffWaitlistBody, values)
        await visit.api.booking.add_to_waitlist(account_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in (401, 404):
            raise
        return await _page(visit, account_id, form.note(refused.problem, _FIELDS), refused.status)
    return visit.go(f"/desk/{account_id}/waiting", "desk.waits")


@router.post("/desk/{account_id}/waiting/{entry_id}/remove")
async def remove(visit: VisitDep, account_id: UUID, entry_id: UUID) -> Response:
    """They wait no longer."""
    await visit.form()
    await visit.api.booking.remove_from_waitlist(account_id, entry_id)
    return visit.go(f"/desk/{account_id}/waiting", "desk.waits_no_more")


async def _page(visit: Visit, account_id: UUID, form: Form, status: int = 200) -> Response:
    member = await member_of(visit, account_id)
    visit.address = f"/desk/{account_id}/waiting"
    entries = (await visit.api.booking.waitlist(account_id)).items
    staff = (await visit.api.catalogue.staff_members(account_id)).items
    return visit.page(
        "desk/waiting.html.jinja",
        status,
        member=member,
        account_id=account_id,
        entries=entries,
        services=(await visit.api.catalogue.services(account_id)).items,
        staff=[one for one in staff if one.accepts_bookings],
        today=date.today(),  # noqa: DTZ011 - only what a date field begins with
        form=form,
    )
