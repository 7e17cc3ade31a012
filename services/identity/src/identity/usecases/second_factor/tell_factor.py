"""Say what became of somebody's second factor: to the person, and in the journals where the person works."""

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import select

from contracts.identity import SecondFactorChange, SecondFactorChanged
from identity.tables import Membership, User
from identity.usecases.audit import Action, Actor, audit_member
from kit.db import Tx
from kit.ids import new_id


async def tell_factor(
    change: SecondFactorChange,
    user_id: UUID,
    tx: Tx,
    now: datetime,
    *,
    domain: str,
    effective_at: datetime | None = None,
    actor: Actor | None = None,
    reason: str | None = None,
) -> None:
    """The person hears of it on every channel but the device it was done on; `actor` is the person where none is named.

    Needs a transaction of the system.
    """
    user = await tx.get_one(User, user_id)
    said = cast(Action, f"member.factor.{change}")
    told = [] if effective_at is None else [{"field": "in_force", "before": None, "after": effective_at.isoformat()}]
    of_user = select(Membership).where(Membership.user_id == user_id, Membership.removed_at.is_(None))
    for membership in (await tx.scalars(of_user.order_by(Membership.account_id))).all():
        whose = actor or Actor(user.id, membership.name_with(user))
        name = membership.name_with(user)
        audit_member(said, membership, name, told, whose, tx, now, reason=reason)
    tx.emit(
        SecondFactorChanged(
            version=1,
            change_id=new_id(),
            user_id=user_id,
            phone_e164=user.phone_e164,
            change=change,
            language=user.language,
            domain=domain,
            at=now,
            effective_at=effective_at,
        )
    )
