"""Know a person by the phone number."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from contracts.base import Language
from contracts.identity import StaffChannels
from identity.tables import User
from kit.db import Tx
from kit.ids import new_id


async def register_user(phone_e164: str, tx: Tx, now: datetime, *, language: Language) -> User:
    """The user with this phone; made with `language` when nobody has it yet. Needs a transaction of the system."""
    values = {
        "id": new_id(),
        "version": 1,
        "phone_e164": phone_e164,
        "language": language,
        "channels": StaffChannels().model_dump(mode="json"),
        "created_at": now,
    }
    await tx.execute(insert(User).values(values).on_conflict_do_nothing(index_elements=["phone_e164"]))
    return (await tx.scalars(select(User).where(User.phone_e164 == phone_e164))).one()
