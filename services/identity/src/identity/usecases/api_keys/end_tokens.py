"""Let the access tokens of API keys die before their time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from contracts.identity import SessionsRevoked
from identity.api_key_tables import ApiKeyRow
from identity.keyring import ACCESS_LIFE, CLOCK_LEEWAY
from kit import access
from kit.db import Tx
from kit.ids import new_id


async def end_tokens(row: ApiKeyRow, tx: Tx, now: datetime) -> None:
    """Every token of the key is refused by every service as soon as it hears; the next ones are called otherwise."""
    event = SessionsRevoked(  # no account: those who hear write down sessions of everybody
        version=1,  # of a subject of its own: each name of a key's tokens is revoked once
        user_id=row.session_id,
        session_ids=(row.session_id,),
        tokens_expire_at=now + ACCESS_LIFE + CLOCK_LEEWAY,
    )
    row.session_id = new_id()
    tx.emit(event)
    await access.copy_revoked_sessions(event, tx)


async def end_tokens_of_keeper(account_id: UUID, user_id: UUID, tx: Tx, now: datetime) -> None:
    """For every key that the person keeps there: what they may has changed, and so has what their keys may."""
    kept = select(ApiKeyRow).where(
        ApiKeyRow.account_id == account_id, ApiKeyRow.kept_by == user_id, ApiKeyRow.revoked_at.is_(None)
    )
    for row in (await tx.scalars(kept.order_by(ApiKeyRow.id).with_for_update())).all():
        await end_tokens(row, tx, now)
