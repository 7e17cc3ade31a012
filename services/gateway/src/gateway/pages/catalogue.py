"""The front page: firms that want to be found, by city, name and service; the map of the site for search engines."""

from __future__ import annotations

from xml.sax.saxutils import escape

from starlette.responses import Response

from gateway.clients import Refused

from .route import page_router
from .visit import Visit, VisitDep

router = page_router()

_LENGTH = 100
_CITIES = 12
_MOST_PAGES = 40
_OURS = ("", "prices", "integration", "ideas", "help", "register", "try")


@router.get("/")
async def catalogue(visit: VisitDep) -> Response:
    """All firms, or those of one city, or those whose name or service has a word in it."""
    city, query = (visit.query.get(name, "").strip()[:_LENGTH] for name in ("city", "q"))
    found = await visit.api.catalogue.listed(city=city or None, q=query or None, cursor=visit.query.get("cursor"))
    following = visit.here(cursor=found.next_cursor) if found.next_cursor else None
    return visit.page(
        "public/catalogue.html.jinja",
        city=city,
        query=query,
        cities=await _cities(visit),
        items=found.items,
        following=following,
        canonical=visit.settings.public_url.rstrip("/"),
    )


async def _cities(visit: Visit) -> list[str]:
    """The largest ones; none where booking does not tell them: the list of firms is of use without."""
    try:
        return [city.name for city in (await visit.api.catalogue.cities()).items[:_CITIES]]
    except Refused:
        return []


@router.get("/sitemap.xml")
async def sitemap(visit: VisitDep) -> Response:
    """Every listed firm and our own pages."""
    base = visit.settings.public_url.rstrip("/")
    addresses, cursor = [f"{base}/{page}".rstrip("/") for page in _OURS], None
    for _ in range(_MOST_PAGES):
        found = await visit.api.catalogue.listed(cursor=cursor)
        addresses += [f"{base}/{item.vanity_address}" for item in found.items]
        cursor = found.next_cursor
        if cursor is None:
            break
    lines = "".join(f"<url><loc>{escape(address)}</loc></url>" for address in addresses)
    text = f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{lines}</urlset>'
    return Response(text, media_type="application/xml")


@router.get("/robots.txt")
async def robots(visit: VisitDep) -> Response:
    """What search engines need not read."""
    kept = "".join(f"Disallow: {path}\n" for path in ("/api/", "/b/", "/w/", "/me", "/desk", "/manage", "/login"))
    base = visit.settings.public_url.rstrip("/")
    return Response(f"User-agent: *\n{kept}Sitemap: {base}/sitemap.xml\n", media_type="text/plain")
