"""Change one's own profile, in every account at once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from contracts.http.identity import ProfileBody
from contracts.identity import MembershipChanged
from identity.tables import Membership, User
from kit.db import Tx

from .audit import Actor, audit_member, changes_between
from .keep_demo import check_leaves_demo
from .tell_membership import tell_membership


async def change_profile(user_id: UUID, command: ProfileBody, tx: Tx, now: datetime) -> User:
    """Apply the named fields and tell every account where the person works. Needs a transaction of the system."""
    user = await tx.get_one(User, user_id, with_for_update=True)
    check_leaves_demo(user)
    before = _audited(user)
    former_channels = user.channels
    wanted = command.model_dump(exclude_unset=True)
    user.channels = {**user.channels, **wanted.pop("channels", {})}
    for field, value in wanted.items():
        setattr(user, field, value)
    changes = changes_between(before, _audited(user))
    if user.channels != former_channels:
        changes.append({"field": "channels", "before": None, "after": None})  # addresses are nobody else's business
    if not changes:
        return user
    user.version += 1
    await tx.flush()
    active = select(Membership).where(Membership.user_id == user_id, Membership.removed_at.is_(None))
    actor = Actor(user.id, user.shown_name)
    for membership in (await tx.scalars(active.order_by(Membership.account_id).with_for_update())).all():
        membership.version += 1
        audit_member("member.profile_changed", membership, membership.name_with(user), changes, actor, tx, now)
        await tell_membership(MembershipChanged, membership, user, tx)
    return user


def _audited(user: User) -> dict[str, str | None]:
    return {"name": user.name, "language": user.language}
