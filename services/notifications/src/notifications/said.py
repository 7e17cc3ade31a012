"""The events of messages: public state, without text and address."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from contracts.notifications import (
    ConfirmRequest,
    MessageDelivered,
    MessageFailed,
    MessageHeld,
    MessageSent,
    NotificationState,
)
from kit.db import Tx

from .tables import NotificationRow

_EVENTS = {
    "sent": MessageSent,
    "delivered": MessageDelivered,
    "failed": MessageFailed,
    "unknown": MessageFailed,
    "expired": MessageFailed,
    "held": MessageHeld,
}


def say(tx: Tx, row: NotificationRow | Row[Any]) -> None:
    """Tell others about a new state, where it is one that they care about. `row` may also be the columns that a
    statement has answered."""
    event = _EVENTS.get(row.state)
    if event is not None:
        tx.emit(event(account_id=row.account_id, version=row.version, notification=state_said(row)))


def state_said(row: NotificationRow | Row[Any]) -> NotificationState:
    """The public state of a message."""
    return NotificationState(
        id=row.id,
        booking_id=row.booking_id,
        kind=row.kind,
        recipient_type="client" if row.recipient_type == "client" else "staff",
        recipient_id=row.recipient_id,
        channel=row.channel,
        provider=row.provider,
        state=row.state,
        reason_code=row.reason_code,
        planned_at=row.planned_at,
        sent_at=row.sent_at,
        confirm_request=ConfirmRequest(**request) if (request := row.facts.get("request")) else None,
    )
