"""Confirm with a fresh code that the person is still there."""

from datetime import datetime
from uuid import UUID

from identity.errors import SessionExpired
from identity.tables import Session, User
from kit.db import Tx
from kit.errors import Problem

from .judge_code import judge_code


async def confirm_session(
    user_id: UUID, session_id: UUID, code: str, secret: str | None, tx: Tx, now: datetime, *, pepper: bytes
) -> User | Problem:
    """Mark the session as confirmed now when the code from the own phone fits.

    A refusal is answered, not raised: the try it cost must be committed.
    """
    session = await tx.get(Session, session_id, with_for_update=True)
    if session is None or session.ended_at is not None or session.user_id != user_id:
        return SessionExpired()
    user = await tx.get_one(User, user_id)
    refusal = await judge_code(user.phone_e164, code, secret, tx, now, pepper=pepper)
    if refusal is not None:
        return refusal
    session.confirmed_at = now
    return user
