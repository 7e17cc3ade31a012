"""Waiting for a time that is taken: joining those who wait, one's place among them, and the offer in a message."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.waitlist import WaitlistAnswer, WaitlistBody
from gateway.clients import Refused
from gateway.pages.errors import PageUnknown
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .booking_page import way_of
from .choice import Choice
from .firm_behind import firm_behind
from .firm_page import firm_page
from .way import Way

router = page_router()

_HOURS = {"morning": ("00:00", "12:00"), "day": ("12:00", "17:00"), "evening": ("17:00", "24:00")}


async def join(visit: Visit, way: Way, name: str, *, key: str) -> WaitlistAnswer:
    """Put whoever has signed in on the list. Raises `Refused`."""
    choice, profile = way.choice, await visit.profile()
    since, until = _HOURS.get(choice.wait_part or "any", ("00:00", "24:00"))
    wanted = {
        "service_ids": choice.service_ids,
        "staff_member_id": choice.staff_member_id,
        "location_id": choice.location_id,
        "seats": choice.seats,
        "first_day": choice.wait_from,
        "last_day": choice.wait_to,
        "from": since,
        "to": until,
        "client": {"name": name, "phone": profile.phone, "language": visit.language},
    }
    return await visit.api.site.wait(choice.vanity, visit.body(WaitlistBody, wanted), key=key)


def waiting_address(choice: Choice, entry_id: UUID) -> str:
    """Where somebody sees that they wait."""
    return f"/{choice.vanity}/waiting/{entry_id}" + ("?embed=1" if choice.embed else "")


@router.get("/{vanity}/waiting/{entry_id}")
async def place(visit: VisitDep, vanity: str, entry_id: UUID) -> Response:
    """What one waits for, and how many are before."""
    way = await way_of(visit, vanity)
    entry = await _mine(visit, entry_id)
    return firm_page(visit, "public/waiting.html.jinja", way.page, way.choice, entry=entry)


@router.post("/{vanity}/waiting/{entry_id}")
async def stop(visit: VisitDep, vanity: str, entry_id: UUID) -> Response:
    """Wait no longer."""
    way = await way_of(visit, vanity)
    await visit.profile()
    await visit.api.site.stop_waiting(entry_id)
    return visit.go(way.choice.address(), "queue.stopped")


@router.get("/w/{code}")
async def offer(visit: VisitDep, code: str) -> Response:
    """A time that became free and is kept for whoever has this link."""
    return await _offer(visit, code, Form())


@router.post("/w/{code}/accept")
async def accept(visit: VisitDep, code: str) -> Response:
    """Take it."""
    form = await visit.form()
    try:
        booking = await visit.api.site.accept_offer(code, key=form.key or str(uuid4()))
    except Refused as refused:
        return await _offer(visit, code, form.note(refused.problem), refused.status)
    return visit.go(f"/b/{booking.code}?new=1")


@router.post("/w/{code}/decline")
async def decline(visit: VisitDep, code: str) -> Response:
    """Leave it to the next, and wait on."""
    form = await visit.form()
    try:
        await visit.api.site.decline_offer(code, key=form.key or str(uuid4()))
    except Refused as refused:
        return await _offer(visit, code, form.note(refused.problem), refused.status)
    return visit.go(f"/w/{code}", "queue.declined")


async def _offer(visit: Visit, code: str, form: Form, status: int = 200) -> Response:
    visit.address = f"/w/{code}"
    try:
        found = await visit.api.site.offer(code)
    except Refused as refused:
        if refused.status not in (404, 422):
            raise
        # A code serves one offer: once that is taken nothing is behind it, and whoever comes back reads so.
        return visit.page("public/offer.html.jinja", 404, firm=None, found=None, code=code, form=form)
    firm = await firm_behind(visit, found.account_name, found.vanity_address)
    return visit.page("public/offer.html.jinja", status, firm=firm, found=found, code=code, form=form)


async def _mine(visit: Visit, entry_id: UUID) -> WaitlistAnswer:
    await visit.profile()
    for entry in (await visit.api.site.my_waitlist()).items:
        if entry.id == entry_id:
            return entry
    raise PageUnknown
