"""A person has the own login forgotten: phone, name, channels, devices."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from contracts.identity import UserErased
from identity import queries
from identity.errors import LoginInUse
from identity.feedback_tables import ContactMessage, IdeaVote
from identity.phone_change_tables import PhoneChange
from identity.second_factor_tables import SecondFactor, WaitingSignIn
from identity.sign_in_tables import Session
from identity.tables import RegistrationDraft, User
from kit import access
from kit.db import Tx

from .end_sessions import end_sessions


def forget_writer(message: ContactMessage) -> None:
    """Leave what was written, without who wrote it and where an answer went."""
    message.name, message.contact, message.user_id = "—", "", None


async def erase_login(user_id: UUID, tx: Tx, now: datetime) -> None:
    """Forget the person; the row stays without them, since acts of former members name it. Again changes nothing.

    A message to those who run the product keeps its address until it is answered.

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
    for table in (PhoneChange, RegistrationDraft, SecondFactor, WaitingSignIn):
        await tx.execute(delete(table).where(table.user_id == user_id))
    await tx.execute(delete(IdeaVote).where(IdeaVote.voter_id == user_id))  # a vote in a firm's name is the firm's
    for message in await tx.scalars(
        select(ContactMessage)
        .where(ContactMessage.user_id == user_id, ContactMessage.answered_at.is_not(None))
        .with_for_update()
    ):
        forget_writer(message)
    user.phone_e164, user.name, user.channels = f"erased:{user_id}", None, {}
    user.erased_at, user.version = now, user.version + 1
    event = UserErased(version=user.version, user_id=user_id, erased_at=now)
    tx.emit(event)
    await access.forget_member(event, tx)
