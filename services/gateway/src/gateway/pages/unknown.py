"""Addresses that no page has: a browser gets a page that says so. The doors of programs keep their own refusals."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from .errors import PageUnknown
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
async def unknown() -> Response:
    """Nothing is there."""
    raise PageUnknown
