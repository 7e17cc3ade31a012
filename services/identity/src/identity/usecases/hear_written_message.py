"""Keep in the journal who wrote to a client by hand; the words stay with the message."""

from __future__ import annotations

from sqlalchemy import select

from contracts.notifications import MessageWritten
from identity.tables import Membership
from kit.db import Tx

from .audit import audit_written_message


async def hear_written_message(event: MessageWritten, tx: Tx) -> None:
    """Write it down under the name of its author."""
    row = Membership
    found = await tx.scalars(
        select(row).where(row.account_id == event.account_id, row.user_id == event.author_id).order_by(row.removed_at)
    )
    audit_written_message(event, found.first(), tx)
