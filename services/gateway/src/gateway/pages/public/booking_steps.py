"""What forms on the way to a booking do: keep a time, send a code, book."""

from __future__ import annotations

from uuid import uuid4

from starlette.responses import Response

from contracts.http.booking import HoldBody, PublicBookingBody
from contracts.http.identity import ProfileBody
from gateway.clients import Refused
from gateway.pages import codes
from gateway.pages.errors import PageUnknown
from gateway.pages.forms import Form
from gateway.pages.login import CODE_FIELDS, note_code, second_address
from gateway.pages.route import page_router
from gateway.pages.said import moment_said
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

from . import booked
from .booking_page import show, way_of
from .firm_page import firm_page
from .waiting import join, waiting_address
from .way import Way, find_way

router = page_router()

_LOST = frozenset({"booking.slot_taken", "booking.hold_expired", "booking.slot_not_offered"})
_CONTACT_FIELDS = {"/client/name": "name", "/client/phone": "phone", "/phone": "phone", "/comment": "comment"}


@router.get("/{vanity}/hold")
@router.get("/{vanity}/contact")
@router.get("/{vanity}/book")
@router.get("/{vanity}/code")
async def back_to_page(visit: VisitDep, vanity: str) -> Response:
    """A form's address, opened again: the page it belongs to."""
    return visit.go((await way_of(visit, vanity)).choice.address())


@router.get("/{vanity}/done/{code}")
async def done(visit: VisitDep, vanity: str, code: str) -> Response:
    """Inside a frame of another site: booked, and the site is told so. All the rest is behind the visit's own link."""
    way = await way_of(visit, vanity)
    try:
        booking = await visit.api.booking.by_code(code)
    except Refused as refused:
        raise PageUnknown from refused
    if booking.vanity_address != way.page.account.vanity_address:
        raise PageUnknown
    return firm_page(visit, "public/done.html.jinja", way.page, way.choice, booking=booking)


@router.post("/{vanity}/hold")
async def hold(visit: VisitDep, vanity: str) -> Response:
    """Keep the time that was pressed."""
    way = await way_of(visit, vanity)
    form = await visit.form()
    choice = way.choice
    wanted = {
        "service_ids": choice.service_ids,
        "staff_member_id": choice.staff_member_id,
        "location_id": choice.location_id,
        "starts_at": form.text("at"),
        "seats": choice.seats,
    }
    try:
        kept = await visit.api.booking.hold(vanity, visit.body(HoldBody, wanted), key=str(uuid4()))
    except Refused as refused:
        return await _lost(visit, way, refused, form.text("at"))
    return visit.go(
        choice.to(at=kept.starts_at, hold_id=kept.hold_id, until=kept.expires_at, code=None, day=None, strip=None)
    )


@router.post("/{vanity}/contact")
async def contact(visit: VisitDep, vanity: str) -> Response:
    """Name and phone: a code goes out, or, for who has signed in, the booking is made."""
    way = await way_of(visit, vanity)
    form = await visit.form()
    name, comment = form.text("name"), form.text("comment") or ""
    if name is None:
        form.refuse("name", t("book.name_missing"), t("label.your_name"))
        return await show(visit, way, form=form, status=422)
    if visit.is_signed_in:
        return await _finish(visit, way, form, name, comment)
    puzzle = form.text("captcha")
    if puzzle and not way.page.rules.phone_confirmation and not way.choice.is_waiting:
        return await _book_unconfirmed(visit, way, form, puzzle)
    try:
        await codes.send(visit, form.value("phone"), name=name, comment=comment, page=way.choice.vanity, captcha=puzzle)
    except Refused as refused:
        return await show(visit, way, form=form.note(refused.problem, CODE_FIELDS), status=refused.status)
    return visit.go(way.choice.to(code=1))


@router.post("/{vanity}/code")
async def send_again(visit: VisitDep, vanity: str) -> Response:
    """Another code to the same phone."""
    way = await way_of(visit, vanity)
    waiting = codes.pending(visit)
    if waiting is None:
        return visit.go(way.choice.to(code=None))
    try:
        await codes.send(visit, waiting.phone, name=waiting.name, comment=waiting.comment, page=way.choice.vanity)
    except Refused as refused:
        return await show(visit, way, form=Form().note(refused.problem), status=refused.status)
    return visit.go(way.choice.to(code=1))


@router.post("/{vanity}/book")
async def book(visit: VisitDep, vanity: str) -> Response:
    """The code is right: book."""
    way = await way_of(visit, vanity)
    form = await visit.form()
    waiting = codes.pending(visit)
    if waiting is None:
        return visit.go(way.choice.to(code=None))
    if not visit.is_signed_in:
        try:
            await codes.sign_in(visit, waiting.phone, form.value("code"))
        except Refused as refused:
            if refused.code == codes.SECOND_STEP and not visit.cookies.is_framed:
                return visit.go(second_address(way.choice.to(code=None)))
            return await show(visit, way, form=note_code(form, refused), status=refused.status)
    way = find_way(way.page, way.choice.but(code=None), is_signed_in=True)
    return await _finish(visit, way, form, waiting.name, waiting.comment)


async def _finish(visit: Visit, way: Way, form: Form, name: str, comment: str) -> Response:
    """Who it is for is known: book, or join those who wait."""
    if not way.choice.is_waiting:
        return await _book(visit, way, form, name, comment)
    try:
        entry = await join(visit, way, name, key=form.key or str(uuid4()))
    except Refused as refused:
        profile = await visit.profile()
        codes.remember(visit, codes.Pending(profile.phone, name=name, comment=comment))
        return await show(visit, way, form=_typed(form, refused, name, comment), status=refused.status)
    codes.done(visit)
    return visit.go(waiting_address(way.choice, entry.id))


async def _book_unconfirmed(visit: Visit, way: Way, form: Form, puzzle: str) -> Response:
    """Book for somebody who solved a puzzle instead of entering a code."""
    name, comment, phone = form.value("name").strip(), form.value("comment").strip(), form.value("phone").strip()
    wanted = {
        "hold_id": way.choice.hold_id,
        "client": {"name": name, "phone": phone, "language": visit.language},
        "comment": comment or None,
        "captcha": puzzle,
    }
    codes.remember(visit, codes.Pending(phone, name=name, comment=comment))
    try:
        booking = await visit.api.booking.book(
            way.choice.vanity, visit.body(PublicBookingBody, wanted), key=form.key or str(uuid4())
        )
    except Refused as refused:
        if refused.code in _LOST:
            return await _lost(visit, way, refused, way.choice.at.isoformat() if way.choice.at else None)
        return await show(visit, way, form=form.note(refused.problem, _CONTACT_FIELDS), status=refused.status)
    codes.done(visit)
    booked.remember(visit, way.choice, booking.code)
    return visit.go(booked.done_address(way.choice, booking.code))


async def _book(visit: Visit, way: Way, form: Form, name: str, comment: str) -> Response:
    """Turn the hold into a booking and show it."""
    profile = await visit.profile()
    wanted = {
        "hold_id": way.choice.hold_id,
        "client": {"name": name, "phone": profile.phone, "language": visit.language},
        "comment": comment or None,
    }
    try:
        booking = await visit.api.booking.book(
            way.choice.vanity, visit.body(PublicBookingBody, wanted), key=form.key or str(uuid4())
        )
    except Refused as refused:
        codes.remember(visit, codes.Pending(profile.phone, name=name, comment=comment))
        if refused.code in _LOST:
            at = way.choice.at.isoformat() if way.choice.at else None
            return await _lost(visit, way, refused, at)
        return await show(visit, way, form=_typed(form, refused, name, comment), status=refused.status)
    codes.done(visit)
    booked.remember(visit, way.choice, booking.code)
    if not profile.name:
        await visit.api.identity.change_me(visit.body(ProfileBody, {"name": name}))
    return visit.go(booked.done_address(way.choice, booking.code))


def _typed(form: Form, refused: Refused, name: str, comment: str) -> Form:
    """The contact form with what was typed before the code, and what is wrong now."""
    form.values = {**form.values, "name": [name], "comment": [comment]}
    return form.note(refused.problem, _CONTACT_FIELDS)


async def _lost(visit: Visit, way: Way, refused: Refused, at: str | None) -> Response:
    """Somebody was quicker: the page of times with the nearest ones; what was typed is kept in the browser."""
    if refused.code not in _LOST:
        raise refused
    if address := booked.found(visit, way.choice):
        return visit.go(address)
    moment = moment_said(at)
    choice = way.choice.but(hold_id=None, until=None, at=None, code=None, day=moment.date() if moment else None)
    way = find_way(way.page, choice, is_signed_in=visit.is_signed_in)
    near = [
        {"starts_at": start}
        for start in (moment_said(one.get("starts_at")) for one in refused.problem.get("alternatives") or [])
        if start is not None
    ]
    return await show(visit, way, status=refused.status, lost=moment, alternatives=near[:6])
