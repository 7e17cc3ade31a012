"""Which acts of an account need a second person."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from identity.errors import NobodyElse
from identity.roles import MARKABLE
from identity.tables import Membership
from kit.db import Tx
from kit.errors import FieldError, InvalidInput

ENOUGH = 2


async def check_marks(wanted: Iterable[str], account_id: UUID, tx: Tx) -> list[str]:
    """The marks, sorted. Raises `InvalidInput` for what cannot be marked, `NobodyElse` where nobody could approve."""
    marks = sorted(set(wanted))
    wrong = [FieldError("/second_person_for", "not_markable", {"key": key}) for key in marks if key not in MARKABLE]
    if wrong:
        raise InvalidInput(wrong)
    active = select(Membership).where(Membership.account_id == account_id, Membership.removed_at.is_(None))
    members = (await tx.scalars(active)).all()
    for key in marks:
        if sum(key in member.permissions for member in members) < ENOUGH:
            raise NobodyElse(key)
    return marks
