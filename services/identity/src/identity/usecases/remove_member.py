"""Remove a member; everything that was theirs stays for a return."""

from datetime import datetime
from uuid import UUID

from contracts.identity import VisitsChoice
from identity.tables import Membership, User
from kit.access import Member
from kit.db import Tx

from .audit import Actor, audit_member
from .keep_demo import check_leaves_demo
from .members import check_nobody_waits, check_owner_only, check_owner_stays, lock_members, member_to_change
from .tell_membership import tell_removal


async def remove_member(
    member_id: UUID, actor: Member, tx: Tx, now: datetime, *, expected: int | None, visits: VisitsChoice | None
) -> tuple[Membership, User]:
    """End the membership from the next request on.

    Clients who are awaited stand in the way until it is said what becomes of their visits: the calendar hears it
    with the departure. Raises `NotFound`, `StaleVersion`, `OwnerOnly`, `LastOwner`, `MemberHasVisits`, `DemoOnlyShows`.
    """
    await lock_members(actor.account_id, tx)
    membership, user = await member_to_change(actor.account_id, member_id, tx, is_removed=False, expected=expected)
    check_leaves_demo(user)
    await check_owner_only(actor, [membership.role], tx)
    if membership.is_owner:
        await check_owner_stays(membership, user, tx)
    if visits is None:
        await check_nobody_waits(membership, membership.name_with(user), tx, now, choices=["keep", "move", "cancel"])
    membership.removed_at = now
    membership.version += 1
    told_by = Actor(actor.caller.user_id, actor.name)
    audit_member("member.removed", membership, membership.name_with(user), [], told_by, tx, now)
    await tell_removal(membership, user, visits or "keep", told_by, tx)
    return membership, user
