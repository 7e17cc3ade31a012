"""What lets a browser install the pages and keep the day: the service worker and the manifest."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import FileResponse, JSONResponse, Response

from gateway.pages.assets import DIST, Assets
from gateway.pages.errors import PageUnknown
from gateway.pages.forms import uuids
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

router = page_router()
_assets = Assets()

_ICONS = [
    {"src": "/static/mark.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
    *(
        {"src": f"/static/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ),
]
"""Some systems take no SVG; the mark stands within the circle that a mask may cut."""


@router.get("/sw.js")
async def service_worker() -> Response:
    """At the root, so that it may keep pages of every folder; asked for anew each time."""
    address = _assets.address("sw.js")
    if address is None:
        raise PageUnknown
    return FileResponse(
        DIST / address.rsplit("/", 1)[-1], media_type="text/javascript", headers={"Cache-Control": "no-cache"}
    )


@router.get("/manifest.webmanifest")
async def manifest(visit: VisitDep) -> Response:
    """For who works somewhere the name is the account's and the start is the own day; for clients their bookings."""
    account_id = next(iter(uuids([visit.query.get("account", "")])), None)
    found = await _member_name(visit, account_id)
    name, start = (found, f"/day?account={account_id}") if found else ("Zapys", "/me")
    shortcuts = [{"name": t("nav.me"), "url": "/me"}]
    if found:
        shortcuts = [
            {"name": t("day.new_booking"), "url": f"/desk/{account_id}/new"},
            {"name": t("day.title"), "url": start},
        ]
    told = {
        "id": start,
        "name": name,
        "short_name": name[:30],
        "lang": visit.language,
        "start_url": start,
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0b6e5f",
        "icons": _ICONS,
        "shortcuts": [{**one, "icons": _ICONS[:1]} for one in shortcuts],
    }
    return JSONResponse(told, media_type="application/manifest+json")


async def _member_name(visit: Visit, account_id: UUID | None) -> str | None:
    if account_id is None or not visit.is_signed_in:
        return None
    member = await visit.membership(account_id)
    return member.account_name if member else None
