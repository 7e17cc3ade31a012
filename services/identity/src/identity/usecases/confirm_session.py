"""Confirm with a fresh code that the person is still there."""

from datetime import datetime
from uuid import UUID

from identity.domain.codes import digits_of
from identity.errors import SessionExpired
from identity.sign_in_tables import Session
from identity.tables import User
from kit.db import Tx
from kit.errors import Problem

from .judge_code import judge_code
from .second_factor.judge_factor import factor_in_force, judge_factor


async def confirm_session(
    user_id: UUID,
    session_id: UUID,
    code: str,
    secret: str | None,
    tx: Tx,
    now: datetime,
    *,
    pepper: bytes,
    domain: str,
) -> User | Problem:
    """Mark the session as confirmed now when the code fits: of the second factor where the person has one, or else from
    the own phone.

    Raises `InvalidInput` for what is no code of that kind. A refusal is answered, not raised: the try it cost
    must be committed.
    """
    session = await tx.get(Session, session_id, with_for_update=True)
    if session is None or session.ended_at is not None or session.user_id != user_id:
        return SessionExpired()
    user = await tx.get_one(User, user_id)
    factor = await factor_in_force(user_id, tx, now)
    if factor is not None:
        refusal = await judge_factor(factor, code, tx, now, pepper=pepper, domain=domain)
    else:
        refusal = await judge_code(user.phone_e164, digits_of(code), secret, tx, now, pepper=pepper)
    if refusal is not None:
        return refusal
    session.confirmed_at = now
    return user
