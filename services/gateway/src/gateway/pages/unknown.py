"""Addresses that no page has: a page says so, instead of the API's JSON."""

from __future__ import annotations

from starlette.responses import Response

from .errors import PageUnknown
from .route import page_router

router = page_router()


@router.get("/{path:path}")
async def unknown() -> Response:
    """Nothing is there."""
    raise PageUnknown
