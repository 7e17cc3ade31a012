"""Copies that a request needs, waited for when they are only milliseconds old."""

from uuid import UUID

from fiscal.tables import AccountCopy, BookingCopy, LocationCopy
from fiscal.usecases.issue_receipt import HRYVNIA
from kit.db import Database
from kit.errors import InvalidInput, NotFound
from kit.freshness import wait_for_copy


async def currency_of(db: Database, account_id: UUID) -> str:
    """The currency that the account keeps its books in."""

    async def look_up() -> AccountCopy | None:
        async with db.tx(account_id) as tx:
            return await tx.get(AccountCopy, account_id)

    account = await wait_for_copy(account_id, look_up)
    return account.currency if account else HRYVNIA


async def require_location(db: Database, account_id: UUID, location_id: UUID | None) -> None:
    """Refuse a location that the account does not have."""
    if location_id is None:
        return

    async def look_up() -> LocationCopy | None:
        async with db.tx(account_id) as tx:
            return await tx.get(LocationCopy, (account_id, location_id))

    location = await wait_for_copy(location_id, look_up)
    if location is None or location.is_deleted:
        raise InvalidInput.of("/location_id", "location")


async def require_booking(db: Database, account_id: UUID, booking_id: UUID) -> None:
    """Wait for the event of a booking that was made a moment ago; raises `NotFound`."""

    async def look_up() -> BookingCopy | None:
        async with db.tx(account_id) as tx:
            return await tx.get(BookingCopy, (account_id, booking_id))

    if await wait_for_copy(booking_id, look_up) is None:
        raise NotFound("booking")
