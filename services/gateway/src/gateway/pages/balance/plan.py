"""What the product itself costs: the base, and extras to take or leave."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.books import SubscriptionChanges
from contracts.http.payments import SubscriptionPayment
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.manage.office import office_page
from gateway.pages.newer import beside, is_stale
from gateway.pages.registers.frame import keep_typed, zone_of
from gateway.pages.route import page_router, policy
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

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
        form = keep_typed(refused, form, {})
        if is_stale(refused):
            taken = await visit.api.books.subscription(account_id)
            saved = Form.of(extras=[one.key for one in taken.extras], version=taken.version)
            words = {one.key: one.name for one in taken.extras}
            form = beside(form, saved, {"extras": t("plan.extras")}, {"extras": words})
        return await _page(visit, account_id, form, refused.status)
    return visit.go(f"/manage/{account_id}/plan", "plan.saved")


@router.post("/manage/{account_id}/plan/pay")
async def pay(visit: VisitDep, account_id: UUID) -> Response:
    """Begin to pay for a month of what is taken; the page leads on to the acquirer."""
    form = await visit.form()
    try:
        made = await visit.api.payments.pay_subscription(account_id, key=form.key or str(uuid4()))
    except Refused as refused:
        taken = await visit.api.books.subscription(account_id)
        form = Form.of(extras=[one.key for one in taken.extras], version=taken.version)
        return await _page(visit, account_id, keep_typed(refused, form, {}), refused.status)
    return visit.go(f"/manage/{account_id}/plan?payment={made.id}")


async def _paid(visit: Visit, account_id: UUID) -> SubscriptionPayment | None:
    """The order that the address names: the payer comes back to it."""
    try:
        named = UUID(visit.query.get("payment") or "")
    except ValueError:
        return None
    return await visit.api.payments.subscription_payment(account_id, named)


async def _page(visit: Visit, account_id: UUID, form: Form | None, status: int = 200) -> Response:
    payment = await _paid(visit, account_id)
    visit.address = f"/manage/{account_id}/plan" + (f"?payment={payment.id}" if payment else "")
    taken = await visit.api.books.subscription(account_id)
    page = await office_page(
        visit,
        account_id,
        "balance",
        "balance/plan",
        status,
        subscription=taken,
        prices=await visit.api.books.price_list(),
        form=form or Form.of(extras=[one.key for one in taken.extras], version=taken.version),
        payment=payment,
        zone=await zone_of(visit, account_id),
    )
    if payment and payment.state == "pending" and payment.checkout:
        target = urlsplit(payment.checkout.url)
        page.headers["Content-Security-Policy"] = policy(f"'self' {target.scheme}://{target.netloc}")
    return page
