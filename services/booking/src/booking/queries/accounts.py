"""Which account is meant."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import bindparam, select

from booking.records import FormerAddress
from booking.tables import AccountCopy, LocationRow
from kit.db import Database, Tx, narrow_to_account
from kit.errors import InvalidInput, NotFound
from kit.freshness import wait_for_copy

# Built once: these are asked with every request.
_AT_ADDRESS = (
    select(AccountCopy)
    .where(AccountCopy.vanity_address == bindparam("address"), AccountCopy.is_active)
    .order_by(AccountCopy.version.desc())
    .limit(1)
)
_LEFT_ADDRESS = (
    select(AccountCopy)
    .join(FormerAddress, FormerAddress.account_id == AccountCopy.account_id)
    .where(FormerAddress.address == bindparam("address"), AccountCopy.is_active)
    .order_by(FormerAddress.left_at.desc())
    .limit(1)
)
_LOCATIONS = (
    select(LocationRow)
    .where(LocationRow.account_id == bindparam("account_id"), ~LocationRow.is_deleted)
    .order_by(LocationRow.created_at, LocationRow.id)
)


async def account_of(db: Database, account_id: UUID) -> AccountCopy:
    """The copy of an account, waited for when the account is newly born; raises `NotFound`."""

    async def look_up() -> AccountCopy | None:
        async with db.tx(account_id) as tx:
            return await tx.get(AccountCopy, account_id)

    account = await wait_for_copy(account_id, look_up)
    if account is None:
        raise NotFound("account")
    return account


async def account_at(tx: Tx, vanity_address: str) -> AccountCopy:
    """The active account with this public address, or the one that had it last; raises `NotFound`.

    Asked in a transaction that spans accounts.
    """
    # Addresses move between accounts, and their events may cross: the one heard of last has it.
    address = {"address": vanity_address.lower()}
    account = (await tx.scalars(_AT_ADDRESS, address)).first()
    if account is None:
        account = (await tx.scalars(_LEFT_ADDRESS, address)).first()
    if account is None:
        raise NotFound("account")
    return account


@asynccontextmanager
async def tx_at(db: Database, vanity_address: str) -> AsyncIterator[tuple[Tx, AccountCopy]]:
    """A transaction of the account with this public address, and the account; raises `NotFound`.

    One transaction for finding it and for serving it: beginning and ending another one costs as much as a statement.
    """
    async with db.system_tx() as tx:
        account = await account_at(tx, vanity_address)
        await narrow_to_account(tx, account.account_id)
        yield tx, account


async def locations_of(tx: Tx, account_id: UUID) -> list[LocationRow]:
    """The locations in use, oldest first."""
    return list(await tx.scalars(_LOCATIONS, {"account_id": account_id}))


async def known_locations(tx: Tx, account_id: UUID, ids: Iterable[UUID], pointer: str) -> None:
    """Raise `InvalidInput` at `pointer` when one of the ids is no location of the account."""
    wanted = set(ids)
    if wanted - {location.id for location in await locations_of(tx, account_id)}:
        raise InvalidInput.of(pointer, "unknown_location")
