"""Shops at acquirers, where clients pay in advance, and which bookings are asked for it."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from contracts.http.payments import AcquirerName, NewAcquirer, PrepaymentRules
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.manage.office import office_page
from gateway.pages.registers.frame import keep_typed, zone_of
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .overview import SECTION

router = page_router()

_ALL = "/manage/{account_id}/acquirers"
_SOURCES = ("site", "widget", "api", "staff")


@router.get(_ALL)
async def shown(visit: VisitDep, account_id: UUID) -> Response:
    """The three acquirers and the rules."""
    return await _page(visit, account_id)


@router.post(f"{_ALL}/rules")
async def rules(visit: VisitDep, account_id: UUID) -> Response:
    """Which new bookings are asked for money in advance."""
    form = await visit.form()
    values = {
        "is_on": form.has("is_on"),
        "share_percent": form.whole("share_percent"),
        "pay_within_min": form.whole("pay_within_min"),
        "sources": form.many("sources"),
    }
    try:
        await visit.api.payments.set_rules(account_id, visit.body(PrepaymentRules, values))
    except Refused as refused:
        return await _page(visit, account_id, refused.status, ruling=keep_typed(refused, form, {}))
    return visit.go(f"/manage/{account_id}/acquirers", "manage.saved")


@router.post(f"{_ALL}/{{provider}}")
async def connect(visit: VisitDep, account_id: UUID, provider: AcquirerName) -> Response:
    """Keep the keys of a shop."""
    form = await visit.form()
    values = {
        "merchant": form.value("merchant"),
        "secret": form.value("secret"),
        "domain": form.value("domain"),
        "takes_tests": form.has("takes_tests"),
    }
    try:
        await visit.api.payments.set_acquirer(account_id, provider, visit.body(NewAcquirer, values))
    except Refused as refused:
        return await _page(visit, account_id, refused.status, forms_of={provider: keep_typed(refused, form, {})})
    return visit.go(f"/manage/{account_id}/acquirers", "manage.saved")


@router.post(f"{_ALL}/{{provider}}/remove")
async def part(visit: VisitDep, account_id: UUID, provider: AcquirerName) -> Response:
    """Part from a shop."""
    await visit.api.payments.remove_acquirer(account_id, provider)
    return visit.go(f"/manage/{account_id}/acquirers", "acquirers.parted")


async def _page(
    visit: Visit,
    account_id: UUID,
    status: int = 200,
    *,
    forms_of: dict[AcquirerName, Form] | None = None,
    ruling: Form | None = None,
) -> Response:
    visit.address = f"/manage/{account_id}/acquirers"
    set_up = {one.provider: one for one in (await visit.api.payments.acquirers(account_id)).items}
    now = await visit.api.payments.rules(account_id)
    start = Form.of(
        is_on="on" if now.is_on else None,
        share_percent=now.share_percent,
        pay_within_min=now.pay_within_min,
        sources=now.sources,
    )
    typed = forms_of or {}
    return await office_page(
        visit,
        account_id,
        SECTION,
        "integrations/acquirers",
        status,
        shops=[
            (
                name,
                set_up.get(name),
                typed.get(name) or Form.of(merchant=set_up[name].merchant if name in set_up else None),
            )
            for name in AcquirerName
        ],
        ruling=ruling or start,
        sources=_SOURCES,
        zone=await zone_of(visit, account_id),
    )
