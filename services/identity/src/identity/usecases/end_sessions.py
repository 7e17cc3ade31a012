"""Sign devices out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import update

from contracts.identity import SessionsRevoked
from identity.keyring import ACCESS_LIFE, CLOCK_LEEWAY
from identity.sign_in_tables import Session
from identity.tables import User
from kit import access
from kit.db import Tx

Reason = Literal["signed_out", "signed_out_everywhere", "refresh_token_reused", "phone_changed", "erased"]


async def end_sessions(
    user_id: UUID, session_ids: Sequence[UUID] | None, reason: Reason, tx: Tx, now: datetime
) -> tuple[UUID, ...]:
    """End those sessions of the user, or all of them for none; answers which were alive.

    Their refresh tokens are dead at once; their access tokens are refused by every service as soon as it hears.
    """
    ending = update(Session).where(Session.user_id == user_id, Session.ended_at.is_(None))
    if session_ids is not None:
        ending = ending.where(Session.id.in_(session_ids))
    done = await tx.scalars(ending.values(ended_at=now, end_reason=reason).returning(Session.id))
    ended = tuple(done)
    if not ended:
        return ()
    counting = update(User).where(User.id == user_id).values(sessions_version=User.sessions_version + 1)
    version = (await tx.execute(counting.returning(User.sessions_version))).scalar_one()
    event = SessionsRevoked(
        version=version, user_id=user_id, session_ids=ended, tokens_expire_at=now + ACCESS_LIFE + CLOCK_LEEWAY
    )
    tx.emit(event)
    await access.copy_revoked_sessions(event, tx)
    return ended
