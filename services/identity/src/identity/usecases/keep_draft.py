"""Keep what a person has filled in of a registration, so that another device goes on with it."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from identity.tables import RegistrationDraft
from kit.db import Tx
from kit.errors import InvalidInput

STEPS = ("firm", "location", "services", "staff", "schedule")
MOST_CHARACTERS = 16_000


async def keep_draft_step(user_id: UUID, step: str, values: dict[str, Any], tx: Tx, now: datetime) -> RegistrationDraft:
    """Put a step in the place of the one kept before; the other steps stay.

    Needs a transaction of the system: the person has no account yet. Raises `InvalidInput` for too much.
    """
    if len(json.dumps(values)) > MOST_CHARACTERS:
        raise InvalidInput.of("/values", "too_long", max=MOST_CHARACTERS)
    row = insert(RegistrationDraft).values(user_id=user_id, version=0, steps={}, changed_at=now)
    await tx.execute(row.on_conflict_do_nothing())
    draft = await tx.get_one(RegistrationDraft, user_id, with_for_update=True)
    draft.steps = {**draft.steps, step: values}
    draft.version += 1
    draft.changed_at = now
    return draft
