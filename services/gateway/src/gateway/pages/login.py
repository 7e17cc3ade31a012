"""Signing in: phone, code from the SMS, and back to where one wanted to be."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from gateway.clients import Refused

from . import codes
from .forms import Form
from .rendering import sentence
from .route import page_router
from .visit import Visit, VisitDep, safe_next

router = page_router()

PUZZLE = "/api/v1/auth/captcha"
"""Where the browser gets the work that shows that no machine asks for many codes."""
_PUZZLE_WANTED = "identity.captcha_required"
CODE_FIELDS = {"/phone": "phone", "/code": "code"}


@router.get("/login")
async def ask_phone(visit: VisitDep) -> Response:
    """The phone."""
    if visit.is_signed_in:
        return visit.go(_next(visit))
    waiting = codes.pending(visit)
    return visit.page("login/phone.html.jinja", form=Form.of(phone=waiting.phone if waiting else None), puzzle=None)


@router.post("/login")
async def send_code(visit: VisitDep) -> Response:
    """A code goes to the phone."""
    form = await visit.form()
    try:
        await codes.send(visit, form.value("phone"), captcha=form.text("captcha"))
    except Refused as refused:
        form.note(refused.problem, CODE_FIELDS)
        puzzle = PUZZLE if form.code == _PUZZLE_WANTED or form.text("captcha") else None
        return visit.page("login/phone.html.jinja", refused.status, form=form, puzzle=puzzle)
    return visit.go(_code_address(visit))


@router.get("/login/code")
async def ask_code(visit: VisitDep) -> Response:
    """The code."""
    return _code_page(visit, Form())


@router.post("/login/code")
async def check_code(visit: VisitDep) -> Response:
    """In with the right one."""
    form = await visit.form()
    waiting = codes.pending(visit)
    if waiting is None:
        return visit.go("/login", "code.lost")
    try:
        await codes.sign_in(visit, waiting.phone, form.value("code"))
    except Refused as refused:
        if refused.code == codes.SECOND_STEP:
            return visit.go(second_address(_next(visit)))
        return _code_page(visit, note_code(form, refused), refused.status)
    codes.done(visit)
    return visit.go(_next(visit))


@router.post("/login/again")
async def send_again(visit: VisitDep) -> Response:
    """Another code to the same phone."""
    waiting = codes.pending(visit)
    if waiting is None:
        return visit.go("/login", "code.lost")
    try:
        await codes.send(visit, waiting.phone)
    except Refused as refused:
        return _code_page(visit, Form().note(refused.problem), refused.status)
    return visit.go(_code_address(visit), "code.sent_again")


@router.get("/login/second")
async def ask_second(visit: VisitDep) -> Response:
    """A code of the authenticator app, on a device that never showed one."""
    return _second_page(visit, Form())


@router.post("/login/second")
async def check_second(visit: VisitDep) -> Response:
    """In with the right one."""
    form = await visit.form()
    if not codes.has_second_step(visit):
        return visit.go("/login", "code.lost")
    try:
        await codes.sign_in_second(visit, form.value("code"))
    except Refused as refused:
        return _second_page(visit, note_code(form, refused), 422 if refused.status == 401 else refused.status)
    codes.done(visit)
    return visit.go(_next(visit))


@router.post("/logout")
async def sign_out(visit: VisitDep) -> Response:
    """Out: the session ends at identity too, so its tokens are worth nothing anywhere."""
    if visit.is_signed_in:
        try:
            sessions = await visit.api.identity.sessions()
            for one in sessions.items:
                if one.is_current:
                    await visit.api.identity.end_session(one.id)
        except Refused as refused:
            if refused.status != 401:
                raise
    visit.signed_out()
    return visit.go("/", "login.out")


def second_address(following: str) -> str:
    """Where the second factor is asked for, on the way to another page."""
    return f"/login/second?next={quote(following)}"


def note_code(form: Form, refused: Refused) -> Form:
    """A refused code stands beside its field."""
    if refused.problem.get("errors"):
        return form.note(refused.problem, CODE_FIELDS)
    fix = refused.problem.get("fix") or {}
    said = [sentence(str(part)) for part in (refused.problem.get("title"), fix.get("text")) if part]
    return form.refuse("code", " ".join(said))


def _code_page(visit: Visit, form: Form, status: int = 200) -> Response:
    waiting = codes.pending(visit)
    if waiting is None:
        return visit.go("/login")
    visit.address = _code_address(visit)
    following = quote(_next(visit))
    return visit.page(
        "login/code.html.jinja",
        status,
        form=form,
        phone_e164=waiting.phone,
        resend_at=waiting.resend,
        act=f"/login/code?next={following}",
        again=f"/login/again?next={following}",
        other=f"/login?next={following}",
        code_submit=None,
    )


def _second_page(visit: Visit, form: Form, status: int = 200) -> Response:
    if not codes.has_second_step(visit):
        return visit.go("/login")
    visit.address = second_address(_next(visit))
    return visit.page("login/second.html.jinja", status, form=form, act=visit.address, other=visit.login_address)


def _code_address(visit: Visit) -> str:
    return f"/login/code?next={quote(_next(visit))}"


def _next(visit: Visit) -> str:
    return safe_next(visit.query.get("next"), "/me")
