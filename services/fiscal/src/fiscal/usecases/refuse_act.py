"""Refuse what somebody may not do to the ledger, and let the journal of actions know that they wanted to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.fiscal import CashActRefused
from contracts.permissions import Permission
from kit import context
from kit.access import Member
from kit.db import Database
from kit.errors import MissingPermission
from kit.ids import new_id


async def require_for_line(
    db: Database, member: Member, permission: Permission, operation_id: UUID, now: datetime
) -> None:
    """Raise `MissingPermission`, after the attempt is written down: it stays although nothing else is done."""
    try:
        member.require(permission)
    except MissingPermission:
        async with db.tx(member.account_id) as tx:
            tx.emit(
                CashActRefused(
                    account_id=member.account_id,
                    version=1,
                    refusal_id=new_id(),
                    cash_operation_id=operation_id,
                    permission=permission,
                    user_id=member.caller.user_id,
                    user_name=member.name,
                    origin=context.current().origin,
                    refused_at=now,
                )
            )
        raise
