"""A person has the own login forgotten: phone, name, channels, devices."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete

from contracts.identity import UserErased
from identity import queries
from identity.errors import LoginInUse
from identity.feedback_tables import IdeaVote
from identity.phone_change_tables import PhoneChange
from identity.tables import RegistrationDraft, Session, User
from kit.db import Tx

from .end_sessions import end_sessions


async def erase_login(user_id: UUID, tx: Tx, now: datetime) -> None:
    """Forget the person; the row stays without them, since acts of former members name it. Again changes nothing.

    Raises `LoginInUse` while the person works somewhere. Needs a transaction of the system.
    """
    user = await tx.get_one(User, user_id, with_for_update=True)
    if user.erased_at is not None:
        return
    places = await queries.memberships_of(tx, user_id)
    if places:
        raise LoginInUse(", ".join(sorted(account.name for _, account in places)))
    await end_sessions(user_id, None, "erased", tx, now)
    await tx.execute(delete(Session).where(Session.user_id == user_id))
    for table in (PhoneChange, RegistrationDraft, IdeaVote):
        await tx.execute(delete(table).where(table.user_id == user_id))
    user.phone_e164, user.name, user.channels = f"erased:{user_id}", None, {}
    user.erased_at, user.version = now, user.version + 1
    tx.emit(UserErased(version=user.version, user_id=user_id, erased_at=now))
