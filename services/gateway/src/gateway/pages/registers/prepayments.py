"""Money asked for in advance: what waits, what is paid, refunds."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from gateway.pages.route import page_router
from gateway.pages.visit import VisitDep

from .frame import money_page

router = page_router()


@router.get("/manage/{account_id}/payments")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """All of them, newest first."""
    found = await visit.api.payments.prepayments(account_id, cursor=visit.query.get("after"))
    rules = await visit.api.payments.rules(account_id)
    return await money_page(
        visit, account_id, "payments", "prepayments", items=found.items, next_cursor=found.next_cursor, rules=rules
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
    """Give it back through the acquirer."""
    await visit.api.payments.refund(account_id, prepayment_id)
    return visit.go(f"/manage/{account_id}/payments", "prepay.refunding")


@router.get("/manage/{account_id}/bookings/{booking_id}")
async def booking(visit: VisitDep, account_id: UUID, booking_id: UUID) -> Response:
    """Where links about a booking's money lead: its payment at the desk."""
    return visit.go(f"/desk/{account_id}/bookings/{booking_id}?tab=payment")
