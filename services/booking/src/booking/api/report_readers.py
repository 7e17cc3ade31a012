"""Who may be sent a report."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from contracts.permissions import Permission
from kit.db import Tx
from kit.errors import InvalidInput
from kit.tables import MemberCopy


async def require_readers(
    tx: Tx, account_id: UUID, user_ids: tuple[UUID, ...], location_id: UUID | None = None
) -> None:
    """Raise `InvalidInput` unless all of them work here and may see reports of the location, or of all locations."""
    rows = await tx.scalars(
        select(MemberCopy).where(
            MemberCopy.account_id == account_id, MemberCopy.is_active, MemberCopy.user_id.in_(user_ids)
        )
    )
    able = {
        row.user_id
        for row in rows
        if Permission.REPORTS_VIEW in row.permissions and (row.location_ids is None or location_id in row.location_ids)
    }
    if set(user_ids) - able:
        raise InvalidInput.of("/recipient_user_ids", "unknown_member")
