"""A review of one's own visit that took place."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.booking import MyBookingAnswer
from contracts.http.reviews import ReviewBody
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

router = page_router()


@router.get("/me/{booking_id}/review")
async def ask(visit: VisitDep, booking_id: UUID) -> Response:
    """How was it?"""
    await visit.profile()
    return _page(visit, await visit.api.booking.one_of_mine(booking_id), Form())


@router.post("/me/{booking_id}/review")
async def leave(visit: VisitDep, booking_id: UUID) -> Response:
    """Everybody will read it."""
    form = await visit.form()
    try:
        body = visit.body(ReviewBody, {"rating": form.whole("rating"), "text": form.text("text")}, emptied=("rating",))
        await visit.api.own.review(booking_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in (401, 404):
            raise
        booking = await visit.api.booking.one_of_mine(booking_id)
        form.note(refused.problem, {"/rating": "rating", "/text": "text"})
        return _page(visit, booking, form, refused.status)
    return visit.go("/me#past", "review.thanks")


def _page(visit: Visit, booking: MyBookingAnswer, form: Form, status: int = 200) -> Response:
    services = [item.service_name for item in booking.items]
    return visit.page(
        "me/review.html.jinja",
        status,
        firm=None,
        account_name=booking.account_name,
        services=services,
        starts_at=booking.starts_at,
        zone=booking.time_zone,
        review=booking.review,
        may_review=booking.may_review,
        form=form,
        act=f"/me/{booking.id}/review",
        back="/me",
    )
