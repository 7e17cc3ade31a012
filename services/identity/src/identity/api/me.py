"""The caller's own profile."""

import re

from fastapi import APIRouter, Response

from contracts.http.identity import ProfileAnswer, ProfileBody
from contracts.http.identity.profile import ErasedLogin, EraseLoginBody
from identity import queries
from identity.tables import User
from identity.usecases.change_profile import change_profile
from identity.usecases.erase_login import erase_login
from identity.wiring import WiringDep
from kit.edge import CallerDep, DbDep, FreshCallerDep
from kit.errors import InvalidInput, Unauthenticated
from kit.messaging import now_utc

from .answers import profile_answer
from .cookies import clear_refresh

router = APIRouter(prefix="/api/v1/me", tags=["The caller"])

_EMAIL = re.compile(r"[^\s@<>\"(),:;\\]+@[^\s@<>\"(),:;\\.]+(\.[^\s@<>\"(),:;\\.]+)+")


@router.get("", operation_id="read_profile")
async def get_profile(caller: CallerDep, db: DbDep) -> ProfileAnswer:
    """Profile and memberships."""
    async with db.system_tx() as tx:
        user = await tx.get(User, caller.user_id)
        if user is None or user.erased_at is not None:
            raise Unauthenticated
        return profile_answer(user, await queries.memberships_of(tx, user.id))


@router.patch("", operation_id="change_profile")
async def patch_profile(body: ProfileBody, caller: CallerDep, db: DbDep) -> ProfileAnswer:
    """Change name, language or channels; every account where the caller works hears of it."""
    email = body.channels.email
    if email is not None and not _EMAIL.fullmatch(email):
        raise InvalidInput.of("/channels/email", "email")
    async with db.system_tx() as tx:
        user = await change_profile(caller.user_id, body, tx, now_utc())
        return profile_answer(user, await queries.memberships_of(tx, user.id))


@router.post("/erase", operation_id="erase_my_login")
async def post_erase(
    body: EraseLoginBody, caller: FreshCallerDep, response: Response, db: DbDep, wiring: WiringDep
) -> ErasedLogin:
    """Have phone, name and devices forgotten; what firms keep of a client goes by the routes of client data."""
    assert body.confirm == "erase"
    now = now_utc()
    async with db.system_tx() as tx:
        await erase_login(caller.user_id, tx, now)
    clear_refresh(response, wiring.settings)
    return ErasedLogin(erased_at=now)
