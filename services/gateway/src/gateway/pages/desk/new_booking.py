"""A booking made by staff: service, person, time and client on one page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from starlette.responses import Response

from contracts.http.booking import AvailabilityAnswer, StaffBookingBody
from contracts.http.catalogue import LocationAnswer, ServiceAnswer, StaffMemberAnswer
from gateway.clients import Refused
from gateway.pages.forms import Form, uuids
from gateway.pages.manage.office import member_of
from gateway.pages.manage.schedule_form import TIMES
from gateway.pages.public import days
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .board import chosen_location, day_of

router = page_router()

_FIELDS = {"/client/name": "name", "/client/phone": "phone", "/comment": "comment", "/starts_at": "at"}
_NOT_OFFERED = "booking.slot_not_offered"


@router.get("/desk/{account_id}/new")
async def ask(visit: VisitDep, account_id: UUID) -> Response:
    """What, who, when and for whom; the choice so far is in the address."""
    return await _page(visit, account_id, Form.of(at=visit.query.get("at")))


@router.post("/desk/{account_id}/new")
async def book(visit: VisitDep, account_id: UUID) -> Response:
    """Make it."""
    form = await visit.form()
    client = {"name": form.text("name"), "phone": form.text("phone")}
    client = {name: value for name, value in client.items() if value}
    values = {
        "service_ids": _wanted_ids(visit),
        "staff_member_id": next(iter(uuids([visit.query.get("staff", "")])), None),
        "location_id": next(iter(uuids([visit.query.get("location", "")])), None),
        "starts_at": _moment(form),
        "client": client or None,
        "comment": form.text("comment"),
        "override": True if form.has("override") else None,
    }
    try:
        body = visit.body(StaffBookingBody, values)
        booking = await visit.api.booking.create(account_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in (401, 404):
            raise
        return await _page(visit, account_id, form.note(refused.problem, _FIELDS), refused)
    return visit.go(f"/desk/{account_id}/bookings/{booking.id}", "desk.booked")


def _moment(form: Form) -> str | None:
    """The time that was written by hand on the clock of the place, else one of the offered starts."""
    clock, day, zone = form.text("clock"), form.text("on_day"), form.text("zone")
    if clock is None or day is None or zone is None:
        return form.text("at")
    try:
        return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), ZoneInfo(zone)).isoformat()
    except (ValueError, KeyError):
        return form.text("at")


async def _page(visit: Visit, account_id: UUID, form: Form, refused: Refused | None = None) -> Response:
    member = await member_of(visit, account_id)
    locations = (await visit.api.catalogue.locations(account_id)).items
    services = (await visit.api.catalogue.services(account_id)).items
    staff = [one for one in (await visit.api.catalogue.staff_members(account_id)).items if one.accepts_bookings]
    location = chosen_location(visit, locations) or (locations[0] if len(locations) == 1 else None)
    chosen = _chosen_services(visit, services)
    able = [one for one in staff if {service.id for service in chosen} <= set(one.service_ids)]
    person = next((one for one in able if str(one.id) == visit.query.get("staff")), None)
    zone = ZoneInfo(location.time_zone if location else locations[0].time_zone if locations else "Europe/Kyiv")
    day = day_of(visit, datetime.now(zone).date())
    values: dict[str, Any] = {
        "member": member,
        "account_id": account_id,
        "locations": locations,
        "location": location,
        "services": services,
        "chosen": chosen,
        "able": able,
        "person": person,
        "day": day,
        "zone": str(zone),
        "clock_times": TIMES,
        "form": form,
        "reasons": (refused.problem.get("reasons") or []) if refused else [],
        "overridable": bool(refused and refused.code == _NOT_OFFERED and refused.problem.get("overridable")),
        "alternatives": (refused.problem.get("alternatives") or [])[:6] if refused else [],
        "choice": _Choice(visit.request.url.path, visit.request.query_params.multi_items()),
        "days": [],
        "parts": [],
    }
    if chosen:
        found = await _free(visit, account_id, chosen, person, location, _strip_start(day, zone))
        values["days"] = days.days_of(found)
        slots = next((one.slots for one in found.days if one.date == day), [])
        values["parts"] = days.parts_of(slots, str(zone))
    return visit.page("desk/new.html.jinja", refused.status if refused else 200, **values)


class _Choice:
    """The address of this page with another day: what the strip of days asks for."""

    def __init__(self, path: str, query: Sequence[tuple[str, str]]) -> None:
        self._path = path
        self._query = [(name, value) for name, value in query if name not in ("lang", "theme", "at")]

    def to(self, **changes: object) -> str:
        """The address; values that are none are left out."""
        pairs = [(name, value) for name, value in self._query if name not in changes]
        pairs += [(name, str(value)) for name, value in changes.items() if value is not None]
        return f"{self._path}?{urlencode(pairs)}"


async def _free(
    visit: Visit,
    account_id: UUID,
    chosen: list[ServiceAnswer],
    person: StaffMemberAnswer | None,
    location: LocationAnswer | None,
    start: date,
) -> AvailabilityAnswer:
    return await visit.api.booking.availability(
        account_id,
        [one.id for one in chosen],
        since=start,
        until=start + timedelta(days=days.DAYS - 1),
        staff_member_id=person.id if person else None,
        location_id=location.id if location else None,
    )


def _chosen_services(visit: Visit, services: list[ServiceAnswer]) -> list[ServiceAnswer]:
    known = {one.id: one for one in services}
    return [known[one] for one in _wanted_ids(visit) if one in known]


def _wanted_ids(visit: Visit) -> list[UUID]:
    """From one field with commas or from several."""
    return uuids(",".join(visit.request.query_params.getlist("services")).split(","))


def _strip_start(day: date, zone: ZoneInfo) -> date:
    return days.strip_start(datetime.now(zone).date(), None, day)
