"""`/me/waiting`: what a person waits for, and the times that are offered."""

from __future__ import annotations

from uuid import UUID, uuid4

from starlette.responses import Response

from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

router = page_router()

_OPEN = frozenset({"waiting", "offered"})


@router.get("/me/waiting")
async def waiting(visit: VisitDep) -> Response:
    """Offers first: they end soon."""
    return await _page(visit, Form())


@router.post("/me/waiting/{entry_id}/stop")
async def stop(visit: VisitDep, entry_id: UUID) -> Response:
    """Wait no longer."""
    try:
        await visit.api.own.stop_waiting(entry_id)
    except Refused as refused:
        return await _refused(visit, refused)
    return visit.go("/me/waiting", "wait.stopped")


@router.post("/me/waiting/{entry_id}/accept")
async def accept(visit: VisitDep, entry_id: UUID) -> Response:
    """Book the time that was offered."""
    form = await visit.form()
    try:
        booking = await visit.api.own.accept(entry_id, key=form.key or str(uuid4()))
    except Refused as refused:
        return await _refused(visit, refused)
    return visit.go(f"/b/{booking.code}?new=1")


@router.post("/me/waiting/{entry_id}/decline")
async def decline(visit: VisitDep, entry_id: UUID) -> Response:
    """Not this time; the wish waits on."""
    form = await visit.form()
    try:
        await visit.api.own.decline(entry_id, key=form.key or str(uuid4()))
    except Refused as refused:
        return await _refused(visit, refused)
    return visit.go("/me/waiting", "wait.declined")


async def _refused(visit: Visit, refused: Refused) -> Response:
    if refused.status in (401, 404):
        raise refused
    visit.address = "/me/waiting"
    return await _page(visit, Form().note(refused.problem), refused.status)


async def _page(visit: Visit, form: Form, status: int = 200) -> Response:
    await visit.profile()
    entries = [one for one in (await visit.api.own.waits()).items if one.state in _OPEN]
    entries.sort(key=lambda one: one.offer is None)
    return visit.page("me/waiting.html.jinja", status, section="waiting", entries=entries, form=form)
