"""What a new account starts with: its own prepaid balance with a trial credit, switched on as the only provider."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from kit.db import Tx
from notifications.domain.routing import INTEGRICA
from notifications.tables import ProviderAccount

from .keep_balance import credit


async def open_account(tx: Tx, account_id: UUID, sender_name: str, trial_credit: int, now: datetime) -> None:
    """Once per account, however often it is told."""
    row = insert(ProviderAccount).values(
        account_id=account_id,
        provider=INTEGRICA,
        kind="own-balance",
        sender_name=sender_name,
        position=1,
        enabled=True,
        state="ok",
        callback_token=secrets.token_urlsafe(32),
        version=1,
    )
    await tx.execute(row.on_conflict_do_nothing())
    if trial_credit > 0:
        await credit(tx, account_id, trial_credit, account_id, now, kind="adjustment", note="trial")
