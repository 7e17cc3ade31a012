"""Who carries the account's SMS: the own balance, or the salon's own TurboSMS account."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from contracts.http.notifications import HttpToken, OwnBalance, ProviderCheck
from gateway.clients import Refused
from gateway.pages.errors import PageUnknown
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .office import office_page

router = page_router()

_SECTION = "sms"
_CHECKED = ("turbosms", "integrica", "alphasms")


@router.get("/manage/{account_id}/sms")
async def shown(visit: VisitDep, account_id: UUID) -> Response:
    """Providers with their state, and the balance."""
    return await _page(visit, account_id)


@router.post("/manage/{account_id}/sms/turbosms")
async def set_turbosms(visit: VisitDep, account_id: UUID) -> Response:
    """Keep the salon's own TurboSMS account; a token that is left empty stays as it was."""
    form = await visit.form()
    values = {
        "kind": "http-token",
        "token": form.text("token"),
        "sender_name": form.value("sender_name"),
        "order": form.whole("order"),
        "enabled": form.has("enabled"),
    }
    try:
        await visit.api.notifications.set_provider(account_id, "turbosms", visit.body(HttpToken, values))
    except Refused as refused:
        if refused.status in (401, 403):
            raise
        return await _page(visit, account_id, form.note(refused.problem), refused.status)
    return visit.go(f"/manage/{account_id}/sms", "manage.saved")


@router.post("/manage/{account_id}/sms/integrica")
async def set_own_balance(visit: VisitDep, account_id: UUID) -> Response:
    """Switch the own balance on or off, and say which comes first."""
    form = await visit.form()
    values = {"kind": "own-balance", "order": form.whole("order"), "enabled": form.has("enabled")}
    await visit.api.notifications.set_provider(account_id, "integrica", visit.body(OwnBalance, values))
    return visit.go(f"/manage/{account_id}/sms", "manage.saved")


@router.post("/manage/{account_id}/sms/{provider}/check")
async def check(visit: VisitDep, account_id: UUID, provider: str) -> Response:
    """Ask the provider now."""
    if provider not in _CHECKED:
        raise PageUnknown
    found = await visit.api.notifications.check_provider(account_id, provider)
    return await _page(visit, account_id, checks={provider: found})


async def _page(
    visit: Visit,
    account_id: UUID,
    form: Form | None = None,
    status: int = 200,
    *,
    checks: dict[str, ProviderCheck] | None = None,
) -> Response:
    visit.address = f"/manage/{account_id}/sms"
    providers = {one.provider: one for one in (await visit.api.notifications.providers(account_id)).items}
    balance = await visit.api.notifications.balance(account_id)
    turbosms = providers.get("turbosms")
    if form is None:
        form = Form.of(
            sender_name=turbosms.sender_name if turbosms else None,
            order=turbosms.order if turbosms and turbosms.order else 1,
            enabled="on" if turbosms is None or turbosms.enabled or not turbosms.is_set_up else None,
        )
    return await office_page(
        visit,
        account_id,
        _SECTION,
        "sms",
        status,
        providers=providers,
        balance=balance,
        form=form,
        checks=checks or {},
    )
