"""Bring a removed member back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select

from contracts.identity import MembershipRestored
from contracts.permissions import Permission
from identity.domain import grants
from identity.errors import MemberErased, VisitOver
from identity.tables import Membership, SupportVisit, User
from kit.access import Member
from kit.db import Tx

from .audit import Actor, audit_member, changes_between, member_fields
from .members import check_given, check_owner_only, lock_members, member_to_change
from .tell_membership import tell_membership


async def restore_member(member_id: UUID, actor: Member, tx: Tx, now: datetime) -> tuple[Membership, User]:
    """The member as they were, with role, rights, scope and column.

    Nothing is granted here that nobody granted before, so the actor need not hold those rights; only an owner comes
    back by an owner. A time that is over meanwhile is taken away, though: that gives the rights anew, for ever, and
    needs what giving rights needs. Raises `NotFound`, `OwnerOnly`, `MemberErased`, `VisitOver`, `GrantExceedsOwn`.
    """
    await lock_members(actor.account_id, tx)
    membership, user = await member_to_change(actor.account_id, member_id, tx, is_removed=True, expected=None)
    await check_owner_only(actor, [membership.role], tx)
    if user.erased_at is not None:
        raise MemberErased(membership.name_with(user))
    if await _was_visit(membership, tx):
        raise VisitOver(membership.name_with(user))
    before = member_fields(membership, membership.name_with(user))
    membership.permission_changes, membership.expiries = grants.without_ended(
        membership.permission_changes, membership.expiries, now
    )
    if membership.ends_at is not None and membership.ends_at <= now:
        actor.require(Permission.PERMISSIONS_EDIT)
        actor.require_fresh()
        membership.ends_at = None
        await check_given(grants.NOTHING, membership.held, actor, tx)
    membership.removed_at = None
    membership.version += 1
    changes = changes_between(before, member_fields(membership, membership.name_with(user)))
    told_by = Actor(actor.caller.user_id, actor.name)
    audit_member("member.restored", membership, membership.name_with(user), changes, told_by, tx, now)
    await tell_membership(MembershipRestored, membership, user, tx)
    return membership, user


async def _was_visit(membership: Membership, tx: Tx) -> bool:
    """Whether somebody of the platform was here: they come back by themselves, for a reason and for a while."""
    visits = exists().where(SupportVisit.account_id == membership.account_id, SupportVisit.member_id == membership.id)
    return bool(await tx.scalar(select(visits)))
