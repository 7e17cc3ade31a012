"""Addresses that no page has: a browser gets a page that says so. The doors of programs keep their own refusals.

The address of a button is known, but only as something to send: who opens it again – with the browser's own buttons,
after a reload – is brought to the page that the button stands on.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from .errors import GoTo, PageUnknown
from .route import PageRoute

_OF_PROGRAMS = ("/api/", "/callbacks/", "/static/")


class _Anywhere(PageRoute):
    """Every address that a person may have typed or followed."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope.get("method") not in ("GET", "HEAD") or scope["path"].startswith(_OF_PROGRAMS):
            return Match.NONE, {}
        return super().matches(scope)


router = APIRouter(route_class=_Anywhere)


@router.get("/{path:path}")
async def unknown(request: Request) -> Response:
    """Nothing is there, or only a button."""
    routes: list[BaseRoute] = [one for one in request.app.routes if getattr(one, "original_router", one) is not router]
    path = request.scope["path"]
    if _answers(routes, request.scope, path, "POST"):
        while path.count("/") > 1:
            path = path.rpartition("/")[0]
            if _answers(routes, request.scope, path, "GET"):
                raise GoTo(path)
    raise PageUnknown


def _answers(routes: list[BaseRoute], scope: Scope, path: str, method: str) -> bool:
    asked = {**scope, "path": path, "method": method}
    return any(route.matches(asked)[0] is Match.FULL for route in routes)
