"""The journal of actions: who changed what, when and from where; only added to, never changed."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.responses import Response

from contracts.http.access import SupportVisitAnswer
from contracts.http.identity import AuditAnswer
from gateway.clients import Refused
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .office import office_page
from .schedule import zone_of

router = page_router()

_MOST_PAGES = 8
SUBJECTS = ("account", "member", "api_key", "request", "visit")


@router.get("/manage/{account_id}/audit")
async def shown(visit: VisitDep, account_id: UUID) -> Response:
    """Newest first; `who`, `what` and `day` narrow it down."""
    who, what, day = (visit.query.get(name, "") for name in ("who", "what", "day"))
    zone = zone_of((await visit.api.catalogue.locations(account_id)).items)
    cursor = visit.query.get("cursor")
    found: list[object] = []
    names: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        page: AuditAnswer = await visit.api.identity.audit(account_id, cursor=cursor)
        cursor = page.next_cursor
        for one in page.items:
            if one.actor.id:
                names[str(one.actor.id)] = one.actor.name
            is_wanted = (
                (not who or str(one.actor.id) == who)
                and (not what or one.subject.type == what)
                and (not day or one.at.astimezone(ZoneInfo(zone)).date().isoformat() <= day)
            )
            if is_wanted:
                found.append(one)
        if cursor is None or len(found) >= 50:
            break
    return await office_page(
        visit,
        account_id,
        "audit",
        "audit",
        items=found,
        names=sorted(names.items(), key=lambda one: one[1]),
        subjects=SUBJECTS,
        who=who,
        what=what,
        day=day,
        zone=zone,
        later=visit.here(cursor=cursor) if cursor else None,
        visits=await _visits(visit, account_id),
    )


async def _visits(visit: Visit, account_id: UUID) -> tuple[SupportVisitAnswer, ...]:
    try:
        return (await visit.api.access.visits(account_id)).items
    except Refused as refused:
        if refused.status != 403:
            raise
        return ()
