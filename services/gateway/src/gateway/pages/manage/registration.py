"""`/register`: an account of one's own, bookable within minutes."""

from __future__ import annotations

from uuid import uuid4

from starlette.responses import Response

from contracts.http.identity import AccountBody
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

router = page_router()

_FIELDS = {
    "/name": "name",
    "/vanity_address": "vanity_address",
    "/city": "city",
    "/time_zone": "time_zone",
}


@router.get("/register")
async def ask(visit: VisitDep) -> Response:
    """What the firm is called and where its page shall be; a stranger signs in on the way."""
    if not visit.is_signed_in:
        return visit.page("manage/welcome.html.jinja")
    return _page(visit, Form.of(time_zone="Europe/Kyiv"))


@router.post("/register")
async def register(visit: VisitDep) -> Response:
    """Make the account and go on with what it needs."""
    await visit.profile()
    form = await visit.form()
    try:
        body = visit.body(
            AccountBody,
            {
                "name": form.value("name"),
                "vanity_address": form.value("vanity_address"),
                "city": form.text("city"),
                "time_zone": form.text("time_zone"),
                "language": visit.language,
            },
        )
        account = await visit.api.identity.register_account(body, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status == 401:
            raise
        form.note(refused.problem, _FIELDS)
        return _page(visit, form, refused.status, suggestions=refused.problem.get("suggestions") or [])
    return visit.go(f"/manage/{account.id}", "register.done", name=account.name)


def _page(visit: Visit, form: Form, status: int = 200, suggestions: list[str] | None = None) -> Response:
    host = visit.settings.public_url.split("://", 1)[-1].rstrip("/")
    return visit.page("manage/register.html.jinja", status, form=form, host=host, suggestions=suggestions or [])
