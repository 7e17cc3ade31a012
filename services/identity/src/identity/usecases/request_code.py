"""Send a login code to a phone."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from contracts.base import Language
from contracts.identity import LoginCodeRequested
from identity.domain import codes
from identity.errors import TooManyCodes
from identity.tables import LoginCode, LoginPhone
from kit.db import Tx
from kit.ids import new_id


@dataclass(frozen=True)
class CodeOnItsWay:
    """When the code dies and when another may be asked for."""

    expires_at: datetime
    resend_at: datetime


async def request_code(
    phone_e164: str, tx: Tx, now: datetime, *, pepper: bytes, language: Language, domain: str
) -> CodeOnItsWay:
    """Let a code go to the phone, the live one again where there is one; the same for known and unknown phones.

    Parallel requests for a phone queue at its row, so the limits hold however many come at once. Raises `TooManyCodes`.
    """
    await tx.execute(insert(LoginPhone).values(phone_e164=phone_e164, sent_at=[]).on_conflict_do_nothing())
    phone = await tx.get_one(LoginPhone, phone_e164, with_for_update=True)
    allowed_at = codes.may_send_at(phone.sent_at, now)
    if allowed_at > now:
        raise TooManyCodes(ceil((allowed_at - now).total_seconds()))
    phone.sent_at = [*codes.still_counted(phone.sent_at, now), now]
    attempt = await _live_attempt(tx, phone_e164, now)
    if attempt is None:
        attempt = _new_attempt(phone_e164, now, pepper)
        tx.add(attempt)
    else:
        attempt.sends += 1
    tx.emit(
        LoginCodeRequested(
            version=attempt.sends,
            attempt_id=attempt.attempt_id,
            phone_e164=phone_e164,
            code=codes.new_code(pepper, attempt.attempt_id, attempt.seed),
            language=language,
            domain=domain,
            expires_at=attempt.expires_at,
        )
    )
    return CodeOnItsWay(attempt.expires_at, codes.may_send_at(phone.sent_at, now))


async def _live_attempt(tx: Tx, phone_e164: str, now: datetime) -> LoginCode | None:
    latest = select(LoginCode).where(LoginCode.phone_e164 == phone_e164).order_by(LoginCode.created_at.desc()).limit(1)
    attempt = (await tx.scalars(latest)).first()
    if attempt is None or attempt.used_at is not None or attempt.tries >= codes.MAX_TRIES:
        return None
    return attempt if attempt.expires_at - now >= codes.WORTH_RESENDING else None


def _new_attempt(phone_e164: str, now: datetime, pepper: bytes) -> LoginCode:
    attempt_id, seed = new_id(), secrets.token_bytes(codes.SEED_BYTES)
    code = codes.new_code(pepper, attempt_id, seed)
    return LoginCode(
        attempt_id=attempt_id,
        phone_e164=phone_e164,
        seed=seed,
        proof=codes.proof_of(pepper, attempt_id, phone_e164, code),
        created_at=now,
        expires_at=now + codes.CODE_LIFE,
        sends=1,
        tries=0,
    )
