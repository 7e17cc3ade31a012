"""Bring a removed member back."""

from datetime import datetime
from uuid import UUID

from contracts.identity import MembershipRestored
from identity.errors import MemberErased
from identity.tables import Membership, User
from kit.access import Member
from kit.db import Tx

from .audit import Actor, audit_member
from .members import check_owner_only, lock_members, member_to_change
from .tell_membership import tell_membership


async def restore_member(member_id: UUID, actor: Member, tx: Tx, now: datetime) -> tuple[Membership, User]:
    """The member as they were, with role, rights, scope and column.

    Nothing is granted here that nobody granted before, so the actor need not hold those rights; only an owner comes
    back by an owner. Raises `NotFound`, `OwnerOnly`, `MemberErased`.
    """
    await lock_members(actor.account_id, tx)
    membership, user = await member_to_change(actor.account_id, member_id, tx, is_removed=True, expected=None)
    await check_owner_only(actor, [membership.role], tx)
    if user.erased_at is not None:
        raise MemberErased(membership.name_with(user))
    membership.removed_at = None
    membership.version += 1
    told_by = Actor(actor.caller.user_id, actor.name)
    audit_member("member.restored", membership, membership.name_with(user), [], told_by, tx, now)
    await tell_membership(MembershipRestored, membership, user, tx)
    return membership, user
