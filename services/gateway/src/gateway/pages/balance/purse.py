"""The balance for SMS: how long it lasts, where it went, how to top it up."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, TypeVar
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.payments import NewTopUp
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.manage.office import office_page
from gateway.pages.registers.frame import keep_typed, zone_of
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

router = page_router()

SECTION = "balance"
_USUAL_TOP_UP = "200"

A = TypeVar("A")


@router.get("/manage/{account_id}/balance")
async def shown(visit: VisitDep, account_id: UUID) -> Response:
    """Both purses, each with its own state."""
    return await _page(visit, account_id, Form.of(amount=_USUAL_TOP_UP))


@router.post("/manage/{account_id}/balance")
async def top_up(visit: VisitDep, account_id: UUID) -> Response:
    """Begin to pay; the page of the payment leads on to the acquirer."""
    form = await visit.form()
    values = {"amount": form.minor_units("amount"), "provider": form.text("provider")}
    try:
        body = visit.body(NewTopUp, values)
        made = await visit.api.payments.start_top_up(account_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        kept = keep_typed(refused, form, {"/amount": "amount", "/provider": "provider"})
        return await _page(visit, account_id, kept, refused.status)
    return visit.go(f"/manage/{account_id}/balance/top-ups/{made.id}")


async def granted(asked: Awaitable[A]) -> tuple[A | None, dict[str, Any] | None]:
    """What was asked for, or the refusal where a right is missing: the rest of a page does without it."""
    try:
        return await asked, None
    except Refused as refused:
        if refused.status != 403:
            raise
        return None, refused.problem


async def _page(visit: Visit, account_id: UUID, form: Form, status: int = 200) -> Response:
    if visit.request.method == "POST":
        visit.address = f"/manage/{account_id}/balance"
    api = visit.api
    balance = await api.notifications.balance(account_id, cursor=visit.query.get("after"))
    top_ups, no_top_ups = await granted(api.payments.top_ups(account_id))
    subscription, no_subscription = await granted(api.books.subscription(account_id))
    warning = (await api.notifications.settings(account_id)).staff_kinds.balance_low
    return await office_page(
        visit,
        account_id,
        SECTION,
        "balance/purse",
        status,
        balance=balance,
        top_ups=top_ups,
        no_top_ups=no_top_ups,
        subscription=subscription,
        no_subscription=no_subscription,
        warning=warning,
        zone=await zone_of(visit, account_id),
        form=form,
    )
