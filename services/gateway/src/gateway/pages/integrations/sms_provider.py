"""One SMS provider: its keys, its sender name, what it answers when it is asked."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from contracts.http.notifications import ApiKey, HttpToken, OwnBalance, ProviderCheck, SoapLogin
from gateway.clients import Refused
from gateway.pages.errors import PageUnknown
from gateway.pages.forms import Form
from gateway.pages.manage.office import office_page
from gateway.pages.registers.frame import keep_typed, zone_of
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .overview import PROVIDERS, SECTION

router = page_router()

_ONE = "/manage/{account_id}/integrations/{provider}"
_STEPS = ("one", "two", "three", "four")


@router.get(_ONE)
async def shown(visit: VisitDep, account_id: UUID, provider: str) -> Response:
    """How it is connected; secrets are never shown back."""
    return await _page(visit, account_id, provider, None)


@router.post(_ONE)
async def change(visit: VisitDep, account_id: UUID, provider: str) -> Response:
    """Connect it or change it; a secret that is left empty stays as it was."""
    form = await visit.form()
    try:
        body = _body(visit, _known(provider), form)
        await visit.api.notifications.set_provider(account_id, provider, body)
    except Refused as refused:
        return await _page(visit, account_id, provider, keep_typed(refused, form, {}), refused.status)
    return visit.go(f"/manage/{account_id}/integrations/{provider}", "manage.saved")


@router.post(f"{_ONE}/check")
async def check(visit: VisitDep, account_id: UUID, provider: str) -> Response:
    """Ask the provider now."""
    try:
        found = await visit.api.notifications.check_provider(account_id, _known(provider))
    except Refused as refused:
        return await _page(visit, account_id, provider, keep_typed(refused, Form(), {}), refused.status)
    return await _page(visit, account_id, provider, None, found=found)


def _known(provider: str) -> str:
    if provider not in PROVIDERS:
        raise PageUnknown
    return provider


def _body(visit: Visit, provider: str, form: Form) -> HttpToken | SoapLogin | ApiKey | OwnBalance:
    common = {"order": form.whole("order"), "enabled": form.has("enabled")}
    names = {"sender_name": form.value("sender_name"), "viber_sender_name": form.text("viber_sender_name")}
    if provider == "integrica":
        return visit.body(OwnBalance, {"kind": "own-balance", **common})
    if provider == "alphasms":
        return visit.body(ApiKey, {"kind": "api-key", "key": form.text("key"), **names, **common})
    if form.value("kind") == "soap-login":
        login = {"login": form.text("login"), "password": form.text("password")}
        return visit.body(
            SoapLogin, {"kind": "soap-login", **login, "sender_name": form.value("sender_name"), **common}
        )
    secrets = {"token": form.text("token"), "webhook_secret": form.text("webhook_secret")}
    return visit.body(HttpToken, {"kind": "http-token", **secrets, **names, **common})


async def _page(
    visit: Visit,
    account_id: UUID,
    provider: str,
    form: Form | None,
    status: int = 200,
    *,
    found: ProviderCheck | None = None,
) -> Response:
    visit.address = f"/manage/{account_id}/integrations/{_known(provider)}"
    one = next(
        (one for one in (await visit.api.notifications.providers(account_id)).items if one.provider == provider), None
    )
    is_new = one is None or not one.is_set_up
    start = Form.of(
        kind=one.kind if one and one.kind else "http-token",
        login=one.login if one else None,
        sender_name=one.sender_name if one else None,
        viber_sender_name=one.viber_sender_name if one else None,
        order=one.order if one and one.order else 1,
        enabled="on" if one is None or is_new or one.enabled else None,
    )
    return await office_page(
        visit,
        account_id,
        SECTION,
        "integrations/sms_provider",
        status,
        provider=provider,
        one=one,
        is_new=is_new,
        found=found,
        steps=_STEPS,
        form=form or start,
        zone=await zone_of(visit, account_id),
    )
