"""Keep the copy of an account."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from booking.tables import AccountCopy
from contracts.identity import AccountChanged, AccountRegistered
from kit.db import Tx


async def copy_account(event: AccountRegistered | AccountChanged, tx: Tx) -> None:
    """Take over an account when the event is newer than the copy."""
    said = event.account
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
    statement = insert(AccountCopy).values(account_id=said.id, **values)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id"], set_=values, where=AccountCopy.version < event.version
        )
    )
