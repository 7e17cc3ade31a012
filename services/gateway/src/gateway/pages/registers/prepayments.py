"""Money asked for in advance: what waits, what is paid, refunds."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.books import CashRequest
from contracts.http.payments import NewRefund, RefundOutcome
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .frame import keep_typed, money_page

router = page_router()


@router.get("/manage/{account_id}/payments")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """All of them, newest first."""
    return await _page(visit, account_id)


async def _page(
    visit: Visit, account_id: UUID, form: Form | None = None, wrong: UUID | None = None, status: int = 200
) -> Response:
    if visit.request.method == "POST":
        visit.address = f"/manage/{account_id}/payments"
    found = await visit.api.payments.prepayments(account_id, cursor=visit.query.get("after"))
    return await money_page(
        visit,
        account_id,
        "payments",
        "prepayments",
        status,
        items=found.items,
        next_cursor=found.next_cursor,
        rules=await visit.api.payments.rules(account_id),
        form=form or Form.of(),
        wrong=wrong,
    )


@router.post("/manage/{account_id}/payments/{prepayment_id}/cancel")
async def cancel(visit: VisitDep, account_id: UUID, prepayment_id: UUID) -> Response:
    """Ask for it no more."""
    form = await visit.form()
    version = form.whole("version")
    await visit.api.payments.cancel(account_id, prepayment_id, version=version if isinstance(version, int) else None)
    return visit.go(f"/manage/{account_id}/payments", "prepay.cancelled")


@router.post("/manage/{account_id}/payments/{prepayment_id}/refund")
async def refund(visit: VisitDep, account_id: UUID, prepayment_id: UUID) -> Response:
    """Give it back through the acquirer, all that is left or the part that was typed."""
    form = await visit.form()
    try:
        body = visit.body(NewRefund, {"amount": form.minor_units("amount")})
        done = await visit.api.payments.refund(account_id, prepayment_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        kept = keep_typed(refused, form, {"/amount": "amount"})
        return await _page(visit, account_id, kept, prepayment_id, refused.status)
    said = "ledger.asked" if isinstance(done, CashRequest) else "prepay.refunding"
    return visit.go(f"/manage/{account_id}/payments", said)


@router.post("/manage/{account_id}/payments/{prepayment_id}/outcome")
async def outcome(visit: VisitDep, account_id: UUID, prepayment_id: UUID) -> Response:
    """What the shop's cabinet shows of a refund that the acquirer does not tell of."""
    form = await visit.form()
    said = {"yes": True, "no": False}.get(form.value("went_back"))
    try:
        body = visit.body(RefundOutcome, {"went_back": said})
        await visit.api.payments.refund_outcome(account_id, prepayment_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        return await _page(visit, account_id, keep_typed(refused, form, {}), prepayment_id, refused.status)
    return visit.go(f"/manage/{account_id}/payments", "prepay.told")


@router.get("/manage/{account_id}/bookings/{booking_id}")
async def booking(visit: VisitDep, account_id: UUID, booking_id: UUID) -> Response:
    """Where links about a booking's money lead: its payment at the desk."""
    return visit.go(f"/desk/{account_id}/bookings/{booking_id}?tab=payment")
