"""Everything that is or can be connected, with its state; the order in which SMS providers are tried."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from contracts.http.notifications import ApiKey, HttpToken, OwnBalance, ProviderSettings, SoapLogin
from gateway.pages.balance.purse import granted
from gateway.pages.errors import PageUnknown
from gateway.pages.manage.office import office_page
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

router = page_router()

SECTION = "integrations"
PROVIDERS = ("turbosms", "alphasms", "integrica")


@router.get("/manage/{account_id}/integrations")
async def shown(visit: VisitDep, account_id: UUID) -> Response:
    """One card each, those in trouble with their cause."""
    api = visit.api
    providers: dict[str, ProviderSettings] = {
        one.provider: one for one in (await api.notifications.providers(account_id)).items
    }
    registers, _ = await granted(api.fiscal.cash_registers(account_id))
    acquirers, _ = await granted(api.payments.acquirers(account_id))
    hooks, _ = await granted(api.webhooks.listed(account_id))
    tried = [one for one in providers.values() if one.is_set_up and one.enabled]
    return await office_page(
        visit,
        account_id,
        SECTION,
        "integrations/overview",
        providers=[(name, providers.get(name)) for name in PROVIDERS],
        tried=sorted(tried, key=lambda one: one.order or 9),
        registers=[one for one in registers.items if one.checkbox] if registers else [],
        acquirers=acquirers.items if acquirers else [],
        hooks=hooks.items if hooks else [],
        channels=await api.notifications.own_channels(),
    )


@router.post("/manage/{account_id}/integrations/order")
async def reorder(visit: VisitDep, account_id: UUID) -> Response:
    """Try this provider one place earlier."""
    form = await visit.form()
    found = (await visit.api.notifications.providers(account_id)).items
    tried = sorted((one for one in found if one.is_set_up and one.enabled), key=lambda one: one.order or 9)
    names: list[str] = [one.provider for one in tried]
    wanted = form.value("provider")
    if wanted not in names:
        raise PageUnknown
    place = names.index(wanted)
    if place:
        tried[place - 1], tried[place] = tried[place], tried[place - 1]
    for order, one in enumerate(tried, start=1):
        if one.order != order:
            await _put(visit, account_id, one, order)
    return visit.go(f"/manage/{account_id}/integrations", "integrations.reordered")


async def _put(visit: Visit, account_id: UUID, one: ProviderSettings, order: int) -> None:
    """The same settings in another place; secrets that are left out stay."""
    common = {"order": order, "enabled": one.enabled}
    named = {**common, "sender_name": one.sender_name or "", "viber_sender_name": one.viber_sender_name}
    body: HttpToken | SoapLogin | ApiKey | OwnBalance
    if one.kind == "http-token":
        body = visit.body(HttpToken, {"kind": one.kind, **named})
    elif one.kind == "soap-login":
        body = visit.body(SoapLogin, {"kind": one.kind, **common, "sender_name": one.sender_name or ""})
    elif one.kind == "api-key":
        body = visit.body(ApiKey, {"kind": one.kind, **named})
    else:
        body = visit.body(OwnBalance, {"kind": "own-balance", **common})
    await visit.api.notifications.set_provider(account_id, one.provider, body)
