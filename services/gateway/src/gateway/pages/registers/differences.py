"""Whether settlements, ledger, receipts and card payments agree, with what cures each difference."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from starlette.responses import Response

from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import VisitDep

from .frame import day_of, keep_typed, money_page, today, zone_of

router = page_router()


@router.get("/manage/{account_id}/differences")
async def compared(visit: VisitDep, account_id: UUID) -> Response:
    """Compare the books of some days now; of the last seven unless the address says otherwise."""
    zone = await zone_of(visit, account_id)
    until = day_of(visit.query.get("to"), today(zone))
    since = day_of(visit.query.get("from"), until - timedelta(days=6))
    form = Form.of(**{"from": since, "to": until})
    found = None
    status = 200
    try:
        found = await visit.api.books.compare(account_id, since, until)
    except Refused as refused:
        keep_typed(refused, form, {"query/to": "to", "query/from": "from"})
        status = refused.status
    return await money_page(
        visit, account_id, "day", "differences", status, zone=zone, found=found, form=form, since=since, until=until
    )
