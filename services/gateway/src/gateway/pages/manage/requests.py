"""Asking for a right where it was refused, and deciding about what others asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.access import AccessRequestBody, GrantBody
from gateway.clients import Refused
from gateway.pages.errors import PageUnknown
from gateway.pages.route import page_router
from gateway.pages.said import object_said
from gateway.pages.visit import VisitDep, safe_next

from .office import office_page

router = page_router()

_SPANS = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}


@router.get("/manage/{account_id}/ask")
async def asked_before(visit: VisitDep, account_id: UUID) -> Response:
    """One's own requests with what became of them."""
    found = (await visit.api.access.requests(account_id)).items
    return await office_page(visit, account_id, "rights", "requests", items=found)


@router.post("/manage/{account_id}/ask")
async def ask(visit: VisitDep, account_id: UUID) -> Response:
    """Send the wish that a refusal held ready."""
    form = await visit.form()
    wish = object_said(form.value("wish"))
    if wish is None:
        raise PageUnknown
    values = {**wish, "to": form.text("to"), "note": form.text("note")}
    body = visit.body(AccessRequestBody, values)
    await visit.api.access.ask(account_id, body, key=form.key or str(uuid4()))
    return visit.go(safe_next(form.value("back"), f"/manage/{account_id}/ask"), "ask.sent")


@router.post("/manage/{account_id}/requests/{request_id}/{act}")
async def decide(visit: VisitDep, account_id: UUID, request_id: UUID, act: Literal["grant", "decline"]) -> Response:
    """Give it, for ever or for a while, or say no."""
    form = await visit.form()
    back = f"/manage/{account_id}/rights"
    if act == "decline":
        await visit.api.access.decline(account_id, request_id)
        return visit.go(back, "ask.declined")
    span = _SPANS.get(form.value("span"))
    ends = (datetime.now(UTC) + span).replace(microsecond=0) if span else None
    try:
        await visit.api.access.grant(account_id, request_id, GrantBody(expires_at=ends) if ends else GrantBody())
    except Refused as refused:
        if refused.code != "identity.request_decided":
            raise
        return visit.go(back, "ask.decided")
    return visit.go(back, "ask.granted")
