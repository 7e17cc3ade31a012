"""Send a login code to a phone."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from contracts.base import Language
from contracts.identity import LoginCodeRequested
from identity.domain import codes
from identity.errors import TooManyCodes
from identity.sign_in_tables import LoginCode, LoginPhone
from kit.db import Tx
from kit.ids import new_id

from .admit_send import Asker, Guarding, admit_send, refuse_flood


@dataclass(frozen=True)
class Wanted:
    """What is asked for: a code in this language, its SMS naming this host.

    `is_bound` makes the code good only together with the attempt's secret; `secret` is that of an attempt under way.
    """

    language: Language
    domain: str
    is_bound: bool = False
    secret: str | None = None
    device_token: str | None = None


@dataclass(frozen=True)
class CodeOnItsWay:
    """When the code dies, when another may be asked for, and what the browser must keep."""

    expires_at: datetime
    resend_at: datetime
    secret: str | None


async def request_code(
    phone_e164: str, wanted: Wanted, asker: Asker, tx: Tx, now: datetime, guarding: Guarding
) -> CodeOnItsWay:
    """Let a code go to the phone, the live one again where there is one; the same for known and unknown phones.

    Parallel requests for a phone queue at its row, so the limits hold however many come at once. Raises
    `TooManyCodes` and what `refuse_flood` and `admit_send` raise.
    """
    is_known = codes.is_known_device(guarding.pepper, wanted.device_token or "", phone_e164)
    seen = await tx.get(LoginPhone, phone_e164)
    if seen is not None:
        _refuse_too_soon(seen, now, is_known=is_known)  # a flood at one phone is refused before it queues
    if not is_known:
        await refuse_flood(phone_e164, asker, tx, now, guarding)
    await tx.execute(
        insert(LoginPhone).values(phone_e164=phone_e164, sent_at=[], known_sent_at=[]).on_conflict_do_nothing()
    )
    phone = await tx.get_one(LoginPhone, phone_e164, with_for_update=True, populate_existing=True)
    _spend(phone, now, is_known=is_known)
    attempt, secret = await _attempt(phone_e164, wanted, tx, now, guarding.pepper)
    await admit_send(phone_e164, attempt.attempt_id, asker, tx, now, guarding, is_known=is_known)
    tx.emit(
        LoginCodeRequested(
            version=attempt.sends,
            attempt_id=attempt.attempt_id,
            phone_e164=phone_e164,
            code=codes.new_code(guarding.pepper, attempt.attempt_id, attempt.seed),
            language=wanted.language,
            domain=wanted.domain,
            expires_at=attempt.expires_at,
        )
    )
    return CodeOnItsWay(attempt.expires_at, _may_send_at(phone, now, is_known=is_known), secret)


def _spend(phone: LoginPhone, now: datetime, *, is_known: bool) -> None:
    """Take one SMS of the phone's own. A known device has some for itself when strangers have used up the rest."""
    _refuse_too_soon(phone, now, is_known=is_known)
    phone.known_sent_at = codes.still_counted(phone.known_sent_at, now)
    sent = codes.still_counted(phone.sent_at, now)
    if codes.may_send_at(sent, now) > now:
        phone.known_sent_at = [*phone.known_sent_at, now]
        phone.sent_at = sent
    else:
        phone.sent_at = [*sent, now]


def _refuse_too_soon(phone: LoginPhone, now: datetime, *, is_known: bool) -> None:
    allowed_at = _may_send_at(phone, now, is_known=is_known)
    if allowed_at > now:
        raise TooManyCodes(ceil((allowed_at - now).total_seconds()), codes.SMS_PER_DAY)


def _may_send_at(phone: LoginPhone, now: datetime, *, is_known: bool) -> datetime:
    usual = codes.may_send_at(phone.sent_at, now)
    if not is_known:
        return usual
    return min(usual, codes.may_send_at(phone.known_sent_at, now, codes.KNOWN_DEVICE_LIMITS))


async def _attempt(
    phone_e164: str, wanted: Wanted, tx: Tx, now: datetime, pepper: bytes
) -> tuple[LoginCode, str | None]:
    """The live attempt of the same browser once more, or a new one; with the secret that opens it."""
    secret = wanted.secret if wanted.is_bound else None
    secret_hash = codes.hash_of_secret(pepper, secret) if secret else None
    if secret is not None or not wanted.is_bound:
        live = await _live_attempt(phone_e164, secret_hash, tx, now)
        if live is not None:
            live.sends += 1
            return live, secret
    secret = codes.new_secret() if wanted.is_bound else None
    attempt_id, seed = new_id(), secrets.token_bytes(codes.SEED_BYTES)
    attempt = _new_attempt(phone_e164, attempt_id, seed, now, pepper)
    attempt.secret_hash = codes.hash_of_secret(pepper, secret) if secret else None
    tx.add(attempt)
    return attempt, secret


async def _live_attempt(phone_e164: str, secret_hash: bytes | None, tx: Tx, now: datetime) -> LoginCode | None:
    of_phone = select(LoginCode).where(LoginCode.phone_e164 == phone_e164)
    same = LoginCode.secret_hash.is_(None) if secret_hash is None else LoginCode.secret_hash == secret_hash
    attempt = (await tx.scalars(of_phone.where(same).order_by(LoginCode.created_at.desc()).limit(1))).first()
    if attempt is None or attempt.used_at is not None or attempt.tries >= codes.MAX_TRIES:
        return None
    return attempt if attempt.expires_at - now >= codes.WORTH_RESENDING else None


def _new_attempt(phone_e164: str, attempt_id: UUID, seed: bytes, now: datetime, pepper: bytes) -> LoginCode:
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
