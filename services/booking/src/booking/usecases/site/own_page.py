"""The owner's own words and looks on the booking page."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from booking.records import SitePage
from contracts.http.site import SitePageBody
from kit.db import Tx
from kit.markup import clean_css, clean_html


async def page_of(tx: Tx, account_id: UUID, *, lock: bool = False) -> SitePage | None:
    """As it was saved; none where nothing ever was."""
    return await tx.get(SitePage, account_id, with_for_update=lock or None)


async def change_page(tx: Tx, account_id: UUID, body: SitePageBody, now: datetime) -> tuple[SitePage, bool]:
    """Save what is named, without whatever could act or load; says as well whether something was taken out."""
    row = await page_of(tx, account_id, lock=True)
    if row is None:
        row = SitePage(account_id=account_id, version=0, about_html="", css="", embed_origins=[])
        tx.add(row)
    removed = False
    if body.about_html is not None:
        row.about_html = clean_html(body.about_html)
        removed = _bare(body.about_html) != _bare(row.about_html)
    if body.css is not None:
        row.css = clean_css(body.css)
        removed = removed or body.css.count("{") != row.css.count("{") or body.css.count(":") > row.css.count(":")
    if body.embed_origins is not None:
        row.embed_origins = list(dict.fromkeys(origin.lower() for origin in body.embed_origins))
    row.version += 1
    row.changed_at = now
    await tx.flush()
    return row, removed


def _bare(html: str) -> str:
    """What is left of a text beside the marks that cleaning itself adds."""
    return "".join(html.replace(' rel="noopener nofollow ugc"', "").split()).lower()
