"""Add a person to an account by phone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from contracts.http.identity import MemberBody
from contracts.identity import MembershipAdded
from identity.domain import grants
from identity.errors import MemberExists, MemberWasRemoved, OwnerHoldsEverything
from identity.roles import OWNER, PRESETS
from identity.tables import Membership, User
from kit.access import Member
from kit.db import Tx
from kit.errors import InvalidInput
from kit.ids import new_id

from .audit import Actor, audit_member, changes_between, member_fields
from .confirm_danger import Reasons, check_confirmed
from .members import check_given, check_locations, check_owner_only, lock_members
from .tell_membership import tell_membership


async def add_member(
    command: MemberBody, user_id: UUID, actor: Member, tx: Tx, now: datetime, *, reasons: Reasons
) -> tuple[Membership, User]:
    """The new membership of `user_id`, who need not have signed in before.

    Raises `MemberExists`, `MemberWasRemoved`, `GrantExceedsOwn`, `OwnerOnly`, `OwnerHoldsEverything`,
    `DangerUnconfirmed`, and `InvalidInput` for a location that is none and for a moment that has passed.
    """
    await lock_members(actor.account_id, tx)
    await _check_is_new(user_id, actor.account_id, tx)
    scope = None if command.location_ids is None else frozenset(command.location_ids)
    changes = grants.merged({}, command.permissions, PRESETS[command.role])
    if command.role == OWNER and (changes or scope is not None or command.ends_at is not None):
        raise OwnerHoldsEverything
    await check_owner_only(actor, [command.role], tx)
    if command.ends_at is not None and command.ends_at <= now:
        raise InvalidInput.of("/ends_at", "past")
    gained = grants.effective(PRESETS[command.role], changes)
    expiries = grants.expiries_after({}, command.permission_expiries, changes, now)
    await check_given(grants.NOTHING, grants.Held(gained, expiries, command.ends_at, scope), actor, tx)
    await check_locations(scope, actor.account_id, tx)
    # Choosing a role says what it may do; whoever wants to be asked about that too says false.
    beyond = gained if command.confirmed is False else gained - PRESETS[command.role]
    check_confirmed(command.confirmed, beyond, reasons)
    membership = Membership(
        account_id=actor.account_id,
        version=1,
        user_id=user_id,
        name=command.name,
        role=command.role,
        permission_changes=changes,
        location_ids=None if scope is None else sorted(scope),
        accepts_bookings=command.accepts_bookings,
        staff_member_id=new_id() if command.accepts_bookings else None,
        added_at=now,
        ends_at=command.ends_at,
    )
    membership.expiries = expiries
    tx.add(membership)
    await tx.flush()
    # From here on the person is a member, so the account may read them.
    user = await tx.get_one(User, user_id)
    told = changes_between({}, member_fields(membership, command.name))
    audit_member("member.added", membership, command.name, told, Actor(actor.caller.user_id, actor.name), tx, now)
    await tell_membership(MembershipAdded, membership, user, tx)
    return membership, user


async def _check_is_new(user_id: UUID, account_id: UUID, tx: Tx) -> None:
    found = await tx.execute(
        select(Membership, User)
        .join(User, User.id == Membership.user_id)
        .where(Membership.account_id == account_id, Membership.user_id == user_id)
    )
    for membership, user in found:
        refusal = MemberExists if membership.removed_at is None else MemberWasRemoved
        raise refusal(str(membership.id), membership.name_with(user))
