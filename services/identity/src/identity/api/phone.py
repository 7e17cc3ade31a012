"""The caller's phone, and its change."""

from fastapi import APIRouter, Request
from sqlalchemy import delete

from contracts.http.identity import PhoneChangeAnswer, PhoneChangeBody, PhoneChangeState
from identity.domain.codes import digits_of
from identity.phone_change_tables import PhoneChange
from identity.usecases.phone_changes.ask_phone_change import ask_phone_change
from identity.wiring import WiringDep
from kit.edge import CallerDep, DbDep, FreshCallerDep
from kit.errors import NotFound, Problem
from kit.messaging import now_utc
from kit.phones import masked

from . import cookies
from .phones import allowed_phone

router = APIRouter(prefix="/api/v1/me/phone", tags=["The caller"])


@router.get("", operation_id="read_phone_change")
async def get_change(caller: CallerDep, db: DbDep) -> PhoneChangeState:
    """The change that waits for its day, if there is one."""
    async with db.system_tx() as tx:
        change = await tx.get(PhoneChange, caller.user_id)
    return PhoneChangeState(change=None if change is None else _answer(change))


@router.post(
    "",
    status_code=202,
    operation_id="change_phone",
    responses={
        401: {"description": "Code wrong, expired or used"},
        403: {"description": "No fresh code from the present phone"},
        409: {"description": "Somebody signs in with this phone already"},
    },
)
async def post_change(
    body: PhoneChangeBody, request: Request, caller: FreshCallerDep, db: DbDep, wiring: WiringDep
) -> PhoneChangeAnswer:
    """Sign in with another phone from tomorrow on; its code comes here, one from the present phone came just before."""
    phone_e164 = allowed_phone(body.phone, wiring.settings)
    secret = body.attempt or cookies.read(request, "attempt", wiring.settings)
    code, domain = digits_of(body.code), wiring.settings.public_host
    async with db.system_tx() as tx:
        done = await ask_phone_change(
            caller.user_id, phone_e164, code, secret, tx, now_utc(), pepper=wiring.pepper, domain=domain
        )
    if isinstance(done, Problem):
        raise done
    return _answer(done)


@router.delete(
    "", status_code=204, operation_id="keep_phone", responses={404: {"description": "No change waits for its day"}}
)
async def delete_change(caller: CallerDep, db: DbDep) -> None:
    """Keep the present phone; every signed-in device may say so."""
    async with db.system_tx() as tx:
        gone = await tx.execute(
            delete(PhoneChange).where(PhoneChange.user_id == caller.user_id).returning(PhoneChange.user_id)
        )
        if gone.first() is None:
            raise NotFound("phone_change")


def _answer(change: PhoneChange) -> PhoneChangeAnswer:
    return PhoneChangeAnswer(phone=masked(change.new_phone_e164), effective_at=change.effective_at)
