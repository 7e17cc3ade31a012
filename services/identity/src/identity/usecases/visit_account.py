"""Somebody of the platform enters an account: for a reason, for a while, written into the account's own journal."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from contracts.identity import MembershipAdded, MembershipRemoved, MembershipRestored
from identity.errors import MemberExists, PlatformOnly
from identity.tables import Account, Membership, PlatformStaff, SupportVisit, User
from kit.db import Tx
from kit.errors import NotFound

from .audit import Actor, audit_visit
from .members import lock_members
from .tell_membership import tell_membership


async def platform_staff_of(user_id: UUID, tx: Tx) -> PlatformStaff:
    """The caller as somebody of the platform; raises `PlatformOnly`. Needs a transaction of the system."""
    found = await tx.get(PlatformStaff, user_id)
    if found is None or found.dismissed_at is not None:
        raise PlatformOnly
    return found


async def account_named(named: str, tx: Tx) -> Account:
    """The account with this id or vanity address; raises `NotFound`. Needs a transaction of the system."""
    try:
        by = Account.id == UUID(named)
    except ValueError:
        by = Account.vanity_address == named.lower()
    found = (await tx.scalars(select(Account).where(by))).first()
    if found is None:
        raise NotFound("account")
    return found


async def visit_account(
    account_id: UUID, staff: PlatformStaff, reason: str, minutes: int, tx: Tx, now: datetime
) -> SupportVisit:
    """A membership with the rights of the platform's role that ends by itself. Raises `MemberExists`.

    Whoever is a member of the account anyway needs no visit, and must not be one under two names.
    """
    await lock_members(account_id, tx)
    of_user = select(Membership).where(Membership.account_id == account_id, Membership.user_id == staff.user_id)
    membership = (await tx.scalars(of_user.with_for_update())).first()
    if membership is not None and membership.removed_at is None:
        raise MemberExists(str(membership.id), membership.name or staff.name)
    name, ends_at = f"Zapys · {staff.name}", now + timedelta(minutes=minutes)
    said: type[MembershipAdded | MembershipRestored] = MembershipRestored
    if membership is None:
        said = MembershipAdded
        membership = Membership(account_id=account_id, version=0, user_id=staff.user_id, added_at=now)
        tx.add(membership)
    membership.version += 1
    membership.name = name
    membership.role = staff.role
    membership.permission_changes, membership.expiries = {}, {}
    membership.location_ids, membership.accepts_bookings = None, False
    membership.removed_at, membership.ends_at = None, ends_at
    await tx.flush()
    user = await tx.get_one(User, staff.user_id)
    visit = SupportVisit(
        account_id=account_id,
        user_id=staff.user_id,
        name=name,
        role=staff.role,
        member_id=membership.id,
        reason=reason,
        started_at=now,
        ends_at=ends_at,
    )
    tx.add(visit)
    await tx.flush()
    audit_visit("visit.began", visit, Actor(staff.user_id, name), tx, now)
    await tell_membership(said, membership, user, tx)
    return visit


async def leave_account(account_id: UUID, visit_id: UUID, user_id: UUID, tx: Tx, now: datetime) -> SupportVisit:
    """End an own visit early. Raises `NotFound`."""
    visit = await tx.get(SupportVisit, (account_id, visit_id), with_for_update=True)
    if visit is None or visit.user_id != user_id or visit.ended_at is not None:
        raise NotFound("visit")
    membership = await tx.get_one(Membership, (account_id, visit.member_id), with_for_update=True)
    user = await tx.get_one(User, user_id)
    visit.ended_at = membership.removed_at = now
    membership.version += 1
    audit_visit("visit.ended", visit, Actor(user_id, visit.name), tx, now)
    await tell_membership(MembershipRemoved, membership, user, tx)
    return visit
