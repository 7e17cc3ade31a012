"""A fresh code before a dangerous act: sent to the person's own phone, entered, and back to where the act was."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from gateway.clients import Refused

from . import codes
from .forms import Form
from .login import note_code
from .route import page_router
from .visit import Visit, VisitDep, safe_next

router = page_router()


@router.get("/login/confirm")
async def explain(visit: VisitDep) -> Response:
    """Why a code is wanted, and a button that sends it."""
    if await _has_app(visit):
        return await _app_page(visit, Form())
    return await _page(visit, "login/confirm.html.jinja", Form())


@router.post("/login/confirm")
async def send_code(visit: VisitDep) -> Response:
    """A code goes to the person's own phone; asked for again, the one that is still good is waited for."""
    profile = await visit.profile()
    try:
        await codes.send(visit, profile.phone)
    except Refused as refused:
        return await _page(visit, "login/confirm.html.jinja", Form().note(refused.problem), refused.status)
    return visit.go(_address(visit, "/login/confirm/code"))


@router.get("/login/confirm/code")
async def ask_code(visit: VisitDep) -> Response:
    """The code."""
    return await (_app_page if await _has_app(visit) else _code_page)(visit, Form())


@router.post("/login/confirm/code")
async def check_code(visit: VisitDep) -> Response:
    """With the right one, back to where one was."""
    form = await visit.form()
    show = _app_page if await _has_app(visit) else _code_page
    try:
        await codes.confirm(visit, form.value("code"))
    except Refused as refused:
        # A wrong code is a 401 as well: it says nothing about the session.
        return await show(visit, note_code(form, refused), 422 if refused.status == 401 else refused.status)
    codes.done(visit)
    return visit.go(_next(visit), "confirm.done")


async def _has_app(visit: Visit) -> bool:
    """Whether the person's code comes from an app: then no SMS is sent."""
    await visit.profile()
    return (await visit.api.own.second_factor()).state == "in_force"


async def _app_page(visit: Visit, form: Form, status: int = 200) -> Response:
    act = _address(visit, "/login/confirm/code")
    return await _page(visit, "login/confirm_app.html.jinja", form, status, act=act)


async def _code_page(visit: Visit, form: Form, status: int = 200) -> Response:
    waiting = codes.pending(visit)
    if waiting is None:
        return visit.go(_address(visit, "/login/confirm"))
    visit.address = _address(visit, "/login/confirm/code")
    again = _address(visit, "/login/confirm")
    return await _page(
        visit,
        "login/confirm_code.html.jinja",
        form,
        status,
        resend_at=waiting.resend,
        act=visit.address,
        again=again,
        code_submit=None,
    )


async def _page(visit: Visit, template: str, form: Form, status: int = 200, **values: object) -> Response:
    profile = await visit.profile()
    return visit.page(template, status, form=form, phone_e164=profile.phone, back=_next(visit), **values)


def _address(visit: Visit, path: str) -> str:
    return f"{path}?next={quote(_next(visit))}"


def _next(visit: Visit) -> str:
    return safe_next(visit.query.get("next"), "/manage")
