"""A booking made by staff: services, person, time and client on one page; once, or again and again."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from starlette.responses import Response

from contracts.http.booking import StaffBookingBody
from contracts.http.series import SeriesBody
from gateway.clients import Refused
from gateway.pages.forms import Form, uuids
from gateway.pages.route import page_router
from gateway.pages.said import moment_said
from gateway.pages.visit import Visit, VisitDep

from .new_page import Shown, new_page, wanted_ids

router = page_router()

_FIELDS = {
    "/client/name": "name",
    "/client/phone": "phone",
    "/comment": "comment",
    "/starts_at": "at",
    "/seats": "seats",
    "/repeat/count": "count",
    "/repeat/every": "every",
}


@router.get("/desk/{account_id}/new")
async def ask(visit: VisitDep, account_id: UUID) -> Response:
    """What, who, when and for whom; the choice so far is in the address."""
    return await new_page(visit, account_id, Form.of(at=visit.query.get("at")))


@router.post("/desk/{account_id}/new")
async def book(visit: VisitDep, account_id: UUID) -> Response:
    """Make it; or, by the button pressed, only show its messages or the dates it would be repeated on."""
    form = await visit.form()
    act = form.value("act")
    try:
        if act == "preview":
            return await new_page(visit, account_id, form, Shown(preview_at=_at(form), client=_client(form)))
        if act in ("dates", "series"):
            return await _series(visit, account_id, form, is_dry_run=act == "dates")
        body = visit.body(StaffBookingBody, _values(visit, form))
        booking = await visit.api.booking.create(account_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in (401, 404):
            raise
        return await new_page(visit, account_id, form.note(refused.problem, _FIELDS), Shown(refused=refused))
    return visit.go(f"/desk/{account_id}/bookings/{booking.id}", "desk.booked")


async def _series(visit: Visit, account_id: UUID, form: Form, *, is_dry_run: bool) -> Response:
    repeat = {"unit": form.text("unit") or "week", "every": form.whole("every"), "count": form.whole("count")}
    values = {
        **_values(visit, form),
        "repeat": {name: value for name, value in repeat.items() if value is not None},
        "skip_conflicts": form.has("skip_conflicts"),
        "dry_run": is_dry_run,
    }
    body = visit.body(SeriesBody, values)
    made = await visit.api.booking.add_series(account_id, body, key=str(uuid4()) if is_dry_run else _key(form))
    if is_dry_run:
        return await new_page(visit, account_id, form, Shown(dates=made.dates))
    first = next((one.booking_id for one in made.dates if one.booking_id), None)
    count = sum(one.booking_id is not None for one in made.dates)
    there = f"/desk/{account_id}/bookings/{first}" if first else f"/desk/{account_id}"
    return visit.go(there, "desk.series_booked", count=count)


def _values(visit: Visit, form: Form) -> dict[str, Any]:
    seats = form.whole("seats")
    return {
        "service_ids": wanted_ids(visit),
        "staff_member_id": next(iter(uuids([visit.query.get("staff", "")])), None),
        "location_id": next(iter(uuids([visit.query.get("location", "")])), None),
        "starts_at": _moment(form),
        "comment": form.text("comment"),
        "override": True if form.has("override") else None,
        **({"seats": seats} if seats not in (None, 1) else {}),
        **_client(form),
    }


def _client(form: Form) -> dict[str, Any]:
    """A card that was found, or what was typed; nothing for a booking without a client."""
    if card := next(iter(uuids([form.value("client_id")])), None):
        return {"client_id": card}
    typed = {"name": form.text("name"), "phone": form.text("phone")}
    said = {name: value for name, value in typed.items() if value}
    return {"client": said} if said else {}


def _at(form: Form) -> datetime | None:
    return moment_said(_moment(form))


def _moment(form: Form) -> str | None:
    """The time that was written by hand on the clock of the place, else one of the offered starts."""
    clock, day, zone = form.text("clock"), form.text("on_day"), form.text("zone")
    if clock is None or day is None or zone is None:
        return form.text("at")
    try:
        return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), ZoneInfo(zone)).isoformat()
    except (ValueError, KeyError, OverflowError):
        return form.text("at")


def _key(form: Form) -> str:
    return form.key or str(uuid4())
