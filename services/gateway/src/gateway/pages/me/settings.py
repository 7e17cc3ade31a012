"""`/me/settings`: name and language, and the ways to messages, devices, phone and data."""

from __future__ import annotations

from starlette.responses import Response

from contracts.http.identity import ProfileBody
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

router = page_router()


@router.get("/me/settings")
async def settings(visit: VisitDep) -> Response:
    """What the person has set."""
    profile = await visit.profile()
    return await _page(visit, Form.of(name=profile.name, language=profile.language))


@router.post("/me/settings")
async def change(visit: VisitDep) -> Response:
    """Name and the language of messages; the page itself follows."""
    form = await visit.form()
    try:
        body = visit.body(ProfileBody, {"name": form.text("name"), "language": form.text("language")})
        profile = await visit.api.identity.change_me(body)
    except Refused as refused:
        if refused.status == 401:
            raise
        return await _page(visit, form.note(refused.problem), refused.status)
    visit.cookies.put("lang", profile.language)
    return visit.go("/me/settings", "settings.saved")


async def _page(visit: Visit, form: Form, status: int = 200) -> Response:
    return visit.page("me/settings.html.jinja", status, section="settings", profile=await visit.profile(), form=form)
