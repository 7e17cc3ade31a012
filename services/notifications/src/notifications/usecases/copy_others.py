"""Keep copies of accounts, locations and clients; what a change of them means for messages is planned anew."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from contracts.booking import ClientChanged, LocationChanged
from contracts.identity import AccountChanged, AccountRegistered
from kit.db import Tx
from kit.wakeups import notify
from notifications.domain.merging import WAITING
from notifications.tables import AccountCopy, BookingCopy, ClientCopy, LocationCopy, NotificationRow

from .ask_staff import number_changed

REPLAN_CHANNEL = "replan"


async def copy_account(event: AccountRegistered | AccountChanged, tx: Tx, *, now: datetime) -> None:
    """Take over an account when the event is newer."""
    said = event.account
    values = {
        "version": event.version,
        "name": said.name,
        "vanity_address": said.vanity_address,
        "time_zone": said.time_zone,
        "currency": said.currency,
        "language": said.language,
        "is_active": said.is_active,
        "is_demo": said.is_demo,
        "unconfirmed": said.booking_rules.unconfirmed,
        "confirm_cutoff_min": said.booking_rules.confirm_cutoff_min,
    }
    statement = insert(AccountCopy).values(account_id=said.id, **values)
    newer = await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id"], set_=values, where=AccountCopy.version < event.version
        ).returning(AccountCopy.version)
    )
    if newer.first() is not None and isinstance(event, AccountChanged):
        await ask_to_replan(tx, said.id, now)


async def copy_location(event: LocationChanged, tx: Tx, *, now: datetime) -> None:
    """Take over a location when the event is newer."""
    assert event.account_id is not None
    said = event.location
    values = {
        "version": event.version,
        "name": said.name,
        "address": said.address,
        "phone_e164": said.phone_e164,
        "time_zone": said.time_zone,
    }
    statement = insert(LocationCopy).values(account_id=event.account_id, location_id=said.id, **values)
    newer = await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "location_id"], set_=values, where=LocationCopy.version < event.version
        ).returning(LocationCopy.version)
    )
    if newer.first() is not None:
        await ask_to_replan(tx, event.account_id, now, location_id=said.id)


async def copy_client(event: ClientChanged, tx: Tx, *, now: datetime) -> None:
    """Take over a client's card when the event is newer."""
    assert event.account_id is not None
    said = event.client
    values = {
        "version": event.version,
        "name": said.name,
        "phone_e164": said.phone_e164,
        "phone_confirmed": said.phone_confirmed,
        "language": said.language,
        "user_id": said.user_id,
        "notifications_on": said.notifications_on,
        "email": said.email,
        "is_erased": said.is_erased,
    }
    statement = insert(ClientCopy).values(account_id=event.account_id, client_id=said.id, **values)
    newer = await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "client_id"], set_=values, where=ClientCopy.version < event.version
        ).returning(ClientCopy.version)
    )
    if newer.first() is not None:
        await number_changed(tx, event.account_id, said.id, said.phone_e164, now)
        await ask_to_replan(tx, event.account_id, now, client_id=said.id)


async def ask_to_replan(
    tx: Tx, account_id: UUID, now: datetime, *, client_id: UUID | None = None, location_id: UUID | None = None
) -> int:
    """Mark the bookings concerned; a loop of the worker plans them anew. Answers how many they are."""
    row = BookingCopy
    wanted = select(row.booking_id).where(worth_a_thought(account_id, now))
    if client_id is not None:
        wanted = wanted.where(row.client_id == client_id)
    if location_id is not None:
        wanted = wanted.where(row.location_id == location_id)
    # Locked in the order in which plans lock several.
    found = wanted.order_by(row.booking_id).with_for_update(of=row).cte("found")
    theirs = (row.account_id == account_id, row.booking_id.in_(select(found.c.booking_id)))
    marked = await tx.execute(update(row).where(*theirs).values(replan_at=now).returning(row.booking_id))
    count = len(marked.all())
    if count:
        await notify(tx, REPLAN_CHANNEL)
    return count


def worth_a_thought(account_id: UUID, now: datetime) -> ColumnElement[bool]:
    """Bookings that still have, or may get, messages: coming visits, and whatever has a message that waits."""
    message = NotificationRow
    waiting = select(message.booking_id).where(message.account_id == account_id, message.state.in_(WAITING))
    return and_(
        BookingCopy.account_id == account_id,
        or_(and_(BookingCopy.is_active, BookingCopy.starts_at > now), BookingCopy.booking_id.in_(waiting)),
    )
