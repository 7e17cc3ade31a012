"""The journal of actions: who changed what, when and from where; only added to, never changed."""

from __future__ import annotations

import contextlib
from datetime import datetime, time, timedelta
from typing import get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.responses import Response

from contracts.http.access import SupportVisitAnswer
from contracts.http.identity import AuditAnswer, AuditSubjectType
from gateway.clients import Refused
from gateway.pages import words
from gateway.pages.forms import uuids
from gateway.pages.route import page_router
from gateway.pages.said import day_said
from gateway.pages.visit import Visit, VisitDep

from .office import office_page
from .schedule import zone_of

router = page_router()

SUBJECTS = get_args(AuditSubjectType)


@router.get("/manage/{account_id}/audit")
async def shown(visit: VisitDep, account_id: UUID) -> Response:
    """Newest first; `who`, `what` and `day` narrow it down."""
    who = next(iter(uuids([visit.query.get("who", "")])), None)
    what = visit.query.get("what", "")
    what = what if what in SUBJECTS else ""
    zone = zone_of((await visit.api.catalogue.locations(account_id)).items)
    day = day_said(visit.query.get("day", ""))
    until = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)) if day else None
    cursor = next(iter(uuids([visit.query.get("cursor", "")])), None)
    page = await visit.api.identity.audit(
        account_id, actor_id=who, subject=what or None, until=until, cursor=str(cursor) if cursor else None
    )
    return await office_page(
        visit,
        account_id,
        "audit",
        "audit",
        items=page.items,
        names=await _people(visit, account_id, page),
        subjects=SUBJECTS,
        who=str(who or ""),
        what=what,
        day=day.isoformat() if day else "",
        zone=zone,
        later=visit.here(cursor=page.next_cursor) if page.next_cursor else None,
        rights=await _rights(visit, account_id, page),
        fields={one.field for item in page.items for one in item.changes if words.find(f"audit.field.{one.field}")},
        visits=await _visits(visit, account_id),
    )


async def _people(visit: Visit, account_id: UUID, page: AuditAnswer) -> list[tuple[str, str]]:
    """Whom one may choose: those who work there or did, and whoever stands on this page."""
    names = {str(one.actor.id): one.actor.name for one in page.items if one.actor.id}
    with contextlib.suppress(Refused):
        members = await visit.api.identity.members(account_id, with_removed=True)
        names |= {str(one.user_id): one.name for one in members.items if one.user_id}
    return sorted(names.items(), key=lambda one: one[1])


async def _rights(visit: Visit, account_id: UUID, page: AuditAnswer) -> dict[str, str]:
    """The names of rights by their keys, where this page tells of any."""
    if not any(change.field in ("permission", "permissions") for one in page.items for change in one.changes):
        return {}
    with contextlib.suppress(Refused):
        return {one.key: one.name for one in (await visit.api.identity.permissions(account_id)).items}
    return {}


async def _visits(visit: Visit, account_id: UUID) -> tuple[SupportVisitAnswer, ...]:
    try:
        return (await visit.api.access.visits(account_id)).items
    except Refused as refused:
        if refused.status != 403:
            raise
        return ()
