"""Let phones take effect whose day has come."""

from datetime import datetime

from sqlalchemy import select

from contracts.identity import MembershipChanged
from identity.phone_change_tables import PhoneChange
from identity.tables import Membership, User
from identity.usecases.audit import Actor, audit_member
from identity.usecases.end_sessions import end_sessions
from identity.usecases.tell_membership import tell_membership
from kit.db import Tx
from kit.phones import masked


async def apply_phone_changes(tx: Tx, now: datetime) -> int:
    """Change the phones, tell every account, and end the sessions: the next sign-in is with the new phone.

    A phone that somebody else took meanwhile stays theirs. Answers how many changed. Needs a transaction of the system.
    """
    due = select(PhoneChange).where(PhoneChange.effective_at <= now).order_by(PhoneChange.effective_at).limit(100)
    changed = 0
    for change in (await tx.scalars(due.with_for_update(skip_locked=True))).all():
        await tx.delete(change)
        taken = select(User.id).where(User.phone_e164 == change.new_phone_e164)
        if await tx.scalar(taken) is None:
            await _apply(change, tx, now)
            changed += 1
    return changed


async def _apply(change: PhoneChange, tx: Tx, now: datetime) -> None:
    user = await tx.get_one(User, change.user_id, with_for_update=True)
    told = [{"field": "phone", "before": masked(user.phone_e164), "after": masked(change.new_phone_e164)}]
    user.phone_e164 = change.new_phone_e164
    user.version += 1
    await tx.flush()
    of_user = select(Membership).where(Membership.user_id == user.id, Membership.removed_at.is_(None))
    actor = Actor(user.id, user.shown_name)
    for membership in (await tx.scalars(of_user.order_by(Membership.account_id).with_for_update())).all():
        membership.version += 1
        audit_member("member.profile_changed", membership, membership.name_with(user), told, actor, tx, now)
        await tell_membership(MembershipChanged, membership, user, tx)
    await end_sessions(user.id, None, "phone_changed", tx, now)
