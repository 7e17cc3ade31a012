"""A page of one firm: its own look, and who may show it in a frame."""

from __future__ import annotations

import hashlib

from starlette.responses import Response

from contracts.http.catalogue import PublicPage
from gateway.pages.route import POLICY
from gateway.pages.visit import Visit
from kit.markup import clean_css

from .choice import Choice


def firm_page(
    visit: Visit, template: str, page: PublicPage, choice: Choice, status: int = 200, **values: object
) -> Response:
    """The page with everything that its frame wants to know."""
    response = visit.page(
        template,
        status,
        page=page,
        choice=choice,
        canonical=page_address(visit, page),
        look_mark=look_of(page)[1],
        **values,
    )
    response.headers["Content-Security-Policy"] = POLICY.replace(
        "frame-ancestors 'none'", f"frame-ancestors 'self'{''.join(f' {one}' for one in page.site.embed_origins)}"
    )
    return response


def look_of(page: PublicPage) -> tuple[str, str]:
    """The owner's own CSS, cleaned, and a mark that changes with it; both empty where there is none."""
    css = clean_css(page.site.css) if page.site.css else ""
    return css, hashlib.sha256(css.encode()).hexdigest()[:10] if css else ""


def page_address(visit: Visit, page: PublicPage) -> str:
    """Where everybody finds the page: on the account's own domain where that is proved."""
    base = visit.settings.public_url.rstrip("/")
    if page.site.own_host:
        return f"{base.partition('://')[0]}://{page.site.own_host}/"
    return f"{base}/{page.account.vanity_address}"
