"""Reads of the event feed and of web hooks."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select, tuple_

from kit.db import Tx
from kit.errors import InvalidInput
from notifications.errors import EventsForgotten

from .queries import read_cursor
from .tables import EventFeed, PublicEvent, WebHook, WebHookDelivery

PAGE = 100
KEPT = timedelta(days=30)
"""How far the feed reaches back."""


async def events_after(
    tx: Tx,
    account_id: UUID,
    after: str | None,
    *,
    limit: int,
    types: Collection[str] = (),
    location_ids: Collection[UUID] | None = None,
) -> tuple[Sequence[PublicEvent], int, bool]:
    """The events after a cursor, the place up to which everything was looked at, and whether there is more."""
    since = 0 if after is None else place_of(after)
    of = await tx.get(EventFeed, account_id)
    if of is None:
        return [], since, False
    if after is not None and since < of.forgotten_until:
        raise EventsForgotten(KEPT.days)
    row = PublicEvent
    query = select(row).where(row.account_id == account_id, row.place > since)
    if types:
        query = query.where(row.type.in_(types))
    if location_ids is not None:
        query = query.where(or_(row.location_id.is_(None), row.location_id.in_(location_ids)))
    found = (await tx.scalars(query.order_by(row.place).limit(limit + 1))).all()
    if len(found) > limit:
        return found[:limit], found[limit - 1].place, True
    # Nothing that was committed later can have a place before this one.
    return found, max(since, of.last_place), False


async def web_hooks(tx: Tx, account_id: UUID) -> Sequence[WebHook]:
    """All of the account, the oldest first."""
    row = WebHook
    return (await tx.scalars(select(row).where(row.account_id == account_id).order_by(row.created_at, row.id))).all()


async def deliveries(
    tx: Tx, account_id: UUID, hook_id: UUID, cursor: str | None
) -> tuple[Sequence[WebHookDelivery], str | None]:
    """One page of a hook's deliveries, the newest first, and the cursor of the next."""
    row = WebHookDelivery
    query = select(row).where(row.account_id == account_id, row.hook_id == hook_id)
    if cursor is not None:
        query = query.where(tuple_(row.created_at, row.id) < read_cursor(cursor))
    found = (await tx.scalars(query.order_by(row.created_at.desc(), row.id.desc()).limit(PAGE + 1))).all()
    if len(found) <= PAGE:
        return found, None
    last = found[PAGE - 1]
    text = f"{last.created_at.isoformat()} {last.id}"
    return found[:PAGE], base64.urlsafe_b64encode(text.encode()).decode()


def cursor_of(place: int) -> str:
    """A place in the feed as others keep it."""
    return base64.urlsafe_b64encode(f"e{place}".encode()).decode().rstrip("=")


def place_of(cursor: str) -> int:
    """The place behind a cursor; raises `InvalidInput` for what no page has given out."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        if not text.startswith("e") or not text[1:].isascii() or not text[1:].isdigit() or len(text) > 18:
            raise ValueError(cursor)
        return int(text[1:])
    except (ValueError, binascii.Error) as error:
        raise InvalidInput.of("query/after", "cursor") from error
