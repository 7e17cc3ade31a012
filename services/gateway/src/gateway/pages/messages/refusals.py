"""What one client does not want to get, written down by staff at the client's wish."""

from __future__ import annotations

from typing import get_args
from uuid import UUID

from starlette.responses import Response

from contracts.http.notifications import ClientChannel, ClientPreferences
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.registers.frame import keep_typed, zone_of
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .frame import message_page

router = page_router()

_ONE = "/manage/{account_id}/messages/clients/{client_id}"
_WISHES = ("messages", "reminders", "changes")
_CHANNELS: tuple[str, ...] = get_args(ClientChannel)


@router.get(_ONE)
async def shown(visit: VisitDep, account_id: UUID, client_id: UUID) -> Response:
    """As it is written down now, by whom and when."""
    return await _page(visit, account_id, client_id, None)


@router.post(_ONE)
async def write(visit: VisitDep, account_id: UUID, client_id: UUID) -> Response:
    """Write it down; the reader's name stands with it."""
    form = await visit.form()
    values = {name: form.has(name) for name in _WISHES}
    values |= {"refused_channels": [name for name in _CHANNELS if not form.has("channels", name)]}  # type: ignore[dict-item]
    try:
        body = visit.body(ClientPreferences, values)
        await visit.api.notifications.set_client_preferences(account_id, client_id, body)
    except Refused as refused:
        return await _page(visit, account_id, client_id, keep_typed(refused, form, {}), refused.status)
    return visit.go(f"/manage/{account_id}/messages/clients/{client_id}", "refusals.saved")


async def _page(visit: Visit, account_id: UUID, client_id: UUID, form: Form | None, status: int = 200) -> Response:
    now = await visit.api.notifications.client_preferences(account_id, client_id)
    filled = form or Form.of(
        messages="on" if now.messages else None,
        reminders="on" if now.reminders else None,
        changes="on" if now.changes else None,
        channels=[name for name in _CHANNELS if name not in now.refused_channels],
    )
    return await message_page(
        visit,
        account_id,
        "messages",
        "refusals",
        status,
        now=now,
        form=filled,
        wishes=_WISHES,
        channels=_CHANNELS,
        client_id=client_id,
        zone=await zone_of(visit, account_id),
    )
