"""What staff do with a booking from its page."""

from __future__ import annotations

from typing import Literal
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.booking import BookingPatch, CancelBody, RescheduleBody
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.newer import beside, is_stale
from gateway.pages.rendering import plain_price
from gateway.pages.route import page_router
from gateway.pages.visit import VisitDep
from gateway.pages.words import t

from .booking import booking_page

router = page_router()

_PASSED_ON = frozenset({401, 404})


@router.post("/desk/{account_id}/bookings/{booking_id}/cancel")
async def cancel(visit: VisitDep, account_id: UUID, booking_id: UUID) -> Response:
    """Cancel, with a reason if one is given."""
    form = await visit.form()
    try:
        body = visit.body(CancelBody, {"reason": form.text("reason"), "tell_client": form.has("tell_client")})
        await visit.api.booking.cancel(account_id, booking_id, body, key=_key(form), version=_version(form))
    except Refused as refused:
        if refused.status in _PASSED_ON:
            raise
        return await booking_page(visit, account_id, booking_id, "visit", form=form, refused=refused, panel="cancel")
    return visit.go(f"/desk/{account_id}/bookings/{booking_id}", "desk.cancelled")


@router.post("/desk/{account_id}/bookings/{booking_id}/reschedule")
async def reschedule(visit: VisitDep, account_id: UUID, booking_id: UUID) -> Response:
    """Move to the time that was pressed, to the person that was chosen."""
    form = await visit.form()
    values = {
        "starts_at": form.text("at"),
        "staff_member_id": form.text("staff_member_id"),
        "override": True if form.has("override") else None,
        "tell_client": form.has("tell_client"),
    }
    try:
        body = visit.body(RescheduleBody, values)
        await visit.api.booking.reschedule(account_id, booking_id, body, key=_key(form), version=_version(form))
    except Refused as refused:
        if refused.status in _PASSED_ON:
            raise
        return await booking_page(
            visit, account_id, booking_id, "visit", form=form, refused=refused, panel="reschedule"
        )
    return visit.go(f"/desk/{account_id}/bookings/{booking_id}?moved=1", "desk.moved")


@router.post("/desk/{account_id}/bookings/{booking_id}/undo-move")
async def undo_move(visit: VisitDep, account_id: UUID, booking_id: UUID) -> Response:
    """Back to the time and the people from before the last move."""
    form = await visit.form()
    try:
        await visit.api.booking.undo_reschedule(account_id, booking_id, key=_key(form))
    except Refused as refused:
        if refused.status in _PASSED_ON:
            raise
        return await booking_page(visit, account_id, booking_id, "visit", form=form, refused=refused)
    return visit.go(f"/desk/{account_id}/bookings/{booking_id}", "desk.move_undone")


@router.post("/desk/{account_id}/bookings/{booking_id}/step-{step}")
async def advance(
    visit: VisitDep, account_id: UUID, booking_id: UUID, step: Literal["confirm", "arrive", "complete", "no-show"]
) -> Response:
    """One step of the visit's life."""
    form = await visit.form()
    try:
        await visit.api.booking.advance(account_id, booking_id, step, key=_key(form), version=_version(form))
    except Refused as refused:
        if refused.status in _PASSED_ON:
            raise
        return await booking_page(visit, account_id, booking_id, "visit", form=form, refused=refused)
    return visit.go(f"/desk/{account_id}/bookings/{booking_id}", f"desk.did.{step}")


@router.post("/desk/{account_id}/bookings/{booking_id}/change")
async def change(visit: VisitDep, account_id: UUID, booking_id: UUID) -> Response:
    """Price and comment."""
    form = await visit.form()
    values: dict[str, object] = {"comment": form.value("comment")}
    if "price" in form.values:
        amount = form.minor_units("price")
        values["price"] = {"amount": "" if amount is None else amount}  # an emptied field is no gift
    try:
        body = visit.body(BookingPatch, values)
        await visit.api.booking.change(account_id, booking_id, body, version=_version(form))
    except Refused as refused:
        if refused.status in _PASSED_ON:
            raise
        form.note(refused.problem, {"/price": "price", "/comment": "comment"})
        if is_stale(refused):
            now = await visit.api.booking.booking(account_id, booking_id)
            saved = Form.of(price=plain_price(now.price), comment=now.comment, version=now.version)
            names = ("price", "comment") if "price" in form.values else ("comment",)
            form = beside(form, saved, {name: t(f"label.{name}") for name in names})
        return await booking_page(visit, account_id, booking_id, "visit", form=form, refused=refused, panel="change")
    return visit.go(f"/desk/{account_id}/bookings/{booking_id}", "manage.saved")


@router.post("/desk/{account_id}/bookings/{booking_id}/notifications/{notification_id}")
async def send_again(visit: VisitDep, account_id: UUID, booking_id: UUID, notification_id: UUID) -> Response:
    """Send a message once more."""
    form = await visit.form()
    try:
        await visit.api.notifications.send_again(account_id, notification_id, key=_key(form))
    except Refused as refused:
        if refused.status in _PASSED_ON:
            raise
        return await booking_page(visit, account_id, booking_id, "notifications", refused=refused)
    return visit.go(f"/desk/{account_id}/bookings/{booking_id}?tab=notifications", "desk.sending")


def _key(form: Form) -> str:
    return form.key or str(uuid4())


def _version(form: Form) -> int | None:
    found = form.whole("version")
    return found if isinstance(found, int) else None
