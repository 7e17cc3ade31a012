"""`/me`: a client's own visits over all firms; cancel, move, sign out."""

from __future__ import annotations

from typing import Literal
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.booking import CancelBody, ClientRescheduleBody, MyBookingAnswer
from gateway.clients import Refused

from .errors import PageUnknown
from .forms import Form
from .moving import Moving, times_page
from .route import page_router
from .visit import Visit, VisitDep

router = page_router()

_MOST_PAGES = 10
_WHEN: tuple[Literal["coming", "past"], ...] = ("coming", "past")


@router.get("/me")
async def mine(visit: VisitDep) -> Response:
    """The next visit on top, then the others to come, then those that were."""
    profile = await visit.profile()
    cursor = visit.query.get("cursor")
    ahead = [] if cursor else (await visit.api.booking.mine(when="coming")).items
    past = await visit.api.booking.mine(when="past", cursor=cursor)
    return visit.page(
        "me/mine.html.jinja",
        section="bookings",
        profile=profile,
        ahead=ahead,
        past=past.items,
        is_first=cursor is None,
        following=visit.here(cursor=past.next_cursor) if past.next_cursor else None,
    )


@router.get("/me/{booking_id}/cancel")
async def ask_cancel(visit: VisitDep, booking_id: UUID) -> Response:
    """Asked once, with the visit named: this cannot be undone by the client."""
    await visit.profile()
    return _cancel_page(visit, await visit.api.booking.one_of_mine(booking_id), Form())


@router.post("/me/{booking_id}/cancel")
async def cancel(visit: VisitDep, booking_id: UUID) -> Response:
    """Cancel."""
    form = await visit.form()
    try:
        body = visit.body(CancelBody, {"reason": form.text("reason")})
        await visit.api.booking.cancel_mine(booking_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in (401, 404):
            raise
        booking = await visit.api.booking.one_of_mine(booking_id)
        return _cancel_page(visit, booking, form.note(refused.problem), refused.status)
    return visit.go("/me", "me.cancelled")


@router.get("/me/{booking_id}/move")
async def ask_move(visit: VisitDep, booking_id: UUID) -> Response:
    """Free times of the same people for the same services."""
    await visit.profile()
    return await _times(visit, await visit.api.booking.one_of_mine(booking_id), Form())


@router.post("/me/{booking_id}/move")
async def move(visit: VisitDep, booking_id: UUID) -> Response:
    """Move to the time that was pressed."""
    form = await visit.form()
    try:
        body = visit.body(ClientRescheduleBody, {"starts_at": form.text("at")})
        moved = await visit.api.booking.reschedule_mine(booking_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in (401, 404):
            raise
        booking = await visit.api.booking.one_of_mine(booking_id)
        return await _times(visit, booking, form.note(refused.problem), refused.status)
    return visit.go(f"/b/{moved.code}", "me.moved")


async def find_mine(visit: Visit, code: str) -> MyBookingAnswer:
    """One of the caller's own visits. Raises `SignInNeeded`, or `PageUnknown` where it is somebody else's."""
    await visit.profile()
    for when in _WHEN:
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            found = await visit.api.booking.mine(when=when, cursor=cursor)
            for one in found.items:
                if one.code == code:
                    return one
            cursor = found.next_cursor
            if cursor is None:
                break
    raise PageUnknown


def _cancel_page(visit: Visit, booking: MyBookingAnswer, form: Form, status: int = 200) -> Response:
    return visit.page(
        "me/cancel.html.jinja",
        status,
        firm=None,
        services=[item.service_name for item in booking.items],
        account_name=booking.account_name,
        starts_at=booking.starts_at,
        zone=booking.time_zone,
        may_cancel=booking.may_cancel,
        until=booking.may_change_until,
        phone_e164=booking.location_phone,
        form=form,
        act=f"/me/{booking.id}/cancel",
        back="/me",
        back_words="nav.me",
    )


async def _times(visit: Visit, booking: MyBookingAnswer, form: Form, status: int = 200) -> Response:
    moving = Moving(
        path=f"/me/{booking.id}/move",
        back="/me",
        account_name=booking.account_name,
        vanity=booking.vanity_address,
        service_ids=tuple(item.service_id for item in booking.items),
        services=tuple(item.service_name for item in booking.items),
        people=frozenset(item.staff_member_id for item in booking.items),
        location_id=booking.location_id,
        zone=booking.time_zone,
        starts_at=booking.starts_at,
    )
    return await times_page(visit, moving, form, status)
