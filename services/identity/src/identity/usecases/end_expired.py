"""End what was granted for a while only: single rights, and whole memberships."""

from datetime import datetime

from sqlalchemy import func, select

from contracts.identity import MembershipChanged, MembershipRemoved
from identity.domain import grants
from identity.tables import Membership, SupportVisit, User
from kit.db import Tx

from .audit import CLOCK, audit_member, changes_between, member_fields
from .tell_membership import tell_membership

AT_ONCE = 50


async def end_expired(tx: Tx, now: datetime) -> int:
    """End everything that is due, some members at a time; answers how many. Needs a transaction of the system."""
    due = (
        select(Membership)
        .where(
            Membership.removed_at.is_(None),
            (Membership.next_expiry_at.is_not(None)) | (Membership.ends_at.is_not(None)),
            func.least(Membership.next_expiry_at, Membership.ends_at) <= now,
        )
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    found = (await tx.scalars(due)).all()
    for membership in found:
        user = await tx.get_one(User, membership.user_id)
        name = membership.name_with(user)
        before = member_fields(membership, name)
        membership.permission_changes, membership.expiries = grants.without_ended(
            membership.permission_changes, membership.expiries, now
        )
        membership.version += 1
        if membership.ends_at is not None and membership.ends_at <= now:
            membership.removed_at = now
            await _end_visits(membership, tx, now)
            audit_member("member.ended", membership, name, [], CLOCK, tx, now)
            await tell_membership(MembershipRemoved, membership, user, tx)
        else:
            changes = changes_between(before, member_fields(membership, name))
            audit_member("member.grants_ended", membership, name, changes, CLOCK, tx, now)
            await tell_membership(MembershipChanged, membership, user, tx)
    return len(found)


async def _end_visits(membership: Membership, tx: Tx, now: datetime) -> None:
    visits = select(SupportVisit).where(
        SupportVisit.account_id == membership.account_id,
        SupportVisit.member_id == membership.id,
        SupportVisit.ended_at.is_(None),
    )
    for visit in await tx.scalars(visits):
        visit.ended_at = now
