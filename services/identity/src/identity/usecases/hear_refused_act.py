"""Keep in the journal what somebody wanted to do to the ledger without the right to."""

from __future__ import annotations

from sqlalchemy import select

from contracts.fiscal import CashActRefused
from identity.tables import Membership
from kit.db import Tx

from .audit import audit_refused_act


async def hear_refused_act(event: CashActRefused, tx: Tx) -> None:
    """Write it down under the name of who wanted it."""
    row = Membership
    found = await tx.scalars(
        select(row).where(row.account_id == event.account_id, row.user_id == event.user_id).order_by(row.removed_at)
    )
    audit_refused_act(event, found.first(), tx)
