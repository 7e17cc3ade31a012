"""The weekly working time of one person, as a plain form: two spans a day, so that a lunch break fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starlette.responses import Response

from contracts.http.catalogue import StaffMemberAnswer, WeeklySchedule
from gateway.clients import Refused
from gateway.pages.errors import PageUnknown
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .office import office_page

router = page_router()

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPANS = (1, 2)
TIMES = tuple(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in range(0, 24 * 60 + 1, 30))
_PRESETS = {
    "weekdays": (WEEKDAYS[:5], ("09:00", "18:00")),
    "six": (WEEKDAYS[:6], ("10:00", "19:00")),
    "daily": (WEEKDAYS, ("10:00", "20:00")),
}
_CONFLICT = "booking.schedule_conflict"


@router.get("/manage/{account_id}/staff/{staff_member_id}/schedule")
async def shown(visit: VisitDep, account_id: UUID, staff_member_id: UUID) -> Response:
    """As it is now, or one of the usual weeks to begin with."""
    person = await _person(visit, account_id, staff_member_id)
    preset = visit.query.get("preset")
    if preset in _PRESETS:
        return await _page(visit, account_id, person, _preset_form(preset))
    stored = await visit.api.catalogue.schedule(account_id, staff_member_id) if person.has_schedule else None
    stored = (stored.get("schedule") if isinstance(stored, Mapping) else None) or {}
    is_other = bool(stored) and stored.get("pattern") != "weekly"
    return await _page(visit, account_id, person, _stored_form(stored), is_other_pattern=is_other)


@router.post("/manage/{account_id}/staff/{staff_member_id}/schedule")
async def save(visit: VisitDep, account_id: UUID, staff_member_id: UUID) -> Response:
    """Save it; bookings that it would hit are shown first, and stay only when that is said."""
    person = await _person(visit, account_id, staff_member_id)
    form = await visit.form()
    try:
        body = visit.body(WeeklySchedule, {"pattern": "weekly", "days": _days(form)})
        await visit.api.catalogue.set_schedule(
            account_id, staff_member_id, body, on_conflict="keep" if form.has("on_conflict", "keep") else None
        )
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        conflicts = refused.problem.get("conflicts") or [] if refused.code == _CONFLICT else []
        form.note(refused.problem, {f"/days/{day}": day for day in WEEKDAYS})
        return await _page(visit, account_id, person, form, refused.status, conflicts=conflicts)
    return visit.go(f"/manage/{account_id}", "schedule.saved", name=person.name)


def _days(form: Form) -> dict[str, list[dict[str, str]]]:
    """Spans with a beginning or an end; a half one goes along, so that the owner of the rule can refuse it."""
    return {
        day: [
            {"from": form.value(f"{day}_from_{span}"), "to": form.value(f"{day}_to_{span}")}
            for span in SPANS
            if form.text(f"{day}_from_{span}") or form.text(f"{day}_to_{span}")
        ]
        for day in WEEKDAYS
    }


def _stored_form(stored: Mapping[str, Any]) -> Form:
    values: dict[str, object] = {}
    for day, spans in (stored.get("days") or {}).items():
        for number, span in enumerate(spans[: len(SPANS)], start=1):
            values |= {f"{day}_from_{number}": span["from"], f"{day}_to_{number}": span["to"]}
    return Form.of(**values)


def _preset_form(name: str) -> Form:
    days, (since, until) = _PRESETS[name]
    return Form.of(**{f"{day}_{edge}_1": at for day in days for edge, at in (("from", since), ("to", until))})


async def _person(visit: Visit, account_id: UUID, staff_member_id: UUID) -> StaffMemberAnswer:
    for one in (await visit.api.catalogue.staff_members(account_id)).items:
        if one.id == staff_member_id:
            return one
    raise PageUnknown


async def _page(
    visit: Visit,
    account_id: UUID,
    person: StaffMemberAnswer,
    form: Form,
    status: int = 200,
    *,
    conflicts: list[dict[str, Any]] | None = None,
    is_other_pattern: bool = False,
) -> Response:
    more = {value for values in form.values.values() for value in values if len(value) == 5 and value[2] == ":"}
    return await office_page(
        visit,
        account_id,
        "staff",
        "schedule",
        status,
        person=person,
        form=form,
        weekdays=WEEKDAYS,
        spans=SPANS,
        times=sorted({*TIMES, *more}),
        presets=tuple(_PRESETS),
        conflicts=conflicts or [],
        is_other_pattern=is_other_pattern,
    )
