"""What the product itself costs: the base, and extras to take or leave."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from contracts.http.books import SubscriptionChanges
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.manage.office import office_page
from gateway.pages.registers.frame import keep_typed
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

router = page_router()


@router.get("/manage/{account_id}/plan")
async def shown(visit: VisitDep, account_id: UUID) -> Response:
    """The price list with what is taken ticked."""
    return await _page(visit, account_id, None)


@router.post("/manage/{account_id}/plan")
async def choose(visit: VisitDep, account_id: UUID) -> Response:
    """Take these extras and no others."""
    form = await visit.form()
    version = form.whole("version")
    try:
        body = visit.body(SubscriptionChanges, {"extras": form.many("extras")})
        await visit.api.books.choose_extras(account_id, body, version=version if isinstance(version, int) else None)
    except Refused as refused:
        return await _page(visit, account_id, keep_typed(refused, form, {}), refused.status)
    return visit.go(f"/manage/{account_id}/plan", "plan.saved")


async def _page(visit: Visit, account_id: UUID, form: Form | None, status: int = 200) -> Response:
    visit.address = f"/manage/{account_id}/plan"
    taken = await visit.api.books.subscription(account_id)
    return await office_page(
        visit,
        account_id,
        "balance",
        "balance/plan",
        status,
        subscription=taken,
        prices=await visit.api.books.price_list(),
        form=form or Form.of(extras=[one.key for one in taken.extras], version=taken.version),
    )
