"""Exchange a login code for a session."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from contracts.base import Language
from identity.domain import codes
from identity.domain import second_factor as rules
from identity.errors import SecondFactorRequired, SecondStepExpired
from identity.second_factor_tables import WaitingSignIn
from identity.tables import User
from kit.db import Tx
from kit.errors import Problem

from .judge_code import judge_code
from .open_session import OpenedSession, open_session
from .register_user import register_user
from .second_factor.judge_factor import factor_in_force, judge_factor


@dataclass(frozen=True)
class SignedIn:
    """The person, the session that was opened, and the second factor that this device has shown."""

    user: User
    opened: OpenedSession
    factor_id: UUID | None = None


@dataclass(frozen=True)
class Device:
    """What somebody signs in on: how they name it, and what it kept of an earlier sign-in."""

    name: str
    token: str | None = None


async def sign_in(
    phone_e164: str,
    code: str,
    secret: str | None,
    device: Device,
    tx: Tx,
    now: datetime,
    *,
    pepper: bytes,
    language: Language,
) -> SignedIn | Problem:
    """Open a session for whoever holds the phone's live code, and make the user at the first time.

    Of whoever has a second factor a new device is asked for its code too; a device that showed one before opens
    without, but unconfirmed: dangerous acts still wait for it. A refusal is answered, not raised: the try it cost must
    be committed.
    """
    refusal = await judge_code(phone_e164, code, secret, tx, now, pepper=pepper)
    if refusal is not None:
        return refusal
    user = await register_user(phone_e164, tx, now, language=language)
    factor = await factor_in_force(user.id, tx, now)
    if factor is None:
        return SignedIn(user, await open_session(user, device.name, tx, now))
    if codes.is_device_with_factor(pepper, device.token or "", factor.id):
        return SignedIn(user, await open_session(user, device.name, tx, now, is_confirmed=False), factor.id)
    ticket, expires_at = rules.new_ticket(), now + rules.TICKET_LIFE
    tx.add(WaitingSignIn(ticket_hash=rules.hash_of_ticket(pepper, ticket), user_id=user.id, expires_at=expires_at))
    return SecondFactorRequired(ticket, expires_at)


async def finish_sign_in(
    ticket: str, code: str, device: Device, tx: Tx, now: datetime, *, pepper: bytes, domain: str
) -> SignedIn | Problem:
    """Open the session that waited for the second factor; its ticket is worth nothing afterwards.

    A refusal is answered, not raised: the try it cost must be committed.
    """
    of_ticket = select(WaitingSignIn).where(
        WaitingSignIn.ticket_hash == rules.hash_of_ticket(pepper, ticket), WaitingSignIn.expires_at > now
    )
    waiting = (await tx.scalars(of_ticket.with_for_update())).first()
    if waiting is None:
        return SecondStepExpired()
    factor = await factor_in_force(waiting.user_id, tx, now)
    if factor is None:
        return SecondStepExpired()
    refusal = await judge_factor(factor, code, tx, now, pepper=pepper, domain=domain)
    if refusal is not None:
        return refusal
    await tx.delete(waiting)
    user = await tx.get_one(User, waiting.user_id)
    return SignedIn(user, await open_session(user, device.name, tx, now), factor.id)
