"""The booking page as the owner made it, and when somebody is there."""

from __future__ import annotations

from fastapi import APIRouter, Response

from booking.queries.hours import hours_of
from booking.records import SitePage
from booking.usecases.site.own_page import change_page, page_of
from contracts.http.catalogue import HoursAnswer
from contracts.http.site import SitePageAnswer, SitePageBody
from contracts.permissions import Permission
from kit.edge import DbDep, MemberDep

from .edge import IfMatchDep, NowDep, PublicAccountDep, etag, require_version

router = APIRouter(prefix="/api/v1", tags=["site"])


@router.get("/public/{vanity}/hours", operation_id="public_hours")
async def get_hours(account: PublicAccountDep, db: DbDep, now: NowDep) -> HoursAnswer:
    """When somebody receives clients, location by location, for a week from today."""
    async with db.tx(account.account_id) as tx:
        first, items = await hours_of(tx, account, now)
    return HoursAnswer(first_day=first, items=items)


@router.get("/accounts/{account_id}/site", operation_id="get_site_page")
async def get_site(member: MemberDep, db: DbDep) -> SitePageAnswer:
    """Description, own CSS and the sites that may show the page in a frame."""
    member.require(Permission.SETTINGS_ACCOUNT)
    async with db.tx(member.account_id) as tx:
        return _answer(await page_of(tx, member.account_id))


@router.put("/accounts/{account_id}/site", operation_id="set_site_page")
async def put_site(
    body: SitePageBody, member: MemberDep, db: DbDep, now: NowDep, version: IfMatchDep, response: Response
) -> SitePageAnswer:
    """Save what is named; scripts, forms, foreign pictures and styles that load something are taken out."""
    member.require(Permission.SETTINGS_ACCOUNT)
    async with db.tx(member.account_id) as tx:
        before = await page_of(tx, member.account_id, lock=True)
        require_version(before.version if before else 0, version)
        row, removed = await change_page(tx, member.account_id, body, now)
        response.headers.update(etag(row.version))
        return _answer(row, removed=removed)


def _answer(row: SitePage | None, *, removed: bool = False) -> SitePageAnswer:
    if row is None:
        return SitePageAnswer(version=0, about_html="", css="", embed_origins=[], removed=False)
    return SitePageAnswer(
        version=row.version,
        about_html=row.about_html,
        css=row.css,
        embed_origins=row.embed_origins,
        removed=removed,
    )
