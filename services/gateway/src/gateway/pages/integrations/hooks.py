"""Web hooks: who is told of events, and the form for another one. A secret is shown once."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.webhooks import WebhookDraft, WebhookWithSecret
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.manage.office import office_page
from gateway.pages.registers.frame import keep_typed
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .overview import SECTION

router = page_router()


@router.get("/manage/{account_id}/webhooks")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """All of them."""
    return await _page(visit, account_id, Form.of(event_types=["*"]))


@router.post("/manage/{account_id}/webhooks")
async def add(visit: VisitDep, account_id: UUID) -> Response:
    """A new one; the page that answers is the only one that shows its secret."""
    form = await visit.form()
    values = {
        "url": form.value("url"),
        "event_types": form.many("event_types"),
        "description": form.text("description"),
        "with_client_contacts": form.has("with_client_contacts"),
    }
    try:
        body = visit.body(WebhookDraft, values)
        made = await visit.api.webhooks.create(account_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        return await _page(visit, account_id, keep_typed(refused, form, {}), refused.status)
    return await _page(visit, account_id, Form.of(event_types=["*"]), made=made)


async def _page(
    visit: Visit, account_id: UUID, form: Form, status: int = 200, *, made: WebhookWithSecret | None = None
) -> Response:
    visit.address = f"/manage/{account_id}/webhooks"
    found = await visit.api.webhooks.listed(account_id)
    families = sorted({f"{name.partition('.')[0]}.*" for name in found.event_types})
    return await office_page(
        visit,
        account_id,
        SECTION,
        "integrations/hooks",
        status,
        hooks=found.items,
        types=["*", *families, *found.event_types],
        form=form,
        made=made,
    )
