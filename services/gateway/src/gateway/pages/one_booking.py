"""`/b/{code}`: one visit, for whoever has the link from the SMS. It shows nothing about the person."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response

from contracts.http.booking import OneBookingAnswer
from gateway.clients import Refused

from . import calendar_file
from .bookings_of_mine import find_mine
from .errors import PageUnknown
from .route import page_router
from .visit import Visit, VisitDep

router = page_router()

_AHEAD = frozenset({"held", "pending", "confirmed", "arrived"})
_MAY_CHANGE = frozenset({"pending", "confirmed"})


@router.get("/b/{code}.ics")
async def calendar(visit: VisitDep, code: str) -> Response:
    """The visit as a file for a calendar."""
    booking = await _booking(visit, code)
    content = calendar_file.ics(booking, link=_link(visit, booking), now=datetime.now(UTC))
    headers = {"Content-Disposition": f'attachment; filename="zapys-{booking.starts_at:%Y-%m-%d}.ics"'}
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


@router.get("/b/{code}")
async def one(visit: VisitDep, code: str) -> Response:
    """The visit."""
    booking = await _booking(visit, code)
    now = datetime.now(UTC)
    return visit.page(
        "public/one.html.jinja",
        booking=booking,
        is_new=visit.query.get("new") == "1",
        is_ahead=booking.state in _AHEAD and booking.ends_at > now,
        may_change=booking.state in _MAY_CHANGE and now < booking.may_change_until,
        google_address=calendar_file.google(booking, link=_link(visit, booking)),
        map_address=calendar_file.map_link(booking),
    )


@router.get("/b/{code}/move")
async def move(visit: VisitDep, code: str) -> Response:
    """Moving is for the person themselves: over the sign-in to their own page of this visit."""
    return visit.go(f"/me/{(await find_mine(visit, code)).id}/move")


@router.get("/b/{code}/cancel")
async def cancel(visit: VisitDep, code: str) -> Response:
    """So is cancelling."""
    return visit.go(f"/me/{(await find_mine(visit, code)).id}/cancel")


async def _booking(visit: Visit, code: str) -> OneBookingAnswer:
    """Raises `PageUnknown` for a code that is none."""
    try:
        return await visit.api.booking.by_code(code)
    except Refused as refused:
        if refused.status in (404, 422):
            raise PageUnknown from refused
        raise


def _link(visit: Visit, booking: OneBookingAnswer) -> str:
    return f"{visit.settings.public_url.rstrip('/')}/b/{booking.code}"
