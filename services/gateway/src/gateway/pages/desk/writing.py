"""Writing to a client by hand, from the desk or from one's own day: first what would become of it, then sending."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.booking import BookingAnswer
from contracts.http.notifications import MessageDraft, MessageForecast
from gateway.clients import Refused
from gateway.pages.forms import Form, uuids
from gateway.pages.manage.office import member_of
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

router = page_router()

RIGHT = "client.message"
_ONE = "/desk/{account_id}/clients/{client_id}/write"
_FIELDS = {"/text": "wording"}
_PASSED_ON = frozenset({401, 403, 404})


@router.get(_ONE)
async def shown(visit: VisitDep, account_id: UUID, client_id: UUID) -> Response:
    """An empty sheet, with what was written and answered so far."""
    return await _page(visit, account_id, client_id, Form.of(booking=visit.query.get("booking")))


@router.post(f"{_ONE}/preview")
async def preview(visit: VisitDep, account_id: UUID, client_id: UUID) -> Response:
    """The part that says what would become of the words, as they are typed."""
    form = await visit.form()
    forecast = await _foretell(visit, account_id, client_id, form) if form.text("wording") else None
    zone = await _zone(visit, account_id, None)
    return visit.page("desk/_forecast.html.jinja", form=form, forecast=forecast, zone=zone)


@router.post(_ONE)
async def write(visit: VisitDep, account_id: UUID, client_id: UUID) -> Response:
    """Send, or only look (`act=preview`)."""
    form = await visit.form()
    if form.value("act") != "send":
        forecast = await _foretell(visit, account_id, client_id, form)
        return await _page(visit, account_id, client_id, form, 422 if form.errors else 200, forecast)
    try:
        body = visit.body(MessageDraft, _values(form))
        done = await visit.api.notifications.write(account_id, client_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in _PASSED_ON:
            raise
        return await _page(visit, account_id, client_id, form.note(refused.problem, _FIELDS), refused.status)
    said = (
        "write.kept"
        if done.state == "suppressed"
        else "write.waits"
        if _waits(done.planned_at, done.at)
        else "write.sent"
    )
    return visit.go(_address(account_id, client_id, form), said)


def _waits(planned_at: object, at: object) -> bool:
    return planned_at is not None and planned_at != at


def _values(form: Form) -> dict[str, object]:
    channel = form.text("channel")
    booking = next(iter(uuids([form.value("booking")])), None)
    return {"text": form.value("wording"), "booking_id": booking, "channel": channel}


async def _foretell(visit: Visit, account_id: UUID, client_id: UUID, form: Form) -> MessageForecast | None:
    try:
        body = visit.body(MessageDraft, _values(form))
        return await visit.api.notifications.foretell_message(account_id, client_id, body)
    except Refused as refused:
        if refused.status in _PASSED_ON:
            raise
        form.note(refused.problem, _FIELDS)
        return None


async def _page(
    visit: Visit,
    account_id: UUID,
    client_id: UUID,
    form: Form,
    status: int = 200,
    forecast: MessageForecast | None = None,
) -> Response:
    member = await member_of(visit, account_id)
    if visit.request.method == "POST":
        visit.address = _address(account_id, client_id, form)
    letters = await visit.api.notifications.letters(account_id, client_id, cursor=visit.query.get("after"))
    booking_id = next(iter(uuids([form.value("booking")])), None)
    booking = await visit.api.booking.booking(account_id, booking_id) if booking_id else None
    came_from = form.value("from") or visit.query.get("from", "")
    return visit.page(
        "desk/write.html.jinja",
        status,
        member=member,
        account_id=account_id,
        card=await visit.api.booking.client(account_id, client_id),
        booking=booking,
        zone=await _zone(visit, account_id, booking),
        form=form,
        forecast=forecast,
        letters=letters.items,
        older=visit.here(after=letters.next_cursor) if letters.next_cursor else None,
        from_day=came_from == "day",
        here=f"/desk/{account_id}/clients/{client_id}/write",
    )


async def _zone(visit: Visit, account_id: UUID, booking: BookingAnswer | None) -> str:
    return booking.time_zone if booking else (await member_of(visit, account_id)).time_zone


def _address(account_id: UUID, client_id: UUID, form: Form) -> str:
    asked = [
        f"{name}={form.value(name)}" for name in ("booking", "from") if form.value(name).replace("-", "").isalnum()
    ]
    return f"/desk/{account_id}/clients/{client_id}/write" + (f"?{'&'.join(asked)}" if asked else "")
