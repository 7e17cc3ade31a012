"""How long cards of clients are kept who come no more: chosen, seen, and only then confirmed."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from contracts.http.clients import RetentionBody
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.newer import beside, is_stale
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import n, t

from .office import office_page

router = page_router()

USUAL = (12, 24, 36, 60)
MOST_COUNTED = 1000
_PATH = "/manage/{account_id}/settings/retention"


@router.get(_PATH)
async def shown(visit: VisitDep, account_id: UUID) -> Response:
    """What is set now."""
    now = await visit.api.care.retention(account_id)
    return await _page(visit, account_id, Form.of(months=now.months, version=now.version))


@router.post(_PATH)
async def change(visit: VisitDep, account_id: UUID) -> Response:
    """Save it; a time shorter than before is shown first with the cards that it would erase."""
    form = await visit.form()
    months, version = form.whole("months"), form.whole("version")
    confirm = "erase" if form.has("confirm", "erase") else None
    try:
        values = {"months": months, "confirm": confirm}
        body = visit.body(RetentionBody, values, emptied=("months",))
        await visit.api.care.set_retention(account_id, body, version=version if isinstance(version, int) else None)
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        pointers = [error.get("pointer") for error in refused.problem.get("errors") or []]
        if pointers == ["/confirm"] and isinstance(months, int):
            due = (await visit.api.care.retention(account_id, months=months)).due
            return await _page(visit, account_id, form, refused.status, due=due)
        form.note(refused.problem)
        if is_stale(refused):
            form = await _newer(visit, account_id, form)
        return await _page(visit, account_id, form, refused.status)
    return visit.go(_PATH.format(account_id=account_id), "manage.saved")


async def _newer(visit: Visit, account_id: UUID, form: Form) -> Form:
    """What was chosen stays; beside it stands what somebody else has saved meanwhile."""
    now = await visit.api.care.retention(account_id)
    saved = Form.of(months=now.months, version=now.version)
    words = {"": _said(None)} | ({str(now.months): _said(now.months)} if now.months else {})
    return beside(form, saved, {"months": t("label.months")}, {"months": words})


def _said(months: int | None) -> str:
    return t("retention.always") if months is None else n("unit.months", months)


async def _page(visit: Visit, account_id: UUID, form: Form, status: int = 200, *, due: int | None = None) -> Response:
    visit.address = _PATH.format(account_id=account_id)
    now = await visit.api.care.retention(account_id)
    chosen = {number for number in (now.months, form.whole("months")) if isinstance(number, int)}
    return await office_page(
        visit,
        account_id,
        "settings",
        "retention",
        status,
        form=form,
        now=now,
        due=due,
        most=MOST_COUNTED,
        options=[("", _said(None)), *((str(number), _said(number)) for number in sorted({*USUAL, *chosen}))],
    )
