"""`/me/phone`: another phone to sign in with. Its day comes later, so that a thief of a session is noticed in time."""

from __future__ import annotations

from starlette.responses import Response

from contracts.http.identity import PhoneChangeBody
from gateway.clients import Refused
from gateway.pages import codes
from gateway.pages.forms import Form
from gateway.pages.login import CODE_FIELDS, note_code
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.zones import own_zone

router = page_router()

_CODE = "/me/phone/code"
_PURPOSE = "phone"


@router.get("/me/phone")
async def phone(visit: VisitDep) -> Response:
    """The present phone, a change that waits, or the form for a new one."""
    return await _page(visit, Form())


@router.post("/me/phone")
async def send_code(visit: VisitDep) -> Response:
    """A code goes to the new phone."""
    await visit.profile()
    form = await visit.form()
    try:
        await codes.send(visit, form.value("phone"))
    except Refused as refused:
        return await _page(visit, form.note(refused.problem, CODE_FIELDS), refused.status)
    return visit.go(_CODE)


@router.get("/me/phone/code")
async def ask_code(visit: VisitDep) -> Response:
    """The code from the new phone."""
    await visit.profile()
    return _code_page(visit, Form())


@router.post("/me/phone/code")
async def check_code(visit: VisitDep) -> Response:
    """With the right one the change waits for its day."""
    form = await visit.form()
    waiting = codes.pending(visit)
    if waiting is None:
        return visit.go("/me/phone", "code.lost")
    body = {"phone": waiting.phone, "code": form.value("code"), "attempt": waiting.attempt or None}
    try:
        await visit.api.own.change_phone(visit.body(PhoneChangeBody, body))
    except Refused as refused:
        if refused.code == "access.step_up_required":
            raise
        # A wrong code is a 401 as well: it says nothing about the session.
        return _code_page(visit, note_code(form, refused), 422 if refused.status == 401 else refused.status)
    codes.done(visit)
    return visit.go("/me/phone", "phone.will_change")


@router.post("/me/phone/keep")
async def keep(visit: VisitDep) -> Response:
    """Keep the present phone."""
    try:
        await visit.api.own.keep_phone()
    except Refused as refused:
        if refused.status != 404:
            raise
    return visit.go("/me/phone", "phone.kept")


def _code_page(visit: Visit, form: Form, status: int = 200) -> Response:
    waiting = codes.pending(visit)
    if waiting is None:
        return visit.go("/me/phone")
    visit.address = _CODE
    return visit.page(
        "me/phone_code.html.jinja",
        status,
        section="settings",
        form=form,
        phone_e164=waiting.phone,
        resend_at=waiting.resend,
        act=_CODE,
        again="/me/phone/again",
        code_submit=None,
    )


@router.post("/me/phone/again")
async def send_again(visit: VisitDep) -> Response:
    """Another code to the same new phone."""
    waiting = codes.pending(visit)
    if waiting is None:
        return visit.go("/me/phone", "code.lost")
    try:
        await codes.send(visit, waiting.phone)
    except Refused as refused:
        return _code_page(visit, Form().note(refused.problem), refused.status)
    return visit.go(_CODE, "code.sent_again")


async def _page(visit: Visit, form: Form, status: int = 200) -> Response:
    profile = await visit.profile()
    change = (await visit.api.own.phone_change()).change
    zone = await own_zone(visit)
    return visit.page(
        "me/phone.html.jinja", status, section="settings", profile=profile, change=change, zone=zone, form=form
    )
