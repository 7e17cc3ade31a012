"""Rows as answers."""

from contracts.http.identity import AccountAnswer, MemberAnswer, MembershipAnswer, ProfileAnswer, UserAnswer
from identity.tables import Account, Membership, User
from kit.phones import masked


def user_answer(user: User, memberships: list[tuple[Membership, Account]]) -> UserAnswer:
    """A person as signing in shows them."""
    return UserAnswer(
        id=user.id,
        phone=user.phone_e164,
        name=user.name,
        language=user.language,
        memberships=tuple(membership_answer(membership, account, user) for membership, account in memberships),
    )


def profile_answer(user: User, memberships: list[tuple[Membership, Account]]) -> ProfileAnswer:
    """A person as they see themselves."""
    seen = user_answer(user, memberships)
    return ProfileAnswer(
        id=seen.id,
        phone=seen.phone,
        name=seen.name,
        language=seen.language,
        memberships=seen.memberships,
        channels=user.staff_channels,
    )


def membership_answer(membership: Membership, account: Account, user: User) -> MembershipAnswer:
    """An account that the user works in."""
    return MembershipAnswer(
        id=membership.id,
        account_id=account.id,
        account_name=account.name,
        vanity_address=account.vanity_address,
        time_zone=account.time_zone,
        role=membership.role,
        name=membership.name_with(user),
        permissions=tuple(sorted(membership.permissions)),
        location_ids=None if membership.location_ids is None else tuple(membership.location_ids),
        accepts_bookings=membership.accepts_bookings,
        staff_member_id=membership.staff_member_id,
    )


def account_answer(account: Account) -> AccountAnswer:
    """An account with its settings."""
    return AccountAnswer(
        **account.state().model_dump(exclude={"booking_rules", "second_person_for"}),
        booking_rules=account.rules,
        second_person_for=tuple(account.second_person_for),
        version=account.version,
        created_at=account.created_at,
    )


def member_answer(membership: Membership, user: User, *, sees_phone: bool) -> MemberAnswer:
    """A member; the phone is masked for whoever has no business with it."""
    return MemberAnswer(
        id=membership.id,
        version=membership.version,
        account_id=membership.account_id,
        user_id=membership.user_id,
        staff_member_id=membership.staff_member_id,
        name=membership.name_with(user),
        phone=_phone(user, sees_phone=sees_phone),
        role=membership.role,
        permissions=tuple(sorted(membership.permissions)),
        permission_changes=membership.permission_changes,
        permission_expiries=membership.expiries,
        ends_at=membership.ends_at,
        location_ids=None if membership.location_ids is None else tuple(membership.location_ids),
        accepts_bookings=membership.accepts_bookings,
        is_active=membership.removed_at is None,
        added_at=membership.added_at,
        removed_at=membership.removed_at,
    )


def _phone(user: User, *, sees_phone: bool) -> str:
    if user.erased_at is not None:
        return ""
    return user.phone_e164 if sees_phone else masked(user.phone_e164)
