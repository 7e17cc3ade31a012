"""Change settings of an account."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from contracts.http.identity import AccountChangeBody
from contracts.identity import AccountChanged
from identity.errors import DemoOnlyShows
from identity.roles import OWNER
from identity.tables import Account, VanityAddress
from kit.access import Member
from kit.db import Tx
from kit.errors import StaleVersion

from .audit import Actor, audit_account, changes_between
from .members import check_owner_only
from .second_person_marks import check_marks
from .take_address import take_address
from .tell_account import tell_account


async def change_account(
    account_id: UUID, command: AccountChangeBody, actor: Member, tx: Tx, now: datetime, *, expected: int | None
) -> Account:
    """Apply the named fields.

    Raises `StaleVersion` when `expected` is not the version in force, `NobodyElse`, `DemoOnlyShows`, and `OwnerOnly`
    when one person shall be enough again for what two were needed for.
    """
    account = await tx.get_one(Account, account_id, with_for_update=True)
    if expected is not None and expected != account.version:
        raise StaleVersion(account.version)
    before = account.state().model_dump(mode="json")
    wanted = command.model_dump(exclude_unset=True)
    rules = wanted.pop("booking_rules", {})
    if "second_person_for" in wanted:
        marks = await check_marks(wanted.pop("second_person_for"), account_id, tx)
        if set(account.second_person_for) - set(marks):
            await check_owner_only(actor, [OWNER], tx)
            actor.require_fresh()
        account.second_person_for = marks
    address = wanted.pop("vanity_address", account.vanity_address)
    if address != account.vanity_address:
        if account.is_demo:
            raise DemoOnlyShows
        await take_address(address, account_id, tx)
        former = update(VanityAddress).where(VanityAddress.address == account.vanity_address)
        await tx.execute(former.values(released_at=now))
        account.vanity_address = address
    for field, value in wanted.items():
        setattr(account, field, value)
    account.booking_rules = {**account.booking_rules, **rules}
    changes = changes_between(before, account.state().model_dump(mode="json"))
    if changes:
        account.version += 1
        by = Actor(actor.caller.user_id, actor.name)
        audit_account("account.changed", account, changes, by, tx, now)
        await tell_account(AccountChanged, account, tx)
    return account
