"""Wishes for taken time: join, and what ends an offer."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, func, select

from booking.errors import HoldExpired, WaitsEnough
from booking.queries.accounts import known_locations
from booking.queries.places import parts_wanted, services_named
from booking.queries.visits import client_state
from booking.stored_schedules import minutes_of
from booking.tables import AccountCopy, ClientRow, HoldRow, ServiceRow, StaffMemberRow
from booking.tables_of_places import WaitlistEntry
from contracts.booking import WaitlistEntryState, WaitlistOffer, WaitlistOfferEnded
from contracts.http.waitlist import WaitlistBody
from kit.db import Tx
from kit.errors import InvalidInput, NotFound
from kit.ids import new_id

from .call import Freed, call_waitlist, tell_freed

MOST_PER_CLIENT = 10

Ending = Literal["taken", "declined", "expired", "withdrawn"]


async def join(
    tx: Tx, account: AccountCopy, client: ClientRow, body: WaitlistBody, created_by: UUID, now: datetime
) -> WaitlistEntry:
    """A new wish at the end of the queue; raises `InvalidInput` for what the account does not have, `WaitsEnough`."""
    items = body.wanted_items()
    services = await services_named(tx, account.account_id, [item.service_id for item in items], "/service_ids")
    parts_wanted(items, services, "/seats")
    await _known_people(tx, account.account_id, {item.staff_member_id for item in items if item.staff_member_id})
    if body.location_id is not None:
        await known_locations(tx, account.account_id, [body.location_id], "/location_id")
    own = select(func.count()).where(
        WaitlistEntry.account_id == account.account_id,
        WaitlistEntry.client_id == client.id,
        WaitlistEntry.state.in_(("waiting", "offered")),
    )
    if (await tx.scalar(own) or 0) >= MOST_PER_CLIENT:
        raise WaitsEnough(MOST_PER_CLIENT)
    entry = WaitlistEntry(
        account_id=account.account_id,
        id=new_id(),
        version=1,
        state="waiting",
        client_id=client.id,
        location_id=body.location_id,
        items=[item.model_dump(mode="json", exclude_none=True) for item in items],
        service_ids=[item.service_id for item in items],
        first_day=body.first_day,
        last_day=body.last_day,
        from_min=minutes_of(body.since),
        to_min=minutes_of(body.until),
        queued_at=now,
        offers_made=0,
        refused=[],
        created_by=created_by,
        created_at=now,
    )
    tx.add(entry)
    await tx.flush()
    await call_waitlist(tx, account.account_id)
    return entry


async def entry_of(tx: Tx, account_id: UUID, entry_id: UUID) -> WaitlistEntry:
    """A wish, locked; raises `NotFound`."""
    entry = await tx.get(WaitlistEntry, (account_id, entry_id), with_for_update=True, populate_existing=True)
    if entry is None:
        raise NotFound("waitlist_entry")
    return entry


async def withdraw(tx: Tx, account: AccountCopy, entry: WaitlistEntry, now: datetime) -> None:
    """Wait no longer; a second time changes nothing."""
    if entry.state == "offered":
        await end_offer(tx, account, entry, "withdrawn", now)
    elif entry.state == "waiting":
        entry.state, entry.version = "withdrawn", entry.version + 1


async def decline(tx: Tx, account: AccountCopy, entry: WaitlistEntry, now: datetime) -> None:
    """Not this time; the person waits on, behind the others. Raises `HoldExpired` when the offer is over."""
    if entry.state != "offered":
        raise HoldExpired
    await end_offer(tx, account, entry, "declined", now)


async def take_offer(tx: Tx, account: AccountCopy, hold_id: UUID, booking_id: UUID, now: datetime) -> None:
    """The held time has become a booking: whoever it was offered to waits no longer."""
    rows = select(WaitlistEntry).where(
        WaitlistEntry.account_id == account.account_id,
        WaitlistEntry.hold_id == hold_id,
        WaitlistEntry.state == "offered",
    )
    entry = (await tx.scalars(rows.with_for_update())).first()
    if entry is not None:
        entry.booking_id = booking_id
        await end_offer(tx, account, entry, "taken", now)


async def end_offer(tx: Tx, account: AccountCopy, entry: WaitlistEntry, by: Ending, now: datetime) -> None:
    """Close the open offer; unless it was taken its time is free for the next one."""
    offer, hold_id = WaitlistOffer.model_validate(entry.offer), entry.hold_id
    if by != "taken":
        await tx.execute(delete(HoldRow).where(HoldRow.account_id == account.account_id, HoldRow.id == hold_id))
    entry.state = {"taken": "booked", "withdrawn": "withdrawn"}.get(by, "waiting")
    if entry.state == "waiting":
        entry.refused = [*entry.refused, offer.starts_at.isoformat()]
        entry.queued_at = now
    people = list((entry.offer or {}).get("staff_member_ids", ()))
    entry.offer, entry.offer_code, entry.offer_expires_at, entry.hold_id = None, None, None, None
    entry.version += 1
    tx.emit(
        WaitlistOfferEnded(
            account_id=account.account_id, version=entry.version, entry=await state_of(tx, account, entry), ended_by=by
        )
    )
    if by != "taken":
        spans = [Freed(UUID(person), offer.starts_at, offer.ends_at) for person in dict.fromkeys(people)]
        freed_by: Literal["offer_expired", "offer_declined"] = "offer_expired" if by == "expired" else "offer_declined"
        await tx.flush()
        await tell_freed(tx, account.account_id, offer.location_id, spans, freed_by)


async def state_of(tx: Tx, account: AccountCopy, entry: WaitlistEntry) -> WaitlistEntryState:
    """What events say of a wish."""
    client = await tx.get_one(ClientRow, (account.account_id, entry.client_id))
    return WaitlistEntryState.model_validate(
        {
            "id": entry.id,
            "state": entry.state,
            "client": client_state(client),
            "location_id": entry.location_id,
            "service_names": tuple(await service_names(tx, account.account_id, entry.service_ids)),
            "vanity_address": account.vanity_address,
            "offer": entry.offer,
        }
    )


async def service_names(tx: Tx, account_id: UUID, ids: list[UUID]) -> list[str]:
    """The names in the order of the wish, also of what is sold no more."""
    rows = await tx.execute(
        select(ServiceRow.id, ServiceRow.name).where(ServiceRow.account_id == account_id, ServiceRow.id.in_(ids))
    )
    names: dict[UUID, str] = {row.id: row.name for row in rows}
    return [names.get(one, "") for one in ids]


async def _known_people(tx: Tx, account_id: UUID, ids: set[UUID]) -> None:
    rows = select(StaffMemberRow.id).where(
        StaffMemberRow.account_id == account_id, StaffMemberRow.id.in_(ids), ~StaffMemberRow.is_deleted
    )
    if ids - set(await tx.scalars(rows)):
        raise InvalidInput.of("/staff_member_id", "unknown_staff_member")
