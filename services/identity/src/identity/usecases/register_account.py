"""Register an account; the caller becomes its owner."""

from datetime import datetime
from uuid import UUID

from contracts.http.identity import AccountBody
from contracts.identity import AccountRegistered, BookingRules, MembershipAdded
from identity.roles import OWNER
from identity.tables import Account, Membership, User
from kit.db import Tx

from .audit import Actor, audit_account, audit_member, changes_between, member_fields
from .take_address import take_address
from .tell_account import tell_account
from .tell_membership import tell_membership


async def register_account(
    account_id: UUID, command: AccountBody, owner: User, tx: Tx, now: datetime, *, is_demo: bool = False
) -> Account:
    """The account with its owner, in the transaction of `account_id`. Raises `VanityAddressTaken`."""
    await take_address(command.vanity_address, account_id, tx)
    account = Account(
        id=account_id,
        version=1,
        name=command.name,
        vanity_address=command.vanity_address,
        time_zone=command.time_zone,
        country=command.country,
        currency=command.currency,
        language=command.language,
        city=command.city,
        unlisted=False,
        is_active=True,
        is_demo=is_demo,
        booking_rules=BookingRules().model_dump(),
        second_person_for=[],
        created_at=now,
        created_by=owner.id,
    )
    tx.add(account)
    await tx.flush()
    membership = Membership(
        account_id=account_id,
        version=1,
        user_id=owner.id,
        role=OWNER,
        permission_changes={},
        location_ids=None,
        accepts_bookings=False,
        added_at=now,
    )
    tx.add(membership)
    await tx.flush()
    actor = Actor(owner.id, owner.shown_name)
    state = account.state()
    audit_account("account.registered", account, changes_between({}, state.model_dump(mode="json")), actor, tx, now)
    fields = member_fields(membership, owner.shown_name)
    audit_member("member.added", membership, owner.shown_name, changes_between({}, fields), actor, tx, now)
    await tell_account(AccountRegistered, account, tx)
    await tell_membership(MembershipAdded, membership, owner, tx)
    return account
