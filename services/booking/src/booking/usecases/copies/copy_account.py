"""Keep the copy of an account."""

from __future__ import annotations

from sqlalchemy import case, delete, func
from sqlalchemy.dialects.postgresql import insert

from booking.records import FormerAddress
from booking.tables import AccountCopy
from contracts.identity import AccountChanged, AccountRegistered
from kit.db import Tx
from kit.messaging import now_utc


async def copy_account(event: AccountRegistered | AccountChanged, tx: Tx) -> None:
    """Take over an account when the event is newer than the copy."""
    said = event.account
    await _keep_former_address(tx, event)
    values = {
        "version": event.version,
        "name": said.name,
        "vanity_address": said.vanity_address.lower(),
        "time_zone": said.time_zone,
        "country": said.country,
        "currency": said.currency,
        "language": said.language,
        "city": said.city,
        "unlisted": said.unlisted,
        "is_active": said.is_active,
        "is_demo": said.is_demo,
        "rules": said.booking_rules.model_dump(mode="json"),
    }
    # A rule that is new, or counts from another moment, reaches no visit whose moment was before it was made.
    since = now_utc() if said.booking_rules.unconfirmed != "nothing" else None
    before = said.booking_rules.confirm_cutoff_min
    held = case(
        (AccountCopy.rules["confirm_cutoff_min"].as_integer() == before, AccountCopy.unconfirmed_since), else_=None
    )
    kept = func.coalesce(held, since) if since is not None else None
    statement = insert(AccountCopy).values(account_id=said.id, **values, unconfirmed_since=since)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id"],
            set_={**values, "unconfirmed_since": kept},
            where=AccountCopy.version < event.version,
        )
    )


async def _keep_former_address(tx: Tx, event: AccountRegistered | AccountChanged) -> None:
    """A link that somebody printed leads on to the present address."""
    said = event.account
    copy = await tx.get(AccountCopy, said.id, with_for_update=True)  # the event before may be under way
    address = said.vanity_address.lower()
    if copy is None or copy.version >= event.version or copy.vanity_address == address:
        return
    former = insert(FormerAddress).values(account_id=said.id, address=copy.vanity_address, left_at=now_utc())
    await tx.execute(
        former.on_conflict_do_update(index_elements=["account_id", "address"], set_={"left_at": now_utc()})
    )
    await tx.execute(delete(FormerAddress).where(FormerAddress.account_id == said.id, FormerAddress.address == address))
