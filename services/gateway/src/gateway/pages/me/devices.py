"""`/me/devices`: where the person is signed in."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from gateway.clients import Refused
from gateway.pages.route import page_router
from gateway.pages.visit import VisitDep
from gateway.pages.zones import own_zone

router = page_router()


@router.get("/me/devices")
async def devices(visit: VisitDep) -> Response:
    """This one first, then by last use."""
    await visit.profile()
    found = sorted((await visit.api.identity.sessions()).items, key=lambda one: not one.is_current)
    return visit.page("me/devices.html.jinja", section="settings", zone=await own_zone(visit), sessions=found)


@router.post("/me/devices/{session_id}/end")
async def end(visit: VisitDep, session_id: UUID) -> Response:
    """Sign one device out; one that is out already is as wanted."""
    try:
        await visit.api.identity.end_session(session_id)
    except Refused as refused:
        if refused.status != 404:
            raise
    return visit.go("/me/devices", "devices.ended")


@router.post("/me/devices/end-all")
async def end_all(visit: VisitDep) -> Response:
    """Sign out everywhere, here too."""
    await visit.profile()
    await visit.api.own.sign_out_everywhere()
    visit.signed_out()
    return visit.go("/login", "devices.all_ended")
