"""Clients of the account: the list with search, one card, doubles, own fields, export and erasure."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.http.clients import ClientCard, ClientCardPatch, ClientFieldBody, EraseBody
from gateway.clients import Refused
from gateway.pages.forms import Form, uuids
from gateway.pages.newer import Words, beside, is_stale, ticked
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

from .office import office_page
from .schedule import zone_of

router = page_router()

_SECTION = "clients"
_KINDS = ("text", "number", "date", "yes_no", "choice")
_TEXTS = ("name", "surname", "phone", "email", "note")


@router.get("/manage/{account_id}/clients")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """By name; `q` is any part of a name or of a phone."""
    asked = visit.query.get("q", "")[:100]
    found = await visit.api.booking.clients(account_id, q=asked or None, cursor=visit.query.get("cursor"))
    later = visit.here(cursor=found.next_cursor) if found.next_cursor else None
    return await office_page(visit, account_id, _SECTION, "clients", items=found.items, q=asked, later=later)


@router.get("/manage/{account_id}/clients/doubles")
async def doubles(visit: VisitDep, account_id: UUID) -> Response:
    """Cards that may be one person."""
    found = (await visit.api.care.doubles(account_id)).items
    return await office_page(visit, account_id, _SECTION, "client_doubles", groups=found)


@router.post("/manage/{account_id}/clients/doubles")
async def merge(visit: VisitDep, account_id: UUID) -> Response:
    """Put the other cards of a group into the one that is kept."""
    form = await visit.form()
    kept, *_ = [*uuids(form.many("kept")), None]
    if kept is not None:
        for double in uuids(form.many("cards")):
            if double != kept:
                key = f"{form.key or uuid4()}-{double.hex[-8:]}"
                await visit.api.care.merge(account_id, kept, double, key=key)
        return visit.go(f"/manage/{account_id}/clients/{kept}", "client.merged")
    return visit.go(f"/manage/{account_id}/clients/doubles", "client.choose_kept")


@router.get("/manage/{account_id}/clients/fields")
async def fields(visit: VisitDep, account_id: UUID) -> Response:
    """The account's own fields of a card."""
    return await _fields_page(visit, account_id, Form())


@router.post("/manage/{account_id}/clients/fields")
async def add_field(visit: VisitDep, account_id: UUID) -> Response:
    """Another one."""
    form = await visit.form()
    choices = [one.strip() for one in form.value("choices").split(",") if one.strip()]
    values = {"name": form.value("name"), "kind": form.value("kind") or "text", "is_contact": form.has("is_contact")}
    try:
        body = visit.body(ClientFieldBody, values | ({"choices": choices} if choices else {}))
        await visit.api.care.add_field(account_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in (401, 403):
            raise
        return await _fields_page(visit, account_id, form.note(refused.problem), refused.status)
    return visit.go(f"/manage/{account_id}/clients/fields", "manage.saved")


@router.post("/manage/{account_id}/clients/fields/{field_id}/drop")
async def drop_field(visit: VisitDep, account_id: UUID, field_id: UUID) -> Response:
    """One less."""
    await visit.api.care.drop_field(account_id, field_id)
    return visit.go(f"/manage/{account_id}/clients/fields", "manage.saved")


@router.get("/manage/{account_id}/clients/{client_id}")
async def shown(visit: VisitDep, account_id: UUID, client_id: UUID) -> Response:
    """One card, masked as the reader's rights say."""
    return await _card_page(visit, account_id, client_id, None)


@router.post("/manage/{account_id}/clients/{client_id}")
async def change(visit: VisitDep, account_id: UUID, client_id: UUID) -> Response:
    """Change what is not masked."""
    form = await visit.form()
    now = await visit.api.booking.client(account_id, client_id)
    shown_fields = [name for name in _TEXTS if name not in now.masked]
    values = {name: form.text(name) for name in shown_fields} | {"notifications_on": form.has("notifications_on")}
    version = form.whole("version")
    try:
        body = visit.body(ClientCardPatch, values, emptied=tuple(one for one in shown_fields if one != "name"))
        await visit.api.booking.change_client(
            account_id, client_id, body, version=version if isinstance(version, int) else None
        )
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        form.note(refused.problem)
        if is_stale(refused):
            form = beside(
                form, _filled(await visit.api.booking.client(account_id, client_id)), *_compared(shown_fields)
            )
        return await _card_page(visit, account_id, client_id, form, refused.status)
    return visit.go(f"/manage/{account_id}/clients/{client_id}", "manage.saved")


@router.get("/manage/{account_id}/clients/{client_id}/export")
async def export(visit: VisitDep, account_id: UUID, client_id: UUID) -> Response:
    """Everything kept of the person, as a file."""
    content = await visit.api.care.export(account_id, client_id)
    return Response(
        content,
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="client-{client_id}.json"', "Cache-Control": "no-store"},
    )


@router.post("/manage/{account_id}/clients/{client_id}/merges/{merge_id}/undo")
async def undo(visit: VisitDep, account_id: UUID, client_id: UUID, merge_id: UUID) -> Response:
    """Take a merge back."""
    form = await visit.form()
    await visit.api.care.undo_merge(account_id, client_id, merge_id, key=form.key or str(uuid4()))
    return visit.go(f"/manage/{account_id}/clients/{client_id}", "client.unmerged")


@router.post("/manage/{account_id}/clients/{client_id}/erase")
async def erase(visit: VisitDep, account_id: UUID, client_id: UUID) -> Response:
    """Forget the person; the word is typed, since nothing brings the data back."""
    form = await visit.form()
    try:
        body = visit.body(EraseBody, {"confirm": form.value("confirm").strip().lower()})
        await visit.api.care.erase(account_id, client_id, body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        return await _card_page(visit, account_id, client_id, None, refused.status, erasing=form.note(refused.problem))
    return visit.go(f"/manage/{account_id}/clients", "client.erased")


def _filled(card: ClientCard) -> Form:
    known = {name: getattr(card, name) for name in _TEXTS}
    return Form.of(**known, version=card.version, notifications_on="on" if card.notifications_on else None)


def _compared(names: list[str]) -> tuple[dict[str, str], dict[str, Words]]:
    """The fields of a card that its reader sees, and the words for the box."""
    labels = {"name": "client_name", "surname": "client_surname", "note": "client_note"}
    found = {name: t(f"label.{labels.get(name, name)}") for name in names}
    return found | {"notifications_on": t("client.notifications")}, {"notifications_on": ticked()}


async def _fields_page(visit: Visit, account_id: UUID, form: Form, status: int = 200) -> Response:
    items = (await visit.api.care.fields(account_id)).items
    return await office_page(visit, account_id, _SECTION, "client_fields", status, items=items, form=form, kinds=_KINDS)


async def _card_page(
    visit: Visit,
    account_id: UUID,
    client_id: UUID,
    form: Form | None,
    status: int = 200,
    *,
    erasing: Form | None = None,
) -> Response:
    visit.address = f"/manage/{account_id}/clients/{client_id}"
    card = await visit.api.booking.client(account_id, client_id)
    history = await visit.api.booking.client_history(account_id, client_id)
    try:
        merges = (await visit.api.care.merges(account_id, client_id)).items
    except Refused as refused:
        if refused.status != 403:
            raise
        merges = []
    said = form or _filled(card)
    return await office_page(
        visit,
        account_id,
        _SECTION,
        "client_card",
        status,
        card=card,
        form=said,
        history=history,
        merges=[one for one in merges if one.undone_at is None],
        fields={one.id: one.name for one in (await visit.api.care.fields(account_id)).items},
        zone=zone_of((await visit.api.catalogue.locations(account_id)).items),
        erasing=erasing or Form(),
        texts_shown=_TEXTS,
    )
