"""Hold a vanity address."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from identity.domain import vanity
from identity.errors import VanityAddressTaken
from identity.tables import VanityAddress
from kit.db import Tx


async def take_address(address: str, account_id: UUID, tx: Tx) -> None:
    """Give the address to the account, also back after it let it go.

    Raises `InvalidInput` for a wrong shape and `VanityAddressTaken`, still without suggestions: to look for free ones
    takes a transaction that sees all accounts.
    """
    vanity.check_address(address)
    if vanity.is_reserved(address):
        raise VanityAddressTaken(address, [])
    taking = insert(VanityAddress).values(address=address, account_id=account_id)
    taken = await tx.execute(taking.on_conflict_do_nothing().returning(VanityAddress.address))
    if taken.first() is not None:
        return
    own = update(VanityAddress).where(VanityAddress.address == address, VanityAddress.account_id == account_id)
    back = await tx.execute(own.values(released_at=None).returning(VanityAddress.address))
    if back.first() is None:
        raise VanityAddressTaken(address, [])
