"""Reading members for a change, and the rules that every change of a member keeps."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from identity.errors import LastOwner, OwnerOnly
from identity.roles import OWNER
from identity.tables import Account, Membership, User
from kit.access import Member
from kit.db import Tx
from kit.errors import NotFound, StaleVersion


async def lock_members(account_id: UUID, tx: Tx) -> None:
    """Queue changes of an account's members: two owners must not remove each other at once."""
    await tx.execute(select(Account.id).where(Account.id == account_id).with_for_update())


async def member_to_change(
    account_id: UUID, member_id: UUID, tx: Tx, *, is_removed: bool, expected: int | None
) -> tuple[Membership, User]:
    """The membership, locked, with its user. Raises `NotFound` and `StaleVersion`."""
    membership = await tx.get(Membership, (account_id, member_id), with_for_update=True)
    if membership is None or (membership.removed_at is not None) != is_removed:
        raise NotFound("member")
    if expected is not None and expected != membership.version:
        raise StaleVersion(membership.version)
    return membership, await tx.get_one(User, membership.user_id)


async def owner_names(tx: Tx) -> list[str]:
    """The owners of the transaction's account."""
    owners = select(Membership, User).join(User, User.id == Membership.user_id)
    found = await tx.execute(owners.where(Membership.role == OWNER, Membership.removed_at.is_(None)))
    return sorted(membership.name_with(user) for membership, user in found)


async def check_owner_only(actor: Member, roles: Sequence[str], tx: Tx) -> None:
    """Raise `OwnerOnly` when an owner is concerned and the actor is none."""
    if OWNER in roles and actor.role != OWNER:
        raise OwnerOnly(await owner_names(tx))


async def check_owner_stays(leaving: Membership, user: User, tx: Tx) -> None:
    """Raise `LastOwner` when nobody else owns the account; members must be locked."""
    others = select(func.count()).where(
        Membership.role == OWNER, Membership.removed_at.is_(None), Membership.id != leaving.id
    )
    if await tx.scalar(others) == 0:
        raise LastOwner(leaving.name_with(user))
