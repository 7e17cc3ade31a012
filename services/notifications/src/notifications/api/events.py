"""The event feed: whoever keeps the cursor misses nothing, also after days of silence."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from contracts.http.webhooks import PublicEvent, PublicEvents
from contracts.permissions import Permission
from kit.edge import DbDep, MemberDep
from notifications import feed
from notifications.public_events import with_contacts

from .parts import PREFIX

router = APIRouter(tags=["webhooks"])


@router.get(f"{PREFIX}/events", operation_id="list_events", response_model=PublicEvents)
async def read(
    member: MemberDep,
    db: DbDep,
    after: Annotated[str | None, Query(max_length=60, description="Where the last page ended.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = feed.PAGE,
    types: Annotated[str | None, Query(max_length=500, description="Types, comma separated.")] = None,
) -> PublicEvents:
    """What happened in the account since a cursor, the oldest first. Contacts of clients are in it for those who may
    see them."""
    member.require(Permission.SETTINGS_INTEGRATIONS)
    wanted = [name.strip() for name in types.split(",") if name.strip()] if types else []
    sees_contacts = member.may(Permission.CLIENT_VIEW_PHONE) and member.may(Permission.CLIENT_VIEW_SURNAME)
    async with db.tx(member.account_id) as tx:
        rows, place, has_more = await feed.events_after(
            tx, member.account_id, after, limit=limit, types=wanted, location_ids=member.location_ids
        )
    items = [
        PublicEvent(
            id=row.id,
            type=row.type,
            cursor=feed.cursor_of(row.place),
            occurred_at=row.occurred_at,
            data=with_contacts(row.facts, row.contacts) if sees_contacts else row.facts,
        )
        for row in rows
    ]
    return PublicEvents(items=items, next_cursor=feed.cursor_of(place), has_more=has_more)
