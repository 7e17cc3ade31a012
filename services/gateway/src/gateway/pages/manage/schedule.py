"""When one person works: the editor with a picture of the month, and the way through the bookings it would hit."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from contracts.http.catalogue import LocationAnswer, ScheduleBody, StaffMemberAnswer
from contracts.http.schedule_days import ScheduleDay
from gateway.clients import Refused
from gateway.pages.errors import PageUnknown
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t, texts
from gateway.pages.zones import USUAL_ZONE
from kit import problems

from .hits import begin
from .office import office_page
from .schedule_form import (
    EVERY,
    PATTERNS,
    PRESETS,
    TIMES,
    WEEKDAYS,
    body_of,
    days_of,
    form_of_stored,
    past_of,
    pattern_of,
    preset_form,
    rows,
    usual_form,
    with_row,
)

router = page_router()

_SCHEDULE: TypeAdapter[Any] = TypeAdapter(ScheduleBody)
_MONTHS_AHEAD = 6
_FIELDS = {
    **{f"{start}/days/{day}": day for day in WEEKDAYS for start in ("", "/change/schedule")},
    **{f"{start}/hours": EVERY for start in ("", "/change/schedule")},
    **{f"{start}/breaks": "break" for start in ("", "/change/schedule")},
    **{f"{start}/exceptions": "except" for start in ("", "/change/schedule")},
    "/change/schedule/anchor": "anchor",
    "/change/schedule/on": "on",
    "/change/schedule/off": "off",
    "/anchor": "anchor",
    "/on": "on",
    "/off": "off",
}


@router.get("/manage/{account_id}/staff/{staff_member_id}/schedule")
async def shown(visit: VisitDep, account_id: UUID, staff_member_id: UUID) -> Response:
    """As it is now, or one of the usual schedules to begin with."""
    person = await person_of(visit, account_id, staff_member_id)
    places = (await visit.api.catalogue.locations(account_id)).items
    today = today_at(places)
    stored = await _stored(visit, account_id, person)
    preset, pattern = visit.query.get("preset"), visit.query.get("pattern")
    if preset is not None and preset in PRESETS:
        form = preset_form(preset)
    elif pattern is not None and pattern in PATTERNS and (stored or {}).get("pattern") != pattern:
        form = usual_form(pattern, today)
    else:
        form = form_of_stored(stored or {}, today)
        return await _page(visit, account_id, person, places, form, in_force=stored is not None)
    return await _page(visit, account_id, person, places, form)


@router.post("/manage/{account_id}/staff/{staff_member_id}/schedule")
async def save(visit: VisitDep, account_id: UUID, staff_member_id: UUID) -> Response:
    """See what it hits, and save it; another row and the picture of the month are buttons of the same form."""
    person = await person_of(visit, account_id, staff_member_id)
    places = (await visit.api.catalogue.locations(account_id)).items
    form = await visit.form()
    act = form.value("act")
    if act.startswith("add_"):
        return await _page(visit, account_id, person, places, with_row(form, act.removeprefix("add_")))
    if act == "look":
        return await _page(visit, account_id, person, places, form)
    past = past_of(await _stored(visit, account_id, person), today_at(places))
    schedule = body_of(form, past)
    change = {"kind": "schedule", "staff_member_id": str(staff_member_id), "schedule": schedule}
    home = f"/manage/{account_id}"
    back = f"{home}/staff/{staff_member_id}/schedule" if person.has_schedule else home
    try:
        _checked(visit, schedule)
        return await begin(visit, account_id, change, back=back, key=form.key)
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        form.note(refused.problem, _FIELDS)
        return await _page(visit, account_id, person, places, form, refused.status)


async def person_of(visit: Visit, account_id: UUID, staff_member_id: UUID) -> StaffMemberAnswer:
    """The person, or `PageUnknown`."""
    for one in (await visit.api.catalogue.staff_members(account_id)).items:
        if one.id == staff_member_id:
            return one
    raise PageUnknown


def zone_of(places: Sequence[LocationAnswer]) -> str:
    """The zone in which days of this account are shown."""
    return places[0].time_zone if places else USUAL_ZONE


def today_at(places: Sequence[LocationAnswer]) -> date:
    """The day it is there."""
    return datetime.now(ZoneInfo(zone_of(places))).date()


def _checked(visit: Visit, schedule: Mapping[str, Any]) -> None:
    """Raises `Refused` for what the API would not take, with pointers into the schedule."""
    try:
        _SCHEDULE.validate_python(schedule)
    except ValidationError as error:
        invalid = problems.invalid(error)
        for one in invalid.errors:  # a union names its member first
            one.pointer = one.pointer.removeprefix(f"/{schedule['pattern']}")
        told = problems.body_of(invalid, texts(), visit.language, visit.settings.public_url)
        raise Refused(told, 422) from error


async def _stored(visit: Visit, account_id: UUID, person: StaffMemberAnswer) -> Mapping[str, Any] | None:
    if not person.has_schedule:
        return None
    found = await visit.api.catalogue.schedule(account_id, person.id)
    return found.get("schedule") if isinstance(found, Mapping) else None


async def _page(
    visit: Visit,
    account_id: UUID,
    person: StaffMemberAnswer,
    places: Sequence[LocationAnswer],
    form: Form,
    status: int = 200,
    *,
    in_force: bool = False,
) -> Response:
    pattern = pattern_of(form)
    today = today_at(places)
    months = [_month(today, number) for number in range(_MONTHS_AHEAD)]
    month = next((one for one in months if one.isoformat()[:7] == _asked_month(visit, form)), months[0])
    days = days_of(pattern)
    return await office_page(
        visit,
        account_id,
        "staff",
        "schedule",
        status,
        person=person,
        form=form,
        pattern=pattern,
        pattern_tabs=_tabs(visit, account_id, person, pattern),
        days=days,
        weekdays=WEEKDAYS,
        rows={name: rows(form, name) for name in (*days, "break", "except")},
        times=TIMES,
        presets=tuple(PRESETS),
        places=places,
        today=today,
        month_shown=month,
        months=months,
        weeks=[] if status >= 400 else await _weeks(visit, account_id, person, None if in_force else form, month),
    )


def _tabs(visit: Visit, account_id: UUID, person: StaffMemberAnswer, current: str) -> list[dict[str, object]]:
    base = f"/manage/{account_id}/staff/{person.id}/schedule"
    visit.address = base
    return [
        {"href": f"{base}?pattern={name}", "words": t(f"pattern.{name}"), "current": name == current, "mark": ""}
        for name in PATTERNS
    ]


def _asked_month(visit: Visit, form: Form) -> str:
    return (form.value("month") or visit.query.get("month") or "")[:7]


def _month(today: date, ahead: int) -> date:
    whole = today.month - 1 + ahead
    return date(today.year + whole // 12, whole % 12 + 1, 1)


async def _weeks(
    visit: Visit, account_id: UUID, person: StaffMemberAnswer, form: Form | None, month: date
) -> list[list[ScheduleDay | None]]:
    """The month as weeks from Monday, of a form or as it is in force.

    Empty when the hours cannot be shown as they are typed, or are not for the reader to set.
    """
    last = month.replace(day=monthrange(month.year, month.month)[1])
    schedule = body_of(form, []) if form is not None else None
    try:
        if schedule is not None:
            _checked(visit, schedule)
        days = (await visit.api.office.schedule_days(account_id, person.id, month, last, schedule)).items
    except Refused as refused:
        if refused.status == 401:
            raise
        return []
    first = month - timedelta(days=month.weekday())
    by_date = {one.date: one for one in days}
    count = (last - first).days // 7 + 1
    return [[by_date.get(first + timedelta(days=7 * week + day)) for day in range(7)] for week in range(count)]
