"""Set a second factor up: a secret for the app, and a first code that shows that it arrived."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select

from identity.domain import second_factor as rules
from identity.errors import SecondFactorExists
from identity.second_factor_tables import RecoveryCode, SecondFactor
from identity.sign_in_tables import Session
from identity.tables import User
from identity.usecases.keep_demo import check_leaves_demo
from kit.db import Tx
from kit.errors import NotFound, Problem
from kit.ids import new_id
from kit.phones import masked
from kit.secrets import SecretBox

from .judge_factor import judge_factor
from .tell_factor import tell_factor


@dataclass(frozen=True)
class BegunFactor:
    """What the app needs, shown once."""

    secret: str
    address: str


@dataclass(frozen=True)
class SetUpFactor:
    """From when on it is asked for, and what stands in for it when it is lost, shown once."""

    id: UUID
    effective_at: datetime
    recovery_codes: tuple[str, ...]


async def begin_factor(user_id: UUID, tx: Tx, now: datetime, *, pepper: bytes) -> BegunFactor:
    """A new secret; one that was begun before and never confirmed is worth nothing any more.

    Raises `SecondFactorExists` when one was confirmed, and `DemoOnlyShows`.
    """
    user = await tx.get_one(User, user_id, with_for_update=True)
    check_leaves_demo(user)
    factor = await tx.get(SecondFactor, user_id)
    if factor is not None and factor.confirmed_at is not None:
        raise SecondFactorExists
    if factor is not None:
        await tx.delete(factor)
        await tx.flush()
    secret = rules.new_secret()
    sealed = SecretBox(rules.sealing_key(pepper)).seal(secret, str(user_id))
    tx.add(SecondFactor(user_id=user_id, id=new_id(), sealed=sealed, begun_at=now))
    return BegunFactor(secret, rules.address_of(secret, masked(user.phone_e164)))


async def confirm_factor(
    user_id: UUID, session_id: UUID, code: str, tx: Tx, now: datetime, *, pepper: bytes, domain: str
) -> SetUpFactor | Problem:
    """Let the factor be asked for from now on, or after `HOLD` where somebody who just came in sets it up.

    A thief of the phone's number could otherwise shut its owner out for good. A refusal is answered, not raised.
    Raises `NotFound` when none was begun and `SecondFactorExists` when it was confirmed before.
    """
    factor = await tx.get(SecondFactor, user_id, with_for_update=True)
    if factor is None:
        raise NotFound("second_factor")
    if factor.confirmed_at is not None:
        raise SecondFactorExists
    refusal = await judge_factor(factor, code, tx, now, pepper=pepper, domain=domain)
    if refusal is not None:
        return refusal
    session = await tx.get_one(Session, session_id)
    is_new_here = await _has_older_sessions(session, tx) and now - session.created_at < rules.HOLD
    effective_at = now + rules.HOLD if is_new_here else now
    factor.confirmed_at, factor.effective_at = now, effective_at
    if not is_new_here:
        session.confirmed_at = now
    recovery_codes = await renew_recovery_codes(user_id, tx, pepper=pepper)
    await tell_factor("set_up", user_id, tx, now, domain=domain, effective_at=effective_at)
    return SetUpFactor(factor.id, effective_at, recovery_codes)


async def renew_recovery_codes(user_id: UUID, tx: Tx, *, pepper: bytes) -> tuple[str, ...]:
    """Ten new ones; those before open nothing any more."""
    await tx.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    made = rules.new_recovery_codes()
    for code in made:
        tx.add(RecoveryCode(user_id=user_id, hash=rules.hash_of_recovery(pepper, user_id, code)))
    return made


async def _has_older_sessions(session: Session, tx: Tx) -> bool:
    older = select(exists().where(Session.user_id == session.user_id, Session.created_at < session.created_at))
    return bool(await tx.scalar(older))
