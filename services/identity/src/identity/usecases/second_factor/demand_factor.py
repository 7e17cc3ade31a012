"""Let an account demand a second factor for dangerous acts, or stop demanding it; and see whom that would concern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from contracts.http.identity.second_factor import SecondFactorState
from contracts.identity import MembershipChanged
from contracts.permissions import Permission
from identity.errors import SecondFactorFirst
from identity.roles import DANGEROUS, OWNER
from identity.second_factor_tables import SecondFactor
from identity.tables import Account, Membership, User
from identity.usecases.audit import Actor, audit_account, changes_between
from identity.usecases.members import check_owner_only, lock_members
from identity.usecases.tell_membership import tell_membership
from kit.access import Member
from kit.db import Database, Tx

LEAD_TO_DANGER = DANGEROUS | {
    Permission.STAFF_EDIT,
    Permission.SETTINGS_ACCOUNT,
    Permission.SETTINGS_INTEGRATIONS,
    Permission.REPORTS_EXPORT,
}
"""Rights that are dangerous by themselves, or whose use asks for a fresh code (docs/adr/0022)."""


@dataclass(frozen=True)
class Concerned:
    """A member with such rights, and how far their second factor is."""

    membership: Membership
    name: str
    rights: tuple[str, ...]
    state: SecondFactorState


async def find_concerned(db: Database, account_id: UUID, now: datetime) -> list[Concerned]:
    """Every member with such rights, by name."""
    async with db.tx(account_id) as tx:
        people = await _members(account_id, tx)
    async with db.system_tx() as tx:
        row = SecondFactor
        found = await tx.scalars(select(row).where(row.user_id.in_([user.id for _, user in people])))
        factors = {factor.user_id: factor for factor in found}
    concerned = [
        Concerned(
            membership,
            membership.name_with(user),
            tuple(sorted(membership.permissions & LEAD_TO_DANGER)),
            state_of(factors.get(user.id), now),
        )
        for membership, user in people
        if membership.permissions & LEAD_TO_DANGER
    ]
    return sorted(concerned, key=lambda one: one.name)


def state_of(factor: SecondFactor | None, now: datetime) -> SecondFactorState:
    """How far somebody's second factor is."""
    if factor is None:
        return "none"
    return "in_force" if factor.is_in_force(now) else "waiting" if factor.confirmed_at else "begun"


async def demand_factor(member: Member, demanded: bool, tx: Tx, now: datetime) -> Account:
    """Set it, by an owner; every member's copy says so from now on. What is so already is left as it is.

    Raises `SecondFactorFirst` where whoever demands it has none in force, `OwnerOnly`.
    """
    await lock_members(member.account_id, tx)
    account = await tx.get_one(Account, member.account_id)
    if demanded == account.second_factor_demanded:
        return account
    if demanded and not member.caller.has_second_factor:
        raise SecondFactorFirst
    await check_owner_only(member, [OWNER], tx)
    account.factor_demanded_by = member.name if demanded else None
    account.factor_demanded_at = now if demanded else None
    changes = changes_between({"second_factor_demanded": not demanded}, {"second_factor_demanded": demanded})
    audit_account("account.changed", account, changes, Actor(member.caller.user_id, member.name), tx, now)
    await tx.flush()
    for membership, user in await _members(member.account_id, tx):
        membership.version += 1
        await tell_membership(MembershipChanged, membership, user, tx)
    return account


async def _members(account_id: UUID, tx: Tx) -> Sequence[tuple[Membership, User]]:
    active = select(Membership, User).join(User, User.id == Membership.user_id)
    found = await tx.execute(active.where(Membership.account_id == account_id, Membership.removed_at.is_(None)))
    return [(membership, user) for membership, user in found]
