"""An older database was put back: logins that were erased since it was set aside are erased again, by themselves."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import text

from identity.errors import LoginInUse
from identity.tables import User
from kit.db import Database
from kit.loops import each

from .erase_login import erase_login

REPEAT_EVERY_S = 60.0

# All of them: those that cannot be erased yet must not keep the others from their turn.
_WANTED = text("SELECT user_id FROM erasure_to_repeat ORDER BY user_id")
_DONE = text("DELETE FROM erasure_to_repeat WHERE user_id = :user_id")

log = structlog.get_logger("logins")


async def repeat_erasures(db: Database, now: datetime) -> None:
    """Erase the logins that a restore has listed (deploy/postgres/restore.sh).

    Whoever works somewhere again, having left only after the backup, stays in the list until they have left.
    """
    async with db.system_tx() as tx:
        wanted = list(await tx.scalars(_WANTED))
    await each("erasures", wanted, lambda user_id: _erase_again(db, user_id, now))


async def _erase_again(db: Database, user_id: UUID, now: datetime) -> None:
    async with db.system_tx() as tx:
        if await tx.get(User, user_id) is not None:
            try:
                await erase_login(user_id, tx, now)
            except LoginInUse:
                log.warning("a login to be erased again is in use", user_id=str(user_id))
                return
        await tx.execute(_DONE, {"user_id": user_id})
