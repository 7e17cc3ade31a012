"""Who and what can be booked: services, people, and people who leave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from booking.errors import StaffHasLogin
from booking.queries.conflicts import only, visits_ahead
from booking.queries.visits import Visit
from booking.tables import AccountCopy, BookingItemRow, LocationRow, ServiceRow, StaffMemberRow, StaffMemberService
from booking.usecases.catalogue.recycle import location_to_delete, service_to_delete
from booking.usecases.catalogue.services import change_service, service_of
from booking.usecases.catalogue.staff_members import change_staff_member, say_staff_member_changed, staff_member_of
from contracts.http.catalogue import ServicePatch, StaffMemberPatch
from kit.db import Tx
from kit.errors import NotFound

from .carry_out import Change


async def alter_service(
    tx: Tx, account: AccountCopy, service_id: UUID, patch: ServicePatch, now: datetime
) -> Change[ServiceRow]:
    """A change of a service; it hits bookings of it when it, its people or its places can be booked no more."""
    row = await service_of(tx, account.account_id, service_id, lock=True)
    people = set(
        await tx.scalars(
            select(StaffMemberService.staff_member_id).where(
                StaffMemberService.account_id == account.account_id, StaffMemberService.service_id == service_id
            )
        )
    )
    goes_offline = row.bookable_online and patch.bookable_online is False
    gone = people - set(patch.staff_member_ids) if patch.staff_member_ids is not None else set()
    places = _places_left(patch.location_ids) if "location_ids" in patch.model_fields_set else None

    def is_hit(item: BookingItemRow, visit: Visit) -> bool:
        return item.service_id == service_id and (
            goes_offline
            or item.staff_member_id in gone
            or (places is not None and not places(visit.booking.location_id))
        )

    touches = goes_offline or gone or places is not None
    ahead = await visits_ahead(tx, account.account_id, now, service_id=service_id) if touches else []
    return Change(_hit(ahead, is_hit), lambda: change_service(tx, account, service_id, patch))


async def alter_staff_member(
    tx: Tx, account_id: UUID, staff_member_id: UUID, patch: StaffMemberPatch, now: datetime
) -> Change[StaffMemberRow]:
    """A change of a person; it hits their bookings when they, what they offer or where they work falls away."""
    row = await staff_member_of(tx, account_id, staff_member_id, lock=True)
    stops = row.accepts_bookings and patch.accepts_bookings is False
    offered = set(patch.service_ids) if patch.service_ids is not None else None
    places = _places_left(patch.location_ids) if "location_ids" in patch.model_fields_set else None

    def is_hit(item: BookingItemRow, visit: Visit) -> bool:
        return item.staff_member_id == staff_member_id and (
            stops
            or (offered is not None and item.service_id not in offered)
            or (places is not None and not places(visit.booking.location_id))
        )

    touches = stops or offered is not None or places is not None
    ahead = await visits_ahead(tx, account_id, now, staff_member_id=staff_member_id) if touches else []
    return Change(_hit(ahead, is_hit), lambda: change_staff_member(tx, account_id, staff_member_id, patch))


async def remove_staff_member(
    tx: Tx, account_id: UUID, staff_member_id: UUID, now: datetime, *, looks_only: bool
) -> Change[StaffMemberRow]:
    """Somebody leaves; it hits all their bookings ahead. The row, with name and history, stays.

    Raises `StaffHasLogin` for a member, who is removed among the members; looking at the effect is possible before.
    """
    row = await staff_member_of(tx, account_id, staff_member_id, lock=True)
    if row.membership_id is not None and not looks_only:
        raise StaffHasLogin(str(row.membership_id))
    return Change(await visits_ahead(tx, account_id, now, staff_member_id=staff_member_id), lambda: _remove(tx, row))


async def remove_service(tx: Tx, account_id: UUID, service_id: UUID, now: datetime) -> Change[ServiceRow]:
    """A service is sold no more; it hits all bookings of it ahead. Raises `NotFound`."""
    ahead, save = await service_to_delete(tx, account_id, service_id, now)
    return Change(ahead, save)


async def remove_location(tx: Tx, account_id: UUID, location_id: UUID, now: datetime) -> Change[LocationRow]:
    """A place is closed; it hits all bookings there ahead, and none can go on there. Raises `LastLocation`."""
    ahead, save = await location_to_delete(tx, account_id, location_id, now)
    return Change(ahead, save, can_move=False)


async def hand_over(tx: Tx, account_id: UUID, staff_member_id: UUID, now: datetime) -> Change[StaffMemberRow]:
    """Nobody new for this person, and a choice for every booking they have ahead: before they leave."""
    row = await staff_member_of(tx, account_id, staff_member_id, lock=True)

    async def save() -> StaffMemberRow:
        return await change_staff_member(tx, account_id, staff_member_id, StaffMemberPatch(accepts_bookings=False))

    return Change(await visits_ahead(tx, account_id, now, staff_member_id=row.id), save)


async def restore_staff_member(tx: Tx, account_id: UUID, staff_member_id: UUID) -> StaffMemberRow:
    """Bring somebody back as they were, with bookings, hours and services; raises `NotFound`, `StaffHasLogin`."""
    row = await tx.get(StaffMemberRow, (account_id, staff_member_id), with_for_update=True)
    if row is None:
        raise NotFound("staff_member")
    if row.membership_id is not None and row.is_deleted:
        raise StaffHasLogin(str(row.membership_id))
    if row.is_deleted:
        row.is_deleted = False
        row.version += 1
        await say_staff_member_changed(tx, row)
    return row


async def _remove(tx: Tx, row: StaffMemberRow) -> StaffMemberRow:
    row.is_deleted = True
    row.version += 1
    await say_staff_member_changed(tx, row)
    return row


def _places_left(location_ids: tuple[UUID, ...] | None) -> Callable[[UUID], bool]:
    return lambda location_id: location_ids is None or location_id in location_ids


def _hit(visits: list[Visit], is_hit: Callable[[BookingItemRow, Visit], bool]) -> list[Visit]:
    return only(visits, lambda visit: any(is_hit(item, visit) for item in visit.items))
