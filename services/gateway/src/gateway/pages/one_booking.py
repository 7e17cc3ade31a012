"""`/b/{code}`: one visit, for whoever has the link from the SMS. It shows nothing about the person.

The link of a client's message also has a key, which lets its holder confirm, move, cancel and rate without signing in;
the key stays in the address, so the page survives reload, back and sending on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import uuid4

from starlette.responses import Response

from contracts.http.booking import OneBookingAnswer
from contracts.http.reviews import LinkReviewBody
from contracts.http.site import LinkBody, LinkCancelBody, LinkedBookingAnswer, LinkRescheduleBody
from gateway.clients import Refused

from . import calendar_file
from .bookings_of_mine import find_mine
from .forms import Form
from .moving import Moving, times_page
from .public.firm_behind import Firm, firm_behind
from .route import page_router
from .visit import Visit, VisitDep

router = page_router()

_AHEAD = frozenset({"held", "pending", "confirmed", "arrived"})
_MAY_CHANGE = frozenset({"pending", "confirmed"})


class _NoSuchVisit(Exception):
    """Nothing is behind the code."""


@router.get("/b/{code}.ics")
async def calendar(visit: VisitDep, code: str) -> Response:
    """The visit as a file for a calendar."""
    try:
        booking = await _booking(visit, code)
    except _NoSuchVisit:
        return _unknown(visit)
    content = calendar_file.ics(booking, link=_link(visit, booking), now=datetime.now(UTC))
    headers = {"Content-Disposition": f'attachment; filename="zapys-{booking.starts_at:%Y-%m-%d}.ics"'}
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


@router.get("/b/{code}")
async def one(visit: VisitDep, code: str) -> Response:
    """The visit."""
    return await _page(visit, code, Form())


@router.post("/b/{code}/confirm")
async def confirm(visit: VisitDep, code: str) -> Response:
    """I shall come."""
    form = await visit.form()
    key = _key(visit)

    async def act() -> str:
        body = visit.body(LinkBody, {"key": key})
        await visit.api.own.confirm_linked(code, body, key=form.key or str(uuid4()))
        return "one.confirmed"

    return await _acted(visit, code, form, act, _page)


@router.get("/b/{code}/cancel")
async def ask_cancel(visit: VisitDep, code: str) -> Response:
    """Asked once, with the visit named. Without the key it is for the person, who signs in."""
    if not _key(visit):
        return visit.go(f"/me/{(await find_mine(visit, code)).id}/cancel")
    return await _cancel_page(visit, code, Form())


@router.post("/b/{code}/cancel")
async def cancel(visit: VisitDep, code: str) -> Response:
    """I shall not come."""
    form = await visit.form()
    key = _key(visit)

    async def act() -> str:
        body = visit.body(LinkCancelBody, {"key": key, "reason": form.text("reason")})
        await visit.api.own.cancel_linked(code, body, key=form.key or str(uuid4()))
        return "me.cancelled"

    return await _acted(visit, code, form, act, _cancel_page)


@router.get("/b/{code}/move")
async def ask_move(visit: VisitDep, code: str) -> Response:
    """Other times. Without the key it is for the person, who signs in."""
    if not _key(visit):
        return visit.go(f"/me/{(await find_mine(visit, code)).id}/move")
    return await _move_page(visit, code, Form())


@router.post("/b/{code}/move")
async def move(visit: VisitDep, code: str) -> Response:
    """I shall come at the time that was pressed."""
    form = await visit.form()
    key = _key(visit)

    async def act() -> str:
        body = visit.body(LinkRescheduleBody, {"key": key, "starts_at": form.text("at")})
        await visit.api.own.move_linked(code, body, key=form.key or str(uuid4()))
        return "me.moved"

    return await _acted(visit, code, form, act, _move_page)


@router.get("/b/{code}/review")
async def ask_review(visit: VisitDep, code: str) -> Response:
    """How was it? Without the key it is for the person, who signs in."""
    if not _key(visit):
        return visit.go(f"/me/{(await find_mine(visit, code)).id}/review")
    return await _review_page(visit, code, Form())


@router.post("/b/{code}/review")
async def review(visit: VisitDep, code: str) -> Response:
    """Everybody will read it."""
    form = await visit.form()
    values = {"key": _key(visit), "rating": form.whole("rating"), "text": form.text("text")}

    async def act() -> str:
        body = visit.body(LinkReviewBody, values, emptied=("rating",))
        await visit.api.own.review_linked(code, body, key=form.key or str(uuid4()))
        return "review.thanks"

    return await _acted(visit, code, form, act, _review_page)


_Shown = Callable[[Visit, str, Form, int], Awaitable[Response]]


async def _acted(visit: Visit, code: str, form: Form, act: Callable[[], Awaitable[str]], shown: _Shown) -> Response:
    """Act by the key and go back to the visit, or show the form again with what stands against it."""
    try:
        said = await act()
    except Refused as refused:
        if refused.status == 404:
            return _unknown(visit)
        form.note(refused.problem, {"/rating": "rating", "/text": "text", "/reason": "reason"})
        return await shown(visit, code, form, refused.status)
    return visit.go(_here(code, _key(visit)), said)


async def _page(visit: Visit, code: str, form: Form, status: int = 200) -> Response:
    key = _key(visit)
    try:
        linked = await _linked(visit, code) if key else None
        booking: OneBookingAnswer = linked or await _booking(visit, code)
    except _NoSuchVisit:
        return _unknown(visit)
    visit.address = _here(code, key if linked else "")
    now = datetime.now(UTC)
    is_early = booking.state in _MAY_CHANGE and now < booking.may_change_until
    return visit.page(
        "me/one.html.jinja",
        status,
        firm=await _firm(visit, booking),
        booking=booking,
        linked=linked,
        key=key if linked else "",
        is_key_wrong=bool(key) and linked is None,
        form=form,
        is_new=visit.query.get("new") == "1",
        is_ahead=booking.state in _AHEAD and booking.ends_at > now,
        may_move=linked.may_reschedule if linked else is_early,
        may_cancel=linked.may_cancel if linked else is_early,
        google_address=calendar_file.google(booking, link=_link(visit, booking)),
        map_address=calendar_file.map_link(booking),
    )


async def _cancel_page(visit: Visit, code: str, form: Form, status: int = 200) -> Response:
    booking = await _linked(visit, code)
    if booking is None:
        return _unknown(visit)
    visit.address = _here(code, _key(visit), "/cancel")
    return visit.page(
        "me/cancel.html.jinja",
        status,
        firm=await _firm(visit, booking),
        services=booking.services,
        account_name=booking.account_name,
        starts_at=booking.starts_at,
        zone=booking.time_zone,
        may_cancel=booking.may_cancel,
        until=booking.may_change_until,
        phone_e164=booking.location.phone,
        form=form,
        act=visit.address,
        back=_here(code, _key(visit)),
        back_words="one.heading",
    )


async def _move_page(visit: Visit, code: str, form: Form, status: int = 200) -> Response:
    booking = await _linked(visit, code)
    if booking is None:
        return _unknown(visit)
    moving = Moving(
        path=f"/b/{quote(code)}/move",
        back=_here(code, _key(visit)),
        account_name=booking.account_name,
        vanity=booking.vanity_address,
        service_ids=tuple(booking.service_ids),
        services=tuple(booking.services),
        people=frozenset(booking.staff_member_ids),
        location_id=booking.location.id,
        zone=booking.time_zone,
        starts_at=booking.starts_at,
        key=_key(visit),
    )
    return await times_page(visit, moving, form, status, firm=await _firm(visit, booking))


async def _review_page(visit: Visit, code: str, form: Form, status: int = 200) -> Response:
    booking = await _linked(visit, code)
    if booking is None:
        return _unknown(visit)
    visit.address = _here(code, _key(visit), "/review")
    return visit.page(
        "me/review.html.jinja",
        status,
        firm=await _firm(visit, booking),
        account_name=booking.account_name,
        services=booking.services,
        starts_at=booking.starts_at,
        zone=booking.time_zone,
        review=booking.review,
        may_review=booking.may_review,
        form=form,
        act=visit.address,
        back=_here(code, _key(visit)),
    )


def _unknown(visit: Visit) -> Response:
    """The code is none, or of a visit that is gone: why, and what to do."""
    return visit.page("me/link_unknown.html.jinja", 404)


async def _firm(visit: Visit, booking: OneBookingAnswer) -> Firm:
    return await firm_behind(visit, booking.account_name, booking.vanity_address)


async def _linked(visit: Visit, code: str) -> LinkedBookingAnswer | None:
    """The visit by its key; none when the key does not fit."""
    try:
        return await visit.api.own.linked(code, _key(visit))
    except Refused as refused:
        if refused.status in (404, 422):
            return None
        raise


async def _booking(visit: Visit, code: str) -> OneBookingAnswer:
    """Raises `_NoSuchVisit` for a code that is none."""
    try:
        return await visit.api.booking.by_code(code)
    except Refused as refused:
        if refused.status in (404, 422):
            raise _NoSuchVisit from refused
        raise


def _key(visit: Visit) -> str:
    return visit.query.get("key", "")


def _here(code: str, key: str, act: str = "") -> str:
    return f"/b/{quote(code)}{act}" + (f"?key={quote(key, safe='')}" if key else "")


def _link(visit: Visit, booking: OneBookingAnswer) -> str:
    return f"{visit.settings.public_url.rstrip('/')}/b/{booking.code}"
