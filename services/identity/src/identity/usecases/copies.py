"""Keep copies of what booking owns: locations for scopes, coming visits for the question what a departure would hit."""

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
from identity.tables import LocationCopy, VisitCopy
from kit.db import Tx

_STANDING = ("pending", "confirmed", "arrived")

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


async def copy_location(event: LocationChanged, tx: Tx) -> None:
    """Take over a location when the event is newer than the copy."""
    said = event.location
    values = {"version": event.version, "name": said.name, "is_deleted": said.is_deleted}
    statement = insert(LocationCopy).values(account_id=event.account_id, location_id=said.id, **values)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "location_id"], set_=values, where=LocationCopy.version < event.version
        )
    )


async def copy_visit(event: BookingEvent, tx: Tx) -> None:
    """Take over when and with whom a visit is, when the event is newer than the copy."""
    said = event.booking
    values = {
        "version": event.version,
        "code": said.code,
        "location_id": said.location_id,
        "staff_member_ids": sorted({item.staff_member_id for item in said.items}),
        "starts_at": said.starts_at,
        "ends_at": said.ends_at,
        "is_active": said.state in _STANDING,
    }
    statement = insert(VisitCopy).values(account_id=said.account_id, booking_id=said.id, **values)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "booking_id"], set_=values, where=VisitCopy.version < event.version
        )
    )
