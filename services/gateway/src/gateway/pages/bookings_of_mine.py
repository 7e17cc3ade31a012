"""`/me`: a client's own visits over all firms; cancel, move, sign out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from starlette.responses import Response

from contracts.http.booking import CancelBody, ClientRescheduleBody, MyBookingAnswer
from gateway.clients import Refused

from .errors import PageUnknown
from .forms import Form
from .public import days
from .public.choice import Choice
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
        profile=profile,
        ahead=ahead,
        past=past.items,
        is_first=cursor is None,
        following=visit.here(cursor=past.next_cursor) if past.next_cursor else None,
    )


@router.get("/me/{booking_id}/cancel")
async def ask_cancel(visit: VisitDep, booking_id: UUID) -> Response:
    """Asked once, with the visit named: this cannot be undone by the client."""
    return visit.page("me/cancel.html.jinja", booking=await visit.api.booking.one_of_mine(booking_id), form=Form())


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
        return visit.page("me/cancel.html.jinja", refused.status, booking=booking, form=form.note(refused.problem))
    return visit.go("/me", "me.cancelled")


@router.get("/me/{booking_id}/move")
async def ask_move(visit: VisitDep, booking_id: UUID) -> Response:
    """Free times of the same people for the same services."""
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


async def _times(visit: Visit, booking: MyBookingAnswer, form: Form, status: int = 200) -> Response:
    path = f"/me/{booking.id}/move"
    choice = Choice.read(path.removeprefix("/"), visit.query)
    visit.address = choice.address()
    today = datetime.now(ZoneInfo(booking.time_zone)).date()
    start = days.strip_start(
        today, choice.strip, choice.day or booking.starts_at.astimezone(ZoneInfo(booking.time_zone)).date()
    )
    people = {item.staff_member_id for item in booking.items}
    found = await visit.api.booking.public_availability(
        booking.vanity_address,
        [item.service_id for item in booking.items],
        since=start,
        until=start + timedelta(days=days.DAYS - 1),
        staff_member_id=people.pop() if len(people) == 1 else None,
        location_id=booking.location_id,
    )
    day = days.chosen_day(found, choice.day)
    return visit.page(
        "me/move.html.jinja",
        status,
        booking=booking,
        form=form,
        choice=choice,
        zone=booking.time_zone,
        days=days.days_of(found),
        chosen_day=day.date if day else start,
        parts=days.parts_of(day.slots, booking.time_zone) if day else [],
        strip={"strip": choice.strip},
        earlier=start - timedelta(days=days.DAYS) if start > today else None,
        later=start + timedelta(days=days.DAYS),
        nearest=days.nearest(found, after=day.date if day else None),
    )
