"""Copies of what other services own; only a newer version than the one held changes anything."""

from sqlalchemy.dialects.postgresql import insert

from contracts.booking import (
    BookingArrived,
    BookingCancelled,
    BookingChanged,
    BookingCompleted,
    BookingConfirmed,
    BookingCreated,
    BookingNoShow,
    BookingRescheduled,
    LocationChanged,
)
from contracts.identity import AccountChanged, AccountRegistered
from fiscal.tables import AccountCopy, BookingCopy, LocationCopy
from kit.db import Tx

BookingEvent = (
    BookingCreated
    | BookingRescheduled
    | BookingChanged
    | BookingConfirmed
    | BookingArrived
    | BookingCompleted
    | BookingNoShow
    | BookingCancelled
)


async def copy_account(event: AccountRegistered | AccountChanged, tx: Tx) -> None:
    """Take over currency, language and time zone of an account."""
    said = event.account
    values = {
        "version": event.version,
        "name": said.name,
        "currency": said.currency,
        "language": said.language,
        "time_zone": said.time_zone,
        "is_active": said.is_active,
    }
    statement = insert(AccountCopy).values(account_id=said.id, **values)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id"], set_=values, where=AccountCopy.version < event.version
        )
    )


async def copy_location(event: LocationChanged, tx: Tx) -> None:
    """Take over a location."""
    said = event.location
    values = {
        "version": event.version,
        "name": said.name,
        "time_zone": said.time_zone,
        "is_deleted": said.is_deleted,
    }
    statement = insert(LocationCopy).values(account_id=event.account_id, location_id=said.id, **values)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "location_id"], set_=values, where=LocationCopy.version < event.version
        )
    )


async def copy_booking(event: BookingEvent, tx: Tx) -> None:
    """Take over price, state and items of a booking; what is paid for it is ours and stays."""
    said = event.booking
    values = {
        "version": event.version,
        "state": said.state,
        "price": said.price.amount,
        "currency": said.price.currency,
        "items": [
            {
                "id": str(item.id),
                "service_id": str(item.service_id),
                "name": item.service_name,
                "price": item.price.amount,
                "staff_member_id": str(item.staff_member_id),
                "staff_member_name": item.staff_member_name,
            }
            for item in said.items
        ],
        "goods": [
            {
                "id": str(good.id),
                "code": str(good.stock_item_id),
                "name": good.name,
                "quantity": good.quantity,
                "price": good.price.amount,
            }
            for good in said.goods
        ],
        "client_id": said.client.id if said.client else None,
        "location_id": said.location_id,
        "time_zone": said.time_zone,
        "starts_at": said.starts_at,
    }
    statement = insert(BookingCopy).values(
        account_id=said.account_id, booking_id=said.id, acts=0, paid=0, discounted=0, **values
    )
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "booking_id"], set_=values, where=BookingCopy.version < event.version
        )
    )
