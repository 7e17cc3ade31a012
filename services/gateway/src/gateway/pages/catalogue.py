"""The front page: firms that want to be found, by city."""

from __future__ import annotations

from starlette.responses import Response

from .route import page_router
from .visit import VisitDep

router = page_router()

_CITY_LENGTH = 100


@router.get("/")
async def catalogue(visit: VisitDep) -> Response:
    """All firms, or those of one city."""
    city = visit.query.get("city", "").strip()[:_CITY_LENGTH]
    found = await visit.api.catalogue.listed(city=city or None, cursor=visit.query.get("cursor"))
    following = visit.here(cursor=found.next_cursor) if found.next_cursor else None
    return visit.page("public/catalogue.html.jinja", city=city, items=found.items, following=following)
