"""Ask for another phone to sign in with."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from contracts.identity import PhoneChangeRequested
from identity.errors import PhoneTaken
from identity.phone_change_tables import PhoneChange
from identity.tables import User
from identity.usecases.judge_code import judge_code
from identity.usecases.keep_demo import check_leaves_demo
from kit.db import Tx
from kit.errors import Problem
from kit.ids import new_id
from kit.phones import masked

HOLD = timedelta(hours=24)
"""So long the owner of the old phone can still say no."""


async def ask_phone_change(
    user_id: UUID,
    new_phone_e164: str,
    code: str,
    secret: str | None,
    tx: Tx,
    now: datetime,
    *,
    pepper: bytes,
    domain: str,
) -> PhoneChange | Problem:
    """Let the phone take effect after `HOLD`, once its own code fits; a change that waited before is replaced.

    The old phone hears of it. A refusal is answered, not raised: the try it cost must be committed. Raises
    `DemoOnlyShows`.
    """
    user = await tx.get_one(User, user_id)
    check_leaves_demo(user)
    refusal = await judge_code(new_phone_e164, code, secret, tx, now, pepper=pepper)
    if refusal is not None:
        return refusal
    if await tx.scalar(select(User.id).where(User.phone_e164 == new_phone_e164)) is not None:
        return PhoneTaken()  # whoever asks has just proved that this phone is theirs: nothing is given away
    wanted = {"id": new_id(), "new_phone_e164": new_phone_e164, "asked_at": now, "effective_at": now + HOLD}
    statement = insert(PhoneChange).values(user_id=user_id, **wanted)
    await tx.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=wanted))
    change = await tx.get_one(PhoneChange, user_id, populate_existing=True)
    tx.emit(
        PhoneChangeRequested(
            version=1,
            change_id=change.id,
            user_id=user_id,
            old_phone_e164=user.phone_e164,
            new_phone_masked=masked(new_phone_e164),
            language=user.language,
            domain=domain,
            effective_at=change.effective_at,
        )
    )
    return change
