"""Taking and leaving the paid extras of the price list."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from fiscal.book_tables import Subscription
from fiscal.domain.price_list import EXTRAS, chosen
from kit.access import Member
from kit.db import Tx
from kit.errors import InvalidInput, StaleVersion
from kit.first_rows import locked_or_new


async def subscription_of(tx: Tx, account_id: UUID) -> Subscription | None:
    """What the account has taken; none where it never chose anything."""
    return await tx.get(Subscription, account_id)


async def lock_subscription(tx: Tx, account_id: UUID) -> Subscription | None:
    """As `subscription_of`, locked: of two payments begun at once the second sees the first."""
    return await tx.get(Subscription, account_id, with_for_update=True)


async def choose_extras(
    keys: Sequence[str], if_version: int | None, member: Member, tx: Tx, now: datetime
) -> Subscription:
    """These extras and no others; raises `InvalidInput` for one that is not on the list, `StaleVersion`."""
    try:
        extras = chosen(keys)
    except KeyError:
        known = ", ".join(extra.key for extra in EXTRAS)
        raise InvalidInput.of("/extras", "one_of", expected=known) from None
    unset = Subscription(
        account_id=member.account_id, version=0, extras=[], changed_at=now, changed_by_name=member.name
    )
    row = await locked_or_new(tx, unset)
    if if_version is not None and row.version != if_version:
        raise StaleVersion(row.version)
    row.extras = [extra.key for extra in extras]
    row.version += 1
    row.changed_at, row.changed_by_name = now, member.name
    await tx.flush()
    return row
