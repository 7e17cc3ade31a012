"""Taking money for a booking and giving it back, on the booking's page."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.fiscal import NewReversal, NewSettlement
from gateway.clients import Refused
from gateway.pages.route import page_router
from gateway.pages.visit import VisitDep

from .booking import booking_page

router = page_router()

_FIELDS = {"/payments/0/amount": "amount", "/payments/0/payment_type": "way", "/payments/0/cash_register_id": "way"}
_PASSED_ON = frozenset({401, 404})


@router.post("/desk/{account_id}/bookings/{booking_id}/settle")
async def settle(visit: VisitDep, account_id: UUID, booking_id: UUID) -> Response:
    """Take a payment."""
    form = await visit.form()
    payment_type, _, register_id = form.value("way").partition(":")
    payment = {
        "payment_type": payment_type,
        "cash_register_id": register_id or None,
        "amount": {"amount": form.minor_units("amount")},
    }
    try:
        body = visit.body(NewSettlement, {"payments": [payment]})
        done = await visit.api.fiscal.settle(account_id, booking_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in _PASSED_ON:
            raise
        form.note(refused.problem, _FIELDS)
        return await booking_page(visit, account_id, booking_id, "payment", form=form, refused=refused)
    said = "payment.done" if done.payment_state == "settled" else "payment.part_done"
    return visit.go(f"/desk/{account_id}/bookings/{booking_id}?tab=payment", said)


@router.post("/desk/{account_id}/bookings/{booking_id}/reverse")
async def reverse(visit: VisitDep, account_id: UUID, booking_id: UUID) -> Response:
    """Take back everything that was paid."""
    form = await visit.form()
    try:
        body = visit.body(NewReversal, {"reason": form.text("reason")})
        await visit.api.fiscal.reverse_settlement(account_id, booking_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in _PASSED_ON:
            raise
        return await booking_page(visit, account_id, booking_id, "payment", form=form, refused=refused, panel="reverse")
    return visit.go(f"/desk/{account_id}/bookings/{booking_id}?tab=payment", "payment.reversed")


@router.post("/desk/{account_id}/bookings/{booking_id}/receipts/{receipt_id}/retry")
async def retry(visit: VisitDep, account_id: UUID, booking_id: UUID, receipt_id: UUID) -> Response:
    """Try a waiting receipt now."""
    form = await visit.form()
    try:
        await visit.api.fiscal.retry_receipt(account_id, receipt_id, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in _PASSED_ON:
            raise
        return await booking_page(visit, account_id, booking_id, "payment", refused=refused)
    return visit.go(f"/desk/{account_id}/bookings/{booking_id}?tab=payment", "payment.retried")
