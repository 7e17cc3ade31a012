"""One payment into the balance: on to the acquirer, and back with what became of it."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from starlette.responses import Response

from gateway.pages.manage.office import office_page
from gateway.pages.registers.frame import zone_of
from gateway.pages.route import page_router, policy
from gateway.pages.visit import VisitDep

router = page_router()


@router.get("/manage/{account_id}/balance/top-ups/{top_up_id}")
async def shown(visit: VisitDep, account_id: UUID, top_up_id: UUID) -> Response:
    """Its state; while it waits, the way to the acquirer. Who comes back from there asks again until it has ended."""
    one = await visit.api.payments.top_up(account_id, top_up_id)
    page = await office_page(
        visit, account_id, "balance", "balance/top_up", one=one, zone=await zone_of(visit, account_id)
    )
    if one.state == "pending" and one.checkout:
        target = urlsplit(one.checkout.url)
        page.headers["Content-Security-Policy"] = policy(f"'self' {target.scheme}://{target.netloc}")
    return page
