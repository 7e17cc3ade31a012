"""Exchange a login code for a session."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from sqlalchemy import case, select, update

from contracts.base import Language
from identity.domain import codes
from identity.errors import CodeExpired, CodeUsed, CodeWrong, TooManyAttempts
from identity.tables import LoginCode, LoginPhone, User
from kit.db import Tx
from kit.errors import Problem

from .open_session import OpenedSession, open_session
from .register_user import register_user


@dataclass(frozen=True)
class SignedIn:
    """The person and the session that was opened."""

    user: User
    opened: OpenedSession


async def sign_in(
    phone_e164: str, code: str, device: str, tx: Tx, now: datetime, *, pepper: bytes, language: Language
) -> SignedIn | Problem:
    """Open a session for whoever holds the phone's live code, and make the user at the first time.

    A refusal is answered, not raised: the try it cost must be committed.
    """
    refusal = await _judge(phone_e164, code, tx, now, pepper)
    if refusal is not None:
        return refusal
    user = await register_user(phone_e164, tx, now, language=language)
    return SignedIn(user, await open_session(user, device, tx, now))


async def _judge(phone_e164: str, code: str, tx: Tx, now: datetime, pepper: bytes) -> Problem | None:
    latest = select(LoginCode).where(LoginCode.phone_e164 == phone_e164).order_by(LoginCode.created_at.desc()).limit(1)
    attempt = (await tx.scalars(latest)).first()
    if attempt is None:
        return CodeExpired()
    guess = codes.proof_of(pepper, attempt.attempt_id, phone_e164, code)
    fits = LoginCode.proof == guess
    # One statement counts the try and judges it: parallel guesses queue at the row and see the count of those before.
    judged = await tx.execute(
        update(LoginCode)
        .where(
            LoginCode.attempt_id == attempt.attempt_id,
            LoginCode.used_at.is_(None),
            LoginCode.expires_at > now,
            LoginCode.tries < codes.MAX_TRIES,
        )
        .values(tries=LoginCode.tries + 1, used_at=case((fits, now), else_=None))
        .returning(LoginCode.used_at, LoginCode.tries)
        .execution_options(synchronize_session=False)
    )
    row = judged.first()
    if row is None:
        await tx.refresh(attempt)
        return await _why_not_judged(attempt, tx, now)
    return None if row.used_at is not None else CodeWrong(codes.MAX_TRIES - row.tries)


async def _why_not_judged(attempt: LoginCode, tx: Tx, now: datetime) -> Problem:
    if attempt.used_at is not None:
        return CodeUsed()
    if attempt.expires_at <= now:
        return CodeExpired()
    phone = await tx.get(LoginPhone, attempt.phone_e164)
    allowed_at = codes.may_send_at(phone.sent_at if phone else [], now)
    return TooManyAttempts(max(1, ceil((allowed_at - now).total_seconds())))
