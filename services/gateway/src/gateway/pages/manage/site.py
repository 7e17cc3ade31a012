"""The booking page of the account: its address, an own domain with its proof, the code for another site."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from contracts.http.site import DomainAnswer, DomainBody, SitePageBody
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

from .office import member_of, office_page
from .schedule import zone_of

router = page_router()

_SECTION = "site"


@router.get("/manage/{account_id}/site")
async def shown(visit: VisitDep, account_id: UUID) -> Response:
    """Address, domain, code to embed."""
    return await _page(visit, account_id, Form())


@router.post("/manage/{account_id}/site/domain")
async def set_domain(visit: VisitDep, account_id: UUID) -> Response:
    """Name a domain; its proof begins."""
    form = await visit.form()
    try:
        await visit.api.office.set_domain(account_id, visit.body(DomainBody, {"host": form.value("host").strip()}))
    except Refused as refused:
        if refused.status in (401, 403):
            raise
        return await _page(visit, account_id, form.note(refused.problem), refused.status)
    return visit.go(f"/manage/{account_id}/site#domain", "manage.saved")


@router.post("/manage/{account_id}/site/domain/{act}")
async def act(visit: VisitDep, account_id: UUID, act: str) -> Response:
    """Look at DNS now, or do without the domain."""
    if act == "drop":
        await visit.api.office.drop_domain(account_id)
        return visit.go(f"/manage/{account_id}/site", "domain.dropped")
    found = await visit.api.office.check_domain(account_id)
    return visit.go(f"/manage/{account_id}/site#domain", f"domain.checked_{found.state}")


@router.post("/manage/{account_id}/site/frames")
async def set_frames(visit: VisitDep, account_id: UUID) -> Response:
    """Which sites may show the page; an empty list lets none."""
    form = await visit.form()
    version = form.whole("version")
    try:
        body = visit.body(SitePageBody, {"embed_origins": form.value("embed_origins").split()})
        await visit.api.office.set_site_page(account_id, body, version if isinstance(version, int) else None)
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        noted = form.note(refused.problem, {"/embed_origins": "embed_origins"})
        return await _page(visit, account_id, Form(), refused.status, frames=noted)
    return visit.go(f"/manage/{account_id}/site#frames", "manage.saved")


@router.get("/manage/{account_id}/site/frames")
@router.get("/manage/{account_id}/site/domain")
async def back(visit: VisitDep, account_id: UUID) -> Response:
    """The address of a form, opened again."""
    return visit.go(f"/manage/{account_id}/site")


async def _domain(visit: Visit, account_id: UUID) -> DomainAnswer | None:
    try:
        return await visit.api.office.domain(account_id)
    except Refused as refused:
        if refused.status != 404:
            raise
        return None


async def _page(
    visit: Visit, account_id: UUID, form: Form, status: int = 200, *, frames: Form | None = None
) -> Response:
    visit.address = f"/manage/{account_id}/site"
    member = await member_of(visit, account_id)
    root = visit.settings.public_url.rstrip("/")
    link = f'<a href="{root}/{member.vanity_address}">{t("embed.link")}</a>'
    snippet = f'<div data-zapys="{member.vanity_address}">{link}</div>\n<script async src="{root}/embed.js"></script>'
    return await office_page(
        visit,
        account_id,
        _SECTION,
        "site",
        status,
        public_address=f"{root}/{member.vanity_address}",
        domain=await _domain(visit, account_id),
        account=await visit.api.identity.account(account_id),
        zone=zone_of((await visit.api.catalogue.locations(account_id)).items),
        snippet=snippet,
        own=(own := await visit.api.office.site_page(account_id)),
        frames=frames or Form.of(embed_origins="\n".join(own.embed_origins)),
        form=form,
    )
