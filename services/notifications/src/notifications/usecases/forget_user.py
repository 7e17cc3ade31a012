"""A person had the own login forgotten: wishes, chat and browsers of theirs go."""

from __future__ import annotations

from sqlalchemy import delete

from contracts.identity import UserErased
from kit.db import Tx
from notifications.tables import PushSubscription, TelegramChat, TelegramLink, UserPreference


async def forget_user(event: UserErased, tx: Tx) -> None:
    """Drop them; there is nothing of this that a firm would need."""
    for table in (PushSubscription, TelegramChat, TelegramLink, UserPreference):
        await tx.execute(delete(table).where(table.user_id == event.user_id))
