"""Take a second factor off: with a code of it, or before it is asked for at all."""

from datetime import datetime
from uuid import UUID

from identity.errors import SecondFactorInForce
from identity.second_factor_tables import SecondFactor
from kit.db import Tx
from kit.errors import NotFound, Problem

from .judge_factor import judge_factor
from .set_up_factor import renew_recovery_codes
from .tell_factor import tell_factor


async def remove_factor(
    user_id: UUID, code: str, tx: Tx, now: datetime, *, pepper: bytes, domain: str
) -> Problem | None:
    """Take it off for a code of it. A refusal is answered, not raised. Raises `NotFound`."""
    factor = await _confirmed(user_id, tx)
    refusal = await judge_factor(factor, code, tx, now, pepper=pepper, domain=domain)
    if refusal is None:
        await tx.delete(factor)
        await tell_factor("removed", user_id, tx, now, domain=domain)
    return refusal


async def replace_recovery_codes(
    user_id: UUID, code: str, tx: Tx, now: datetime, *, pepper: bytes, domain: str
) -> tuple[str, ...] | Problem:
    """New recovery codes for a code of the factor. A refusal is answered, not raised. Raises `NotFound`."""
    factor = await _confirmed(user_id, tx)
    refusal = await judge_factor(factor, code, tx, now, pepper=pepper, domain=domain)
    if refusal is not None:
        return refusal
    made = await renew_recovery_codes(user_id, tx, pepper=pepper)
    await tell_factor("recovery_codes_renewed", user_id, tx, now, domain=domain)
    return made


async def give_up_factor(user_id: UUID, tx: Tx, now: datetime, *, domain: str) -> None:
    """Take off one that is not asked for yet: any device of the person may.

    Raises `NotFound`, and `SecondFactorInForce` for one that is.
    """
    factor = await tx.get(SecondFactor, user_id, with_for_update=True)
    if factor is None:
        raise NotFound("second_factor")
    if factor.is_in_force(now):
        raise SecondFactorInForce
    await tx.delete(factor)
    if factor.confirmed_at is not None:
        await tell_factor("removed", user_id, tx, now, domain=domain)


async def _confirmed(user_id: UUID, tx: Tx) -> SecondFactor:
    factor = await tx.get(SecondFactor, user_id, with_for_update=True)
    if factor is None or factor.confirmed_at is None:
        raise NotFound("second_factor")
    return factor
