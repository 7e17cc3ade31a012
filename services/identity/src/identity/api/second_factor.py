"""The caller's second factor."""

from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import func, select

from contracts.http.identity import (
    NewSecondFactor,
    RecoveryCodes,
    SecondFactorAnswer,
    SecondFactorCodeBody,
    SecondFactorSetUp,
)
from identity import queries
from identity.roles import DANGEROUS
from identity.second_factor_tables import RecoveryCode, SecondFactor
from identity.usecases.second_factor.demand_factor import state_of
from identity.usecases.second_factor.remove_factor import give_up_factor, remove_factor, replace_recovery_codes
from identity.usecases.second_factor.reset_factor import stop_reset
from identity.usecases.second_factor.set_up_factor import begin_factor, confirm_factor
from identity.wiring import WiringDep
from kit.edge import CallerDep, DbDep, FreshCallerDep
from kit.errors import Problem
from kit.messaging import now_utc

from .auth import mark_device

router = APIRouter(prefix="/api/v1/me/second-factor", tags=["The caller"])

_WRONG: dict[int | str, dict[str, Any]] = {
    401: {"description": "Code wrong or used"},
    429: {"description": "No tries left for now"},
}
_NONE: dict[int | str, dict[str, Any]] = {404: {"description": "There is none"}}


@router.get("", operation_id="read_second_factor")
async def get_factor(caller: CallerDep, db: DbDep) -> SecondFactorAnswer:
    """Whether there is one, and whether there had better be."""
    now = now_utc()
    async with db.system_tx() as tx:
        factor = await tx.get(SecondFactor, caller.user_id)
        unused = select(func.count()).where(RecoveryCode.user_id == caller.user_id, RecoveryCode.used_at.is_(None))
        left = await tx.scalar(unused)
        places = await queries.memberships_of(tx, caller.user_id)
    return SecondFactorAnswer(
        state=state_of(factor, now),
        effective_at=factor.effective_at if factor else None,
        recovery_codes_left=left or 0,
        reset_at=factor.reset_at if factor else None,
        advised=any(membership.permissions & DANGEROUS for membership, _ in places),
    )


@router.post(
    "",
    status_code=201,
    operation_id="begin_second_factor",
    responses={403: {"description": "No fresh code"}, 409: {"description": "There is one"}},
)
async def post_factor(caller: FreshCallerDep, response: Response, db: DbDep, wiring: WiringDep) -> NewSecondFactor:
    """A secret for an authenticator app; it is asked for only after a first code of it has come back."""
    async with db.system_tx() as tx:
        begun = await begin_factor(caller.user_id, tx, now_utc(), pepper=wiring.pepper)
    response.headers["Cache-Control"] = "no-store"
    return NewSecondFactor(secret=begun.secret, address=begun.address)


@router.post(
    "/confirm",
    operation_id="confirm_second_factor",
    responses={**_WRONG, **_NONE, 409: {"description": "It was confirmed before"}},
)
async def post_confirmation(
    body: SecondFactorCodeBody, caller: FreshCallerDep, response: Response, db: DbDep, wiring: WiringDep
) -> SecondFactorSetUp:
    """A first code of the app; the answer shows the recovery codes, this once."""
    pepper, domain = wiring.pepper, wiring.settings.public_host
    async with db.system_tx() as tx:
        done = await confirm_factor(
            caller.user_id, caller.session_id, body.code, tx, now_utc(), pepper=pepper, domain=domain
        )
    if isinstance(done, Problem):
        raise done
    response.headers["Cache-Control"] = "no-store"
    token = mark_device(caller.phone_e164, done.id, response, wiring)
    return SecondFactorSetUp(effective_at=done.effective_at, recovery_codes=done.recovery_codes, device_token=token)


@router.delete(
    "",
    status_code=204,
    operation_id="give_up_second_factor",
    responses={**_NONE, 409: {"description": "It is in force: a code of it is needed"}},
)
async def delete_factor(caller: CallerDep, db: DbDep, wiring: WiringDep) -> None:
    """Give up one that is not asked for yet; every signed-in device may."""
    async with db.system_tx() as tx:
        await give_up_factor(caller.user_id, tx, now_utc(), domain=wiring.settings.public_host)


@router.post("/remove", status_code=204, operation_id="remove_second_factor", responses={**_WRONG, **_NONE})
async def post_removal(body: SecondFactorCodeBody, caller: CallerDep, db: DbDep, wiring: WiringDep) -> None:
    """Take it off, for a code of it."""
    pepper, domain = wiring.pepper, wiring.settings.public_host
    async with db.system_tx() as tx:
        refusal = await remove_factor(caller.user_id, body.code, tx, now_utc(), pepper=pepper, domain=domain)
    if refusal is not None:
        raise refusal


@router.post("/recovery-codes", operation_id="renew_recovery_codes", responses={**_WRONG, **_NONE})
async def post_recovery_codes(
    body: SecondFactorCodeBody, caller: CallerDep, response: Response, db: DbDep, wiring: WiringDep
) -> RecoveryCodes:
    """Ten new ones, for a code of the factor; those before open nothing any more."""
    pepper, domain = wiring.pepper, wiring.settings.public_host
    async with db.system_tx() as tx:
        done = await replace_recovery_codes(caller.user_id, body.code, tx, now_utc(), pepper=pepper, domain=domain)
    if isinstance(done, Problem):
        raise done
    response.headers["Cache-Control"] = "no-store"
    return RecoveryCodes(recovery_codes=done)


@router.delete(
    "/reset", status_code=204, operation_id="stop_second_factor_reset", responses={404: {"description": "None waits"}}
)
async def delete_reset(caller: CallerDep, db: DbDep, wiring: WiringDep) -> None:
    """Keep it: it is not lost; every signed-in device may say so."""
    async with db.system_tx() as tx:
        await stop_reset(caller.user_id, tx, now_utc(), domain=wiring.settings.public_host)
