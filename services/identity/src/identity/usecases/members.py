"""Reading members for a change, and the rules that every change of a member keeps."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from identity.domain import grants
from identity.domain.grants import Held
from identity.errors import LastOwner, MemberHasVisits, OwnerOnly
from identity.roles import OWNER
from identity.tables import Account, LocationCopy, Membership, User, VisitCopy
from kit.access import Member
from kit.db import Tx
from kit.errors import InvalidInput, NotFound, StaleVersion

MOST_VISITS_SHOWN = 100


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


async def check_given(before: Held, after: Held, actor: Member, tx: Tx) -> None:
    """Raise `GrantExceedsOwn` when the actor gives more than they hold, somewhere else, or for longer."""
    mine = select(Membership).where(
        Membership.account_id == actor.account_id,
        Membership.user_id == actor.caller.user_id,
        Membership.removed_at.is_(None),
    )
    own = (await tx.scalars(mine)).first()
    # A program has rights and places of its own, and no end.
    held = own.held if own is not None else Held(actor.permissions, scope=actor.location_ids)
    grants.check_grant(before, after, held, actor.holders)


async def check_locations(location_ids: frozenset[UUID] | None, account_id: UUID, tx: Tx) -> None:
    """Raise `InvalidInput` for a location that the account does not have."""
    if not location_ids:
        return
    there = select(LocationCopy.location_id).where(
        LocationCopy.account_id == account_id,
        LocationCopy.location_id.in_(location_ids),
        LocationCopy.is_deleted.is_(False),
    )
    unknown = location_ids - set(await tx.scalars(there))
    if unknown:
        raise InvalidInput.of("/location_ids", "location", ids=sorted(map(str, unknown)))


async def check_nobody_waits(
    membership: Membership, name: str, tx: Tx, now: datetime, *, choices: Sequence[str] = ("keep",)
) -> None:
    """Raise `MemberHasVisits` when clients are still awaited at this person."""
    if membership.staff_member_id is None:
        return
    ahead = (
        select(VisitCopy)
        .where(
            VisitCopy.account_id == membership.account_id,
            VisitCopy.is_active,
            VisitCopy.ends_at > now,
            VisitCopy.staff_member_ids.contains([membership.staff_member_id]),
        )
        .order_by(VisitCopy.starts_at)
    )
    visits = (await tx.scalars(ahead)).all()
    if visits:
        shown = [
            {
                "booking_id": str(visit.booking_id),
                "code": visit.code,
                "location_id": str(visit.location_id),
                "starts_at": visit.starts_at.isoformat(),
                "ends_at": visit.ends_at.isoformat(),
            }
            for visit in visits[:MOST_VISITS_SHOWN]
        ]
        raise MemberHasVisits(name, len(visits), shown, list(choices))
