"""Send a failed message, or one of unknown fate, once more: a person's decision, never a machine's."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text

from kit.db import Tx
from kit.errors import NotFound
from kit.wakeups import notify
from notifications.errors import NoLongerUseful, NotRepeatable, RecipientRefused
from notifications.tables import NotificationRow
from notifications.views import REPEATABLE, Words

from . import keep_balance
from .last_look import last_look
from .write_decisions import DUE_CHANNEL

_NEW_NUMBER = text("UPDATE notification SET own_number = DEFAULT WHERE account_id = :account_id AND id = :id")


async def send_again(tx: Tx, account_id: UUID, notification_id: UUID, words: Words, now: datetime) -> NotificationRow:
    """Plan it for now. Money set aside for a try of unknown fate counts as spent: it may well have arrived."""
    row = (
        await tx.scalars(
            select(NotificationRow)
            .where(NotificationRow.account_id == account_id, NotificationRow.id == notification_id)
            .with_for_update()
        )
    ).first()
    if row is None:
        raise NotFound("notification")
    if row.state not in REPEATABLE:
        raise NotRepeatable(row.state)
    if row.useful_until <= now:
        raise NoLongerUseful
    refusal = await last_look(tx, row)
    if refusal is not None:
        fix = words.fix(refusal, None)
        raise RecipientRefused(refusal, words.reason(refusal, {}, None) or "", fix.text if fix else "")
    if row.claim_id is not None and row.state == "unknown":
        await keep_balance.settle(tx, account_id, row.claim_id, now)
    else:
        # The provider may know the message of the former try by its number, and would refuse it as a repetition.
        await tx.execute(_NEW_NUMBER, {"account_id": account_id, "id": notification_id})
    row.state, row.reason_code, row.reason_params, row.due_at = "planned", None, {}, now
    row.provider_message_id, row.status_due_at, row.providers_tried = None, None, []
    row.version, row.changed_at = row.version + 1, now
    await notify(tx, DUE_CHANNEL)
    return row
