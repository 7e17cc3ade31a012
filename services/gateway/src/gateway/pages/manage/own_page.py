"""What the owner makes of the company's page: words and looks of one's own, and the sites that may show it."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from uuid import UUID

from starlette.responses import Response

from contracts.http.catalogue import PublicSite
from contracts.http.site import SitePageBody
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.public.booking_page import show
from gateway.pages.public.choice import Choice
from gateway.pages.public.way import find_way
from gateway.pages.route import POLICY, page_router
from gateway.pages.visit import Visit, VisitDep
from kit.markup import clean_css

from .office import member_of, office_page

router = page_router()

_SECTION = "site"
_STALE = "request.stale_version"
_FIELDS = {"/about_html": "about_html", "/css": "css"}
MOST_SIGNS = 20_000
MOST_ORIGINS = 20


@router.get("/manage/{account_id}/site/page")
async def shown(visit: VisitDep, account_id: UUID) -> Response:
    """The description and the styles as they are, ready to be changed."""
    return await _page(visit, account_id, None)


@router.post("/manage/{account_id}/site/page")
async def save(visit: VisitDep, account_id: UUID) -> Response:
    """Keep what was typed, without whatever could act or load; says when something was taken out."""
    form = await visit.form()
    values = {"about_html": form.value("about_html"), "css": form.value("css")}
    version = form.whole("version")
    try:
        body = visit.body(SitePageBody, values)
        kept = await visit.api.office.set_site_page(account_id, body, version if isinstance(version, int) else None)
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        is_stale = refused.code == _STALE
        return await _page(visit, account_id, form.note(refused.problem, _FIELDS), refused.status, is_stale=is_stale)
    return visit.go(f"/manage/{account_id}/site/page", "own_page.cleaned" if kept.removed else "manage.saved")


@router.post("/manage/{account_id}/site/page/preview")
async def preview(visit: VisitDep, account_id: UUID) -> Response:
    """The company's page with what is typed and not saved yet; shown in a frame of the editor.

    The typed styles stand in the page itself, cleaned; the policy lets exactly them in, by their hash.
    """
    member, form = await member_of(visit, account_id), await visit.form()
    css = clean_css(form.value("css")[:MOST_SIGNS])
    page = await visit.api.catalogue.public_page(member.vanity_address)
    typed = page.model_copy(update={"site": PublicSite(about_html=form.value("about_html")[:MOST_SIGNS])})
    way = find_way(typed, Choice.read(member.vanity_address, {}), is_signed_in=True)
    response = await show(visit, way, own_css=css)
    mark = b64encode(sha256(css.encode()).digest()).decode()
    response.headers["Content-Security-Policy"] = (
        POLICY.replace("style-src 'self'", f"style-src 'self' 'sha256-{mark}'")
        .replace("form-action 'self'", "form-action 'none'")
        .replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    )
    return response


@router.get("/manage/{account_id}/site/page/preview")
async def back(visit: VisitDep, account_id: UUID) -> Response:
    """The address of a form, opened again."""
    return visit.go(f"/manage/{account_id}/site/page")


async def _page(
    visit: Visit, account_id: UUID, form: Form | None, status: int = 200, *, is_stale: bool = False
) -> Response:
    visit.address = f"/manage/{account_id}/site/page"
    member = await member_of(visit, account_id)
    page = await visit.api.office.site_page(account_id)
    if form is None:
        form = Form.of(about_html=page.about_html, css=page.css)
    return await office_page(
        visit,
        account_id,
        _SECTION,
        "own_page",
        status,
        form=form,
        saved=page,
        is_stale=is_stale,
        most_signs=MOST_SIGNS,
        public_address=f"{visit.settings.public_url.rstrip('/')}/{member.vanity_address}",
    )
