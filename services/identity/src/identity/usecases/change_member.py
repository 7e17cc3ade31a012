"""Change a member: name, column in the calendar, role, rights, scope."""

from datetime import datetime
from uuid import UUID

from contracts.http.identity import MemberChangeBody
from contracts.identity import MembershipChanged
from identity.domain import grants
from identity.errors import OwnerHoldsEverything
from identity.roles import OWNER, PRESETS
from identity.tables import Membership, User
from kit.access import Member
from kit.db import Tx
from kit.errors import InvalidInput
from kit.ids import new_id

from .audit import Actor, audit_member, changes_between, member_fields
from .confirm_danger import Reasons, check_confirmed
from .keep_demo import check_leaves_demo
from .members import (
    check_given,
    check_locations,
    check_nobody_waits,
    check_owner_only,
    check_owner_stays,
    lock_members,
    member_to_change,
)
from .tell_membership import tell_membership


async def change_member(
    member_id: UUID,
    command: MemberChangeBody,
    actor: Member,
    tx: Tx,
    now: datetime,
    *,
    expected: int | None,
    reasons: Reasons,
    keep_visits: bool,
) -> tuple[Membership, User]:
    """Apply the named fields.

    Raises `NotFound`, `StaleVersion`, `GrantExceedsOwn`, `OwnerOnly`, `LastOwner`, `OwnerHoldsEverything`,
    `DangerUnconfirmed`, `DemoOnlyShows`, `MemberHasVisits` when somebody who is awaited shall take no bookings any
    more, and `InvalidInput` for a location that is none and for a moment that has passed.
    """
    await lock_members(actor.account_id, tx)
    membership, user = await member_to_change(actor.account_id, member_id, tx, is_removed=False, expected=expected)
    check_leaves_demo(user)
    named = command.model_fields_set
    before = member_fields(membership, membership.name_with(user))
    held = membership.permissions
    await _change_rights(membership, user, command, actor, tx, now)
    check_confirmed(command.confirmed, membership.permissions - held, reasons)
    if "name" in named:
        membership.name = command.name
    if "accepts_bookings" in named:
        if membership.accepts_bookings and not command.accepts_bookings and not keep_visits:
            await check_nobody_waits(membership, membership.name_with(user), tx, now)
        membership.accepts_bookings = command.accepts_bookings
        if command.accepts_bookings and membership.staff_member_id is None:
            membership.staff_member_id = new_id()
    name = membership.name_with(user)
    changes = changes_between(before, member_fields(membership, name))
    if changes:
        membership.version += 1
        audit_member("member.changed", membership, name, changes, Actor(actor.caller.user_id, actor.name), tx, now)
        await tell_membership(MembershipChanged, membership, user, tx)
    return membership, user


async def _change_rights(
    membership: Membership, user: User, command: MemberChangeBody, actor: Member, tx: Tx, now: datetime
) -> None:
    named = command.model_fields_set
    role = command.role if "role" in named else membership.role
    scope = membership.scope
    if "location_ids" in named:
        scope = None if command.location_ids is None else frozenset(command.location_ids)
    elif role == OWNER:
        scope = None
    wanted = command.permissions if "permissions" in named else {}
    kept = {} if role == OWNER else membership.permission_changes
    changes = grants.merged(kept, wanted, PRESETS[role])
    if role == OWNER and (changes or scope is not None):
        raise OwnerHoldsEverything
    expiries = grants.expiries_after(
        membership.expiries, command.permission_expiries if "permission_expiries" in named else {}, changes, now
    )
    ends_at = command.ends_at if "ends_at" in named else membership.ends_at
    if "ends_at" in named and ends_at is not None and ends_at <= now:
        raise InvalidInput.of("/ends_at", "past")
    if role == OWNER and ends_at is not None:
        raise OwnerHoldsEverything
    is_same = (role, changes, scope) == (membership.role, membership.permission_changes, membership.scope)
    if not is_same or membership.is_owner:
        await check_owner_only(actor, [role, membership.role], tx)
    if membership.is_owner and role != OWNER:
        await check_owner_stays(membership, user, tx)
    after = grants.Held(grants.effective(PRESETS[role], changes), expiries, ends_at, scope)
    await check_given(membership.held, after, actor, tx)
    if scope != membership.scope:
        await check_locations(scope, membership.account_id, tx)
    membership.role = role
    membership.permission_changes = changes
    membership.location_ids = None if scope is None else sorted(scope)
    membership.expiries = expiries
    membership.ends_at = ends_at
