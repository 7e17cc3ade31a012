"""One web hook: pause, test, a new secret, and every delivery with its answer."""

from __future__ import annotations

from typing import Literal
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.webhooks import WebhookChange, WebhookWithSecret
from gateway.pages.manage.office import office_page
from gateway.pages.registers.frame import zone_of
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .overview import SECTION

router = page_router()

_ONE = "/manage/{account_id}/webhooks/{webhook_id}"


@router.get(_ONE)
async def shown(visit: VisitDep, account_id: UUID, webhook_id: UUID) -> Response:
    """Its state and its deliveries."""
    return await _page(visit, account_id, webhook_id)


@router.post(f"{_ONE}/{{act}}")
async def do(
    visit: VisitDep, account_id: UUID, webhook_id: UUID, act: Literal["pause", "resume", "test", "rotate", "delete"]
) -> Response:
    """Pause or go on, try it, give it a new secret, take it away."""
    form = await visit.form()
    key, api = form.key or str(uuid4()), visit.api.webhooks
    if act == "rotate":
        return await _page(visit, account_id, webhook_id, made=await api.rotate(account_id, webhook_id, key=key))
    if act == "delete":
        await api.delete(account_id, webhook_id)
        return visit.go(f"/manage/{account_id}/webhooks", "hooks.deleted")
    if act == "test":
        await api.test(account_id, webhook_id, key=key)
    else:
        await api.change(account_id, webhook_id, visit.body(WebhookChange, {"enabled": act == "resume"}))
    return visit.go(f"/manage/{account_id}/webhooks/{webhook_id}", f"hooks.did_{act}")


@router.post(f"{_ONE}/deliveries/{{delivery_id}}")
async def resend(visit: VisitDep, account_id: UUID, webhook_id: UUID, delivery_id: UUID) -> Response:
    """Tell it once more, under the same id."""
    form = await visit.form()
    await visit.api.webhooks.resend(account_id, webhook_id, delivery_id, key=form.key or str(uuid4()))
    return visit.go(f"/manage/{account_id}/webhooks/{webhook_id}", "hooks.resent")


async def _page(visit: Visit, account_id: UUID, webhook_id: UUID, *, made: WebhookWithSecret | None = None) -> Response:
    visit.address = f"/manage/{account_id}/webhooks/{webhook_id}"
    deliveries = await visit.api.webhooks.deliveries(account_id, webhook_id, cursor=visit.query.get("after"))
    return await office_page(
        visit,
        account_id,
        SECTION,
        "integrations/one_hook",
        hook=await visit.api.webhooks.one(account_id, webhook_id),
        deliveries=deliveries.items,
        next_cursor=deliveries.next_cursor,
        made=made,
        zone=await zone_of(visit, account_id),
    )
