"""Drop what the feed no longer has to reach back to, and deliveries that nobody looks at any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select, update

from kit.db import Tx
from notifications.feed import KEPT
from notifications.tables import EventFeed, PublicEvent, WebHookDelivery

AT_ONCE = 5_000


async def forget_events(tx: Tx, now: datetime) -> None:
    """Some thousands per turn; readers behind them are told so instead of being left with a gap."""
    row = PublicEvent
    old = (
        select(row.account_id, row.place).where(row.occurred_at < now - KEPT).order_by(row.occurred_at).limit(AT_ONCE)
    ).cte("old")
    last = select(old.c.account_id, func.max(old.c.place).label("place")).group_by(old.c.account_id).subquery()
    await tx.execute(
        update(EventFeed)
        .where(EventFeed.account_id == last.c.account_id, EventFeed.forgotten_until < last.c.place)
        .values(forgotten_until=last.c.place)
    )
    await tx.execute(
        delete(row)
        .where(row.occurred_at < now - KEPT)
        .where(
            row.place
            <= select(EventFeed.forgotten_until).where(EventFeed.account_id == row.account_id).scalar_subquery()
        )
    )
    delivery = WebHookDelivery
    await tx.execute(
        delete(delivery).where(delivery.created_at < now - KEPT, delivery.state.in_(("delivered", "failed", "dropped")))
    )
