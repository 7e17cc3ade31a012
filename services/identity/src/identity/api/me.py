"""The caller's own profile."""

import re

from fastapi import APIRouter

from contracts.http.identity import ProfileAnswer, ProfileBody
from identity import queries
from identity.tables import User
from identity.usecases.change_profile import change_profile
from kit.edge import CallerDep, DbDep
from kit.errors import InvalidInput, Unauthenticated
from kit.messaging import now_utc

from .answers import profile_answer

router = APIRouter(prefix="/api/v1/me", tags=["The caller"])

_EMAIL = re.compile(r"[^\s@<>\"(),:;\\]+@[^\s@<>\"(),:;\\.]+(\.[^\s@<>\"(),:;\\.]+)+")


@router.get("", operation_id="read_profile")
async def get_profile(caller: CallerDep, db: DbDep) -> ProfileAnswer:
    """Profile and memberships."""
    async with db.system_tx() as tx:
        user = await tx.get(User, caller.user_id)
        if user is None:
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
