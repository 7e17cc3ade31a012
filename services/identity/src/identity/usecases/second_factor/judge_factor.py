"""Judge a code of the second factor."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, case, func, literal, or_, update

from identity.domain import second_factor as rules
from identity.errors import SecondFactorCodeUsed, SecondFactorTries, SecondFactorWrong
from identity.second_factor_tables import RecoveryCode, SecondFactor
from kit.db import Tx
from kit.errors import InvalidInput, Problem
from kit.ids import new_id
from kit.secrets import SecretBox

from .tell_factor import tell_factor


async def factor_in_force(user_id: UUID, tx: Tx, now: datetime) -> SecondFactor | None:
    """The factor whose code is asked of the person."""
    factor = await tx.get(SecondFactor, user_id)
    return factor if factor is not None and factor.is_in_force(now) else None


async def judge_factor(
    factor: SecondFactor, written: str, tx: Tx, now: datetime, *, pepper: bytes, domain: str
) -> Problem | None:
    """None when a code of the app or an unused recovery code was written; else the refusal, to be committed.

    A right code says that nothing is lost: a reset that waits ends with it. Raises `InvalidInput` for what is no code.
    """
    read = rules.read_code(written)
    if read is None:
        raise InvalidInput.of("/code", "second_factor_code")
    code, is_recovery = read
    if is_recovery:
        return await _judge_recovery(factor, code, tx, now, pepper=pepper, domain=domain)
    secret = SecretBox(rules.sealing_key(pepper)).open(factor.sealed, str(factor.user_id))
    return await _judge_step(factor, rules.step_of(secret, code, now), tx, now)


async def _judge_step(factor: SecondFactor, step: int | None, tx: Tx, now: datetime) -> Problem | None:
    """One statement counts the try and judges it: parallel ones queue at the row and see those before."""
    tried = new_id()
    passes = literal(step is not None) & (SecondFactor.last_step < (step or 0))
    within_limits = [
        or_(SecondFactor.failed_at[count].is_(None), SecondFactor.failed_at[count] <= now - span)
        for count, span in rules.LIMITS
    ]
    failures = func.array_prepend(now, SecondFactor.failed_at[1 : rules.KEPT_FAILURES - 1])
    judged = await tx.execute(
        update(SecondFactor)
        .where(SecondFactor.user_id == factor.user_id, SecondFactor.id == factor.id, and_(*within_limits))
        .values(
            last_step=case((passes, step or 0), else_=SecondFactor.last_step),
            passed_by=case((passes, tried), else_=SecondFactor.passed_by),
            failed_at=case((passes, SecondFactor.failed_at), else_=failures),
            reset_at=case((passes, None), else_=SecondFactor.reset_at),
        )
        .returning(SecondFactor.passed_by, SecondFactor.failed_at)
        .execution_options(synchronize_session=False)
    )
    row = judged.first()
    await tx.refresh(factor)
    if row is None:
        return SecondFactorTries(rules.wait_s(factor.failed_at, now))
    if row.passed_by == tried:
        return None
    if step is not None:
        return SecondFactorCodeUsed(rules.STEP_S - int(now.timestamp()) % rules.STEP_S)
    return SecondFactorWrong(rules.tries_left(row.failed_at, now))


async def _judge_recovery(
    factor: SecondFactor, code: str, tx: Tx, now: datetime, *, pepper: bytes, domain: str
) -> Problem | None:
    used = await tx.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == factor.user_id,
            RecoveryCode.hash == rules.hash_of_recovery(pepper, factor.user_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.user_id)
        .execution_options(synchronize_session=False)
    )
    if used.first() is None:
        return SecondFactorWrong(rules.tries_left(factor.failed_at, now))
    factor.reset_at = None
    await tell_factor("recovery_code_used", factor.user_id, tx, now, domain=domain)
    return None
