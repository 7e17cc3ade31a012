"""Every page is a route of this class: it knows the visitor, guards forms, and turns refusals into pages."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateway.clients import Refused
from kit import problems
from kit.errors import Failed, InvalidInput, Problem

from . import session
from .errors import GoTo, PageUnknown, SignInNeeded
from .visit import Visit
from .words import texts

log = structlog.get_logger("pages")


def policy(form_action: str = "'self'") -> str:
    """What a page of ours may load and where its forms may go."""
    rules = (
        "default-src 'self'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        f"form-action {form_action}",
        "frame-ancestors 'none'",
    )
    return "; ".join(rules)


POLICY = policy()


_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), otp-credentials=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
}


_FRESH_CODE_NEEDED = "access.step_up_required"


class PageRoute(APIRoute):
    """A page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            visit = request.state.visit = Visit(request)
            try:
                await visit.begin()
                if request.method == "POST":
                    await visit.check_form()
                response = await answer(request)
            except Exception as error:  # noqa: BLE001 - a person gets a page even for a bug, and the log its trace
                response = _instead(visit, error)
            if request.method == "GET" and response.status_code == 200 and (owner := visit.owner_mark):
                response.headers["Zapys-Keep"] = owner  # tells the service worker whose page it may keep
            visit.cookies.write(response)
            if "set-cookie" in response.headers and "public" in response.headers.get("Cache-Control", ""):
                response.headers["Cache-Control"] = "no-store"  # a renewed session is for one browser alone
            for name, value in _HEADERS.items():
                response.headers.setdefault(name, value)
            response.headers.setdefault("Cache-Control", "no-store" if visit.is_signed_in else "no-cache")
            response.headers["Content-Language"] = visit.language
            response.headers["Vary"] = "Cookie, Accept-Language"
            return response

        return handle


def page_router() -> APIRouter:
    """A router whose routes are pages."""
    return APIRouter(route_class=PageRoute)


def _instead(visit: Visit, error: Exception) -> Response:
    """The page that answers instead of the one that was asked for."""
    if isinstance(error, GoTo):
        return visit.go(error.address)
    if isinstance(error, SignInNeeded) and visit.unknown_because is not None:
        error = visit.unknown_because
    if isinstance(error, SignInNeeded):
        return visit.go(visit.login_address)
    if isinstance(error, Refused):
        if error.status == 401:
            return _signed_out_meanwhile(visit)
        if error.code == _FRESH_CODE_NEEDED:
            return visit.go(f"/login/confirm?next={quote(visit.form_address)}")
        return problem_page(visit, error.problem, error.status)
    if isinstance(error, RequestValidationError) or (isinstance(error, HTTPException) and error.status_code == 404):
        error = PageUnknown()
    if isinstance(error, HTTPException) and error.status_code < 500:
        error = InvalidInput([])  # a body that could not even be taken apart into fields
    if isinstance(error, Problem):
        log.info("refused", code=error.code)
    else:
        log.error("failed", exc_info=error)
        error = Failed()
    told = problems.body_of(error, texts(), visit.language, visit.settings.public_url)
    return problem_page(visit, told, error.kind.status)


def problem_page(visit: Visit, problem: dict[str, Any], status: int) -> Response:
    """A refusal as a page of its own: what, why, the next step, the number to name."""
    return visit.page("problem.html.jinja", status, problem=problem, kind=status)


def _signed_out_meanwhile(visit: Visit) -> Response:
    """A service does not take the token: try the renewal once, then ask for a code."""
    is_second = visit.cookies.get("again") is not None
    if visit.request.method == "GET" and visit.cookies.get(session.REFRESH) and not is_second:
        visit.cookies.drop(session.ACCESS)
        visit.cookies.put("again", "1", max_age_s=10)
        return visit.go(visit.address)
    visit.signed_out()
    visit.cookies.drop("again")
    return visit.go(visit.login_address, "login.ended")
