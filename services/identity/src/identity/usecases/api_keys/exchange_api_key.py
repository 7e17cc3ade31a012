"""Exchange an API key for an access token."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from identity.api_key_tables import ApiKeyRow
from identity.domain import api_keys
from identity.errors import ApiKeyInvalid
from identity.tables import Account, Membership
from kit.access import ApiKey
from kit.db import Tx


@dataclass(frozen=True)
class Exchanged:
    """What the token of a key says."""

    key_id: UUID
    session_id: UUID
    api_key: ApiKey


async def exchange_api_key(key: str, address: str, tx: Tx, now: datetime) -> Exchanged:
    """What the key may now: its own rights, as far as its keeper still holds them.

    Raises `ApiKeyInvalid`. Needs a transaction of the system: the account is known by the key alone. The row is locked,
    so that no token escapes a revocation under way.
    """
    found = select(ApiKeyRow).where(ApiKeyRow.hash == api_keys.hash_of(key)).with_for_update()
    row = (await tx.scalars(found)).first()
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        raise ApiKeyInvalid
    of_keeper = (
        select(Membership)
        .join(Account, Account.id == Membership.account_id)
        .where(Membership.account_id == row.account_id, Membership.user_id == row.kept_by)
        .where(Membership.removed_at.is_(None), Account.is_active)
    )
    keeper = (await tx.scalars(of_keeper)).first()
    if keeper is None:
        raise ApiKeyInvalid
    row.last_used_at, row.last_used_from = now, address
    allowed = frozenset(row.permissions) & keeper.permissions
    scope = api_keys.common_scope(row.scope, keeper.scope)
    return Exchanged(row.id, row.session_id, ApiKey(row.account_id, row.name, allowed, scope))
