"""Finding a client by any part of a name or of a phone, and their card."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from contracts.http.clients import ClientCardPatch
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.manage.office import member_of
from gateway.pages.newer import beside, is_stale
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

router = page_router()

SHOWN = 20


@router.get("/desk/{account_id}/search")
async def search(visit: VisitDep, account_id: UUID) -> Response:
    """The cards that fit, each with what can be done with it."""
    member = await member_of(visit, account_id)
    asked = visit.query.get("q", "").strip()[:100]
    found = (await visit.api.booking.clients(account_id, q=asked)).items if asked else []
    return visit.page(
        "desk/search.html.jinja",
        member=member,
        account_id=account_id,
        asked=asked,
        found=found[:SHOWN],
        has_more=len(found) > SHOWN,
    )


@router.get("/desk/{account_id}/clients/{client_id}")
async def card(visit: VisitDep, account_id: UUID, client_id: UUID) -> Response:
    """One card with its visits."""
    return await _page(visit, account_id, client_id, Form())


@router.post("/desk/{account_id}/clients/{client_id}")
async def change(visit: VisitDep, account_id: UUID, client_id: UUID) -> Response:
    """Name and note, with the version that was seen."""
    form = await visit.form()
    version = form.whole("version")
    values = {"name": form.text("name"), "surname": form.text("surname"), "note": form.value("note").strip()}
    try:
        body = visit.body(ClientCardPatch, values)
        await visit.api.booking.change_client(
            account_id, client_id, body, version=version if isinstance(version, int) else None
        )
    except Refused as refused:
        if refused.status in (401, 404):
            raise
        form.note(refused.problem)
        if is_stale(refused):
            now = await visit.api.booking.client(account_id, client_id)
            saved = Form.of(name=now.name, surname=now.surname, note=now.note, version=now.version)
            labels = {"name": t("label.client_name"), "note": t("label.note")}
            labels |= {} if "surname" in now.masked else {"surname": t("label.surname")}
            form = beside(form, saved, labels)
        return await _page(visit, account_id, client_id, form, refused)
    return visit.go(f"/desk/{account_id}/clients/{client_id}", "manage.saved")


async def _page(
    visit: Visit, account_id: UUID, client_id: UUID, form: Form, refused: Refused | None = None
) -> Response:
    member = await member_of(visit, account_id)
    visit.address = f"/desk/{account_id}/clients/{client_id}"
    found = await visit.api.booking.client(account_id, client_id)
    return visit.page(
        "desk/card.html.jinja",
        refused.status if refused else 200,
        member=member,
        account_id=account_id,
        card=found,
        history=await visit.api.booking.client_history(account_id, client_id),
        form=form,
    )
