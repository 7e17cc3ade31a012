"""What a sender that died had under way: nobody knows whether it went, so it is left to be found out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select

from kit.db import Tx
from notifications.domain.delivery import next_look_up_s
from notifications.domain.reasons import Reason
from notifications.said import say
from notifications.tables import DeliveryAttempt, NotificationRow

MISSED_AT = "missed_at"
"""Among the facts of a message of unknown fate: when its provider first said that it has no such message."""

log = structlog.get_logger("sender")


async def leave_orphans_unknown(tx: Tx, now: datetime) -> None:
    """Messages whose claim has run out."""
    rows = await tx.scalars(
        select(NotificationRow)
        .where(NotificationRow.state == "sending", NotificationRow.leased_until <= now)
        .limit(200)
        .with_for_update(skip_locked=True)
    )
    for row in rows.all():
        mark_unknown(tx, row, now)
        attempt = await tx.get(DeliveryAttempt, (row.account_id, row.claim_id))
        if attempt is not None:
            attempt.outcome, attempt.finished_at, attempt.provider_text = "unknown", now, "the sender ended"
        log.warning("a sender ended in the middle", notification_id=str(row.id))


def mark_unknown(tx: Tx, row: NotificationRow, now: datetime) -> None:
    """Nobody knows whether the message went: it waits for news, and no machine repeats it."""
    row.state, row.reason_code, row.reason_params = "unknown", Reason.UNKNOWN_OUTCOME, {}
    row.leased_until, row.status_asked = None, 0
    row.status_due_at = now + timedelta(seconds=next_look_up_s(0)) if row.provider == "alphasms" else None
    row.facts = without_miss(row.facts)  # what was found out about an earlier try says nothing about this one
    row.version, row.changed_at = row.version + 1, now
    say(tx, row)


def without_miss(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of a message that nothing was found out about yet."""
    return {name: value for name, value in facts.items() if name != MISSED_AT}
