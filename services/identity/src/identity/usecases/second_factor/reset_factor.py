"""A lost second factor is taken off by those who run the platform: after days in which its owner can say no."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from identity.domain import second_factor as rules
from identity.second_factor_tables import SecondFactor
from identity.tables import PlatformStaff, User
from identity.usecases.audit import CLOCK, Actor
from kit.db import Tx
from kit.errors import NotFound

from .tell_factor import tell_factor


async def ask_reset(
    phone_e164: str, staff: PlatformStaff, reason: str, tx: Tx, now: datetime, *, domain: str
) -> datetime:
    """Take the factor of whoever has this phone off after `RESET_WAIT`; answers when. Asked again it keeps its day.

    Raises `NotFound` when nobody with this phone has one in force.
    """
    of_phone = select(SecondFactor).join(User, User.id == SecondFactor.user_id).where(User.phone_e164 == phone_e164)
    factor = (await tx.scalars(of_phone.with_for_update(of=SecondFactor))).first()
    if factor is None or not factor.is_in_force(now):
        raise NotFound("second_factor")
    if factor.reset_at is None:
        factor.reset_at = now + rules.RESET_WAIT
        actor = Actor(staff.user_id, f"Zapys · {staff.name}")
        await tell_factor(
            "reset_asked",
            factor.user_id,
            tx,
            now,
            domain=domain,
            effective_at=factor.reset_at,
            actor=actor,
            reason=reason,
        )
    return factor.reset_at


async def stop_reset(user_id: UUID, tx: Tx, now: datetime, *, domain: str) -> None:
    """Keep the factor: any device of the person may say so. Raises `NotFound`."""
    factor = await tx.get(SecondFactor, user_id, with_for_update=True)
    if factor is None or factor.reset_at is None:
        raise NotFound("second_factor_reset")
    factor.reset_at = None
    await tell_factor("reset_stopped", user_id, tx, now, domain=domain)


async def apply_resets(tx: Tx, now: datetime, *, domain: str) -> int:
    """Take off what has waited long enough; answers how many. Needs a transaction of the system."""
    due = select(SecondFactor).where(SecondFactor.reset_at <= now).order_by(SecondFactor.reset_at).limit(100)
    found = (await tx.scalars(due.with_for_update(skip_locked=True))).all()
    for factor in found:
        await tx.delete(factor)
        await tell_factor("reset", factor.user_id, tx, now, domain=domain, actor=CLOCK)
    return len(found)
