"""`/me/messages`: what a person does not want to be told, everywhere and at single firms."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from contracts.http.notifications import ClientPreferences
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

router = page_router()

CHANNELS = ("sms", "viber", "voice", "email")
_KINDS = ("messages", "reminders", "changes")


@router.get("/me/messages")
async def messages(visit: VisitDep) -> Response:
    """What comes, and by which ways."""
    return await _page(visit)


@router.post("/me/messages")
async def everywhere(visit: VisitDep) -> Response:
    """At every firm."""
    form = await visit.form()
    try:
        await visit.api.own.set_wishes(visit.body(ClientPreferences, {kind: form.has(kind) for kind in _KINDS}))
    except Refused as refused:
        return await _refused(visit, refused)
    return visit.go("/me/messages", "settings.saved")


@router.post("/me/messages/{account_id}")
async def at_one(visit: VisitDep, account_id: UUID) -> Response:
    """At one firm, by channel too."""
    form = await visit.form()
    shown, wanted = form.many("shown"), form.many("channels")
    values = {
        **{kind: form.has(kind) for kind in _KINDS},
        "refused_channels": [one for one in shown if one not in wanted],
    }
    try:
        await visit.api.own.set_wishes_at(account_id, visit.body(ClientPreferences, values))
    except Refused as refused:
        return await _refused(visit, refused)
    return visit.go(f"/me/messages#a-{account_id}", "settings.saved")


async def _refused(visit: Visit, refused: Refused) -> Response:
    if refused.status in (401, 404):
        raise refused
    visit.address = "/me/messages"
    return await _page(visit, Form().note(refused.problem), refused.status)


async def _page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    await visit.profile()
    return visit.page(
        "me/messages.html.jinja",
        status,
        section="settings",
        wishes=await visit.api.own.wishes(),
        accounts=(await visit.api.own.wishes_by_account()).items,
        channels=CHANNELS,
        form=form or Form(),
    )
