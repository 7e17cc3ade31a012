"""Addresses that mails, reasons and old links carry: without an account, or by a former name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from starlette.responses import Response

from gateway.pages.forms import uuids
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

router = page_router()

_SECTIONS = {
    "balance": "balance",
    "notifications": "messages",
    "messages": "messages",
    "integrations": "integrations",
    "receipts": "receipts",
    "cash-registers": "cash-registers",
    "reports": "reports",
    "webhooks": "webhooks",
    "reviews": "reviews",
}


def _way(section: str) -> Callable[[Visit], Awaitable[Response]]:
    async def lead(visit: VisitDep) -> Response:
        memberships = (await visit.profile()).memberships
        if len(memberships) == 1:
            return visit.go(f"/manage/{memberships[0].account_id}/{section}")
        return visit.page("manage/accounts.html.jinja", memberships=memberships, area="manage", onward=section)

    return lead


for _said, _section in _SECTIONS.items():
    router.add_api_route(f"/manage/{_said}", _way(_section), methods=["GET"])


@router.get("/manage/{account_id}/sms")
async def former(visit: VisitDep, account_id: UUID) -> Response:
    """Where a payer comes back to, and where providers once lived."""
    paid = uuids([visit.query.get("top_up") or ""])
    base = f"/manage/{account_id}"
    return visit.go(f"{base}/balance/top-ups/{paid[0]}?back=1" if paid else f"{base}/integrations")


@router.get("/manage/{account_id}/notifications")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """The list by another name."""
    return visit.go(f"/manage/{account_id}/messages")
