"""Asking for a right that a refusal named: one press sends the wish to whoever can grant it."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.responses import JSONResponse, Response

from contracts.http.access import AccessRequestBody
from gateway.clients import Refused
from gateway.pages.route import page_router
from gateway.pages.said import object_said
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

from .live_board import refusal

router = page_router()


@router.post("/desk/{account_id}/ask")
async def ask(visit: VisitDep, account_id: UUID) -> Response:
    """From a page: send it, come back and say so."""
    form = await visit.form()
    await _send(visit, account_id, form.value("ask"), form.key)
    back = form.value("back")
    return visit.go(back if back.startswith(f"/desk/{account_id}") else f"/desk/{account_id}", "desk.asked")


@router.post("/desk/{account_id}/ask.json")
async def ask_from_script(visit: VisitDep, account_id: UUID) -> Response:
    """The same from the calendar."""
    form = await visit.form()
    try:
        await _send(visit, account_id, form.value("ask"), form.key)
    except Refused as refused:
        return refusal(refused)
    return JSONResponse({"said": t("desk.asked")})


async def _send(visit: Visit, account_id: UUID, ask_text: str, key: str | None) -> None:
    wish = object_said(ask_text) or {}
    body = visit.body(AccessRequestBody, wish.get("body", wish))
    await visit.api.identity.ask_for_access(account_id, body, key=key or str(uuid4()))
