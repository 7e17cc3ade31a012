"""Take a key away from a program."""

from datetime import datetime
from uuid import UUID

from identity.api_key_tables import ApiKeyRow
from identity.usecases.audit import Actor, audit_api_key
from kit.access import Member
from kit.db import Tx
from kit.errors import NotFound

from .end_tokens import end_tokens


async def revoke_api_key(key_id: UUID, actor: Member, tx: Tx, now: datetime) -> None:
    """The key opens nothing from here on, nor do its tokens. Raises `NotFound`, also for a key revoked before."""
    row = await tx.get(ApiKeyRow, (actor.account_id, key_id), with_for_update=True)
    if row is None or row.revoked_at is not None:
        raise NotFound("api_key")
    row.revoked_at = now
    await end_tokens(row, tx, now)
    by = Actor(actor.caller.user_id, actor.name)
    audit_api_key("api_key.revoked", actor.account_id, row.id, row.name, [], by, tx, now)
