"""Services and locations put away and brought back; nothing of them is ever lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select

from booking.errors import HasBookingsAhead, LastLocation
from booking.queries.calendar_lock import lock_calendar
from booking.queries.conflicts import visits_ahead
from booking.queries.visits import Visit, visit_of
from booking.tables import LocationRow, ServiceRow
from booking.usecases.bookings.cancel_booking import cancel_booking
from booking.usecases.changes.carry_out import Desk
from kit.db import Tx
from kit.errors import NotFound

from .locations import say_location_changed
from .services import service_of

Choice = Literal["keep", "cancel"]
CHOICES: list[str] = ["keep", "cancel"]


async def delete_service(tx: Tx, desk: Desk, service_id: UUID, choice: Choice | None, now: datetime) -> ServiceRow:
    """Stop selling it. With bookings ahead a choice is needed; raises `HasBookingsAhead`, `NotFound`."""
    await lock_calendar(tx, desk.account.account_id, alone=True)
    ahead, save = await service_to_delete(tx, desk.account.account_id, service_id, now)
    await _settle(tx, desk, ahead, choice, now)
    return await save()


async def service_to_delete(
    tx: Tx, account_id: UUID, service_id: UUID, now: datetime
) -> tuple[list[Visit], Callable[[], Awaitable[ServiceRow]]]:
    """The bookings ahead of a service, and how it is put away; raises `NotFound`."""
    row = await service_of(tx, account_id, service_id, lock=True)

    async def save() -> ServiceRow:
        row.is_deleted, row.version = True, row.version + 1
        return row

    return await visits_ahead(tx, account_id, now, service_id=service_id), save


async def restore_service(tx: Tx, account_id: UUID, service_id: UUID) -> ServiceRow:
    """Sell it again, by the same people in the same places; raises `NotFound`."""
    row = await tx.get(ServiceRow, (account_id, service_id), with_for_update=True)
    if row is None:
        raise NotFound("service")
    if row.is_deleted:
        row.is_deleted, row.version = False, row.version + 1
    return row


async def delete_location(tx: Tx, desk: Desk, location_id: UUID, choice: Choice | None, now: datetime) -> LocationRow:
    """Close it; one location stays. Raises `HasBookingsAhead`, `LastLocation`, `NotFound`."""
    await lock_calendar(tx, desk.account.account_id, alone=True)
    ahead, save = await location_to_delete(tx, desk.account.account_id, location_id, now)
    await _settle(tx, desk, ahead, choice, now)
    return await save()


async def location_to_delete(
    tx: Tx, account_id: UUID, location_id: UUID, now: datetime
) -> tuple[list[Visit], Callable[[], Awaitable[LocationRow]]]:
    """The bookings ahead of a location, and how it is closed; raises `LastLocation`, `NotFound`."""
    row = await _location(tx, account_id, location_id)
    if row.is_deleted:
        raise NotFound("location")
    # Two who close the last two at once come one after the other.
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"locations {account_id}", 0))))
    others = select(func.count()).where(
        LocationRow.account_id == account_id, ~LocationRow.is_deleted, LocationRow.id != location_id
    )
    if not await tx.scalar(others):
        raise LastLocation

    async def save() -> LocationRow:
        row.is_deleted, row.version = True, row.version + 1
        say_location_changed(tx, row)
        return row

    return await visits_ahead(tx, account_id, now, location_id=location_id), save


async def restore_location(tx: Tx, account_id: UUID, location_id: UUID) -> LocationRow:
    """Open it again with everything that was there; raises `NotFound`."""
    row = await _location(tx, account_id, location_id)
    if row.is_deleted:
        row.is_deleted, row.version = False, row.version + 1
        say_location_changed(tx, row)
    return row


async def _location(tx: Tx, account_id: UUID, location_id: UUID) -> LocationRow:
    row = await tx.get(LocationRow, (account_id, location_id), with_for_update=True)
    if row is None:
        raise NotFound("location")
    return row


async def _settle(tx: Tx, desk: Desk, ahead: list[Visit], choice: Choice | None, now: datetime) -> None:
    """Do with the bookings ahead what was chosen; without a choice nothing is done at all."""
    if not ahead:
        return
    if choice is None:
        raise HasBookingsAhead([desk.show(visit, []) for visit in ahead], CHOICES)
    if choice == "cancel":
        for booking_id in [visit.booking.id for visit in ahead]:
            visit = await visit_of(tx, desk.account.account_id, booking_id, lock=True)
            desk.permit("cancel", visit)
            await cancel_booking(tx, visit, desk.actor, now)
