"""When one person is away: what is ahead, and the way through the bookings that another absence would hit."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.responses import Response

from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .hits import begin
from .office import office_page
from .schedule import person_of, zone_of
from .schedule_form import TIMES, clock

router = page_router()

_FIELDS = {
    "/change/time_off/starts_at": "first",
    "/change/time_off/ends_at": "last",
    "/change/time_off/reason": "reason",
}


@router.get("/manage/{account_id}/staff/{staff_member_id}/time-off")
async def shown(visit: VisitDep, account_id: UUID, staff_member_id: UUID) -> Response:
    """Absences that are not over, and the form for another one."""
    return await _page(visit, account_id, staff_member_id, Form())


@router.post("/manage/{account_id}/staff/{staff_member_id}/time-off")
async def take(visit: VisitDep, account_id: UUID, staff_member_id: UUID) -> Response:
    """See which bookings it hits, and take it."""
    form = await visit.form()
    zone = zone_of((await visit.api.catalogue.locations(account_id)).items)
    time_off: dict[str, Any] = {
        "starts_at": _moment(form.value("first"), form.value("first_time") or "00:00", zone),
        "ends_at": _end(form, zone),
        "reason": form.text("reason"),
    }
    change = {"kind": "time_off", "staff_member_id": str(staff_member_id), "time_off": time_off}
    back = f"/manage/{account_id}/staff/{staff_member_id}/time-off"
    try:
        return await begin(visit, account_id, change, back=back, key=form.key)
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        return await _page(visit, account_id, staff_member_id, form.note(refused.problem, _FIELDS), refused.status)


@router.post("/manage/{account_id}/staff/{staff_member_id}/time-off/{time_off_id}/drop")
async def give_up(visit: VisitDep, account_id: UUID, staff_member_id: UUID, time_off_id: UUID) -> Response:
    """Take an absence back."""
    await visit.api.office.give_up_time_off(account_id, staff_member_id, time_off_id)
    return visit.go(f"/manage/{account_id}/staff/{staff_member_id}/time-off", "time_off.dropped")


@router.get("/manage/{account_id}/staff/{staff_member_id}/time-off/{time_off_id}/drop")
async def back(visit: VisitDep, account_id: UUID, staff_member_id: UUID, time_off_id: UUID) -> Response:  # noqa: ARG001
    """The address of a button, opened again."""
    return visit.go(f"/manage/{account_id}/staff/{staff_member_id}/time-off")


def _moment(day: str, time: str, zone: str) -> str:
    """With the offset of the place; what is no moment goes as typed, for the owner of the rule to refuse."""
    try:
        return datetime.fromisoformat(f"{day}T{clock(time)}").replace(tzinfo=ZoneInfo(zone)).isoformat()
    except (ValueError, OverflowError):
        return f"{day} {time}".strip()


def _end(form: Form, zone: str) -> str:
    """The last day counts in full unless a time is named."""
    day = form.value("last") or form.value("first")
    if form.text("last_time"):
        return _moment(day, form.value("last_time"), zone)
    try:
        return _moment((datetime.fromisoformat(day) + timedelta(days=1)).date().isoformat(), "00:00", zone)
    except (ValueError, OverflowError):
        return day


async def _page(visit: Visit, account_id: UUID, staff_member_id: UUID, form: Form, status: int = 200) -> Response:
    visit.address = f"/manage/{account_id}/staff/{staff_member_id}/time-off"
    person = await person_of(visit, account_id, staff_member_id)
    places = (await visit.api.catalogue.locations(account_id)).items
    items = (await visit.api.catalogue.time_off(account_id, staff_member_id)).items
    return await office_page(
        visit,
        account_id,
        "staff",
        "time_off",
        status,
        person=person,
        items=items,
        form=form,
        times=TIMES,
        zone=zone_of(places),
    )
