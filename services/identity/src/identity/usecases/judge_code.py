"""Judge a code that somebody entered."""

from datetime import datetime
from math import ceil

from sqlalchemy import and_, case, select, update

from identity.domain import codes
from identity.errors import CodeAskedElsewhere, CodeExpired, CodeUsed, CodeWrong, TooManyAttempts
from identity.sign_in_tables import LoginCode, LoginPhone, LoginSend
from kit.db import Tx
from kit.errors import Problem


async def judge_code(
    phone_e164: str, code: str, secret: str | None, tx: Tx, now: datetime, *, pepper: bytes
) -> Problem | None:
    """None when the code fits; else the refusal, which must be committed with the try it cost.

    `secret` is what the browser kept of its attempt; without one only a code that is bound to none can fit.
    """
    attempt = await _latest(phone_e164, secret, tx, now, pepper)
    if attempt is None:
        return CodeExpired()
    if attempt.secret_hash is not None and not secret:
        return CodeAskedElsewhere() if attempt.expires_at > now else CodeExpired()
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
    if row.used_at is None:
        return CodeWrong(codes.MAX_TRIES - row.tries)
    entered = update(LoginSend).where(LoginSend.attempt_id == attempt.attempt_id).values(entered_at=now)
    await tx.execute(entered.execution_options(synchronize_session=False))
    return None


async def _latest(phone_e164: str, secret: str | None, tx: Tx, now: datetime, pepper: bytes) -> LoginCode | None:
    """The latest attempt of this browser; without a secret a live unbound one, or else the latest of any."""
    found = select(LoginCode).where(LoginCode.phone_e164 == phone_e164)
    if secret:
        found = found.where(LoginCode.secret_hash == codes.hash_of_secret(pepper, secret))
    is_usable = and_(LoginCode.secret_hash.is_(None), LoginCode.expires_at > now)
    order = (LoginCode.created_at.desc(),) if secret else (is_usable.desc(), LoginCode.created_at.desc())
    return (await tx.scalars(found.order_by(*order).limit(1))).first()


async def _why_not_judged(attempt: LoginCode, tx: Tx, now: datetime) -> Problem:
    if attempt.used_at is not None:
        return CodeUsed()
    if attempt.expires_at <= now:
        return CodeExpired()
    phone = await tx.get(LoginPhone, attempt.phone_e164)
    allowed_at = codes.may_send_at(phone.sent_at if phone else [], now)
    return TooManyAttempts(max(1, ceil((allowed_at - now).total_seconds())))
