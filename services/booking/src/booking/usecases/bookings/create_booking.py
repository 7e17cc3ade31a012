"""Make a booking, out of a hold or directly."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from booking.domain.lifecycle import State, payment_state
from booking.domain.sums import shared_out
from booking.errors import HoldExpired
from booking.queries.calendar_lock import lock_calendar
from booking.queries.client_limits import Booker
from booking.queries.visits import Visit, staff_names
from booking.tables import AccountCopy, BookingItemRow, BookingRow, ClientRow, HoldRow, LocationRow
from booking.usecases.actors import Actor
from booking.usecases.waitlist.entries import take_offer
from contracts.booking import BookingCreated
from kit.db import Tx
from kit.errors import NotFound
from kit.ids import new_id

from .keep_hold import require_still_open
from .limit_client import require_room
from .places import Wish
from .record_act import record_act
from .rows_of_time import pass_on
from .take_time import TakenItem, take_time

CODE_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH = 10
"""31 signs, 10 places: nobody finds somebody else's visit by trying (8·10^14)."""


@dataclass(frozen=True)
class Order:
    """Who comes, for how much, and who wrote it down. `price` none: the sum of the items.

    `client` finds or opens the card; it is asked only once the time is won.
    """

    client: Callable[[], Awaitable[ClientRow | None]]
    comment: str | None
    actor: Actor
    price: int | None = None
    item_prices: tuple[int | None, ...] = ()
    series_id: UUID | None = None


async def create_booking(tx: Tx, wish: Wish, order: Order, now: datetime) -> Visit:
    """Take the time and book it; raises the refusal when the time cannot be had."""
    booking_id = new_id()
    taken = await take_time(tx, wish, now, booking_id=booking_id)
    return await _write(
        tx,
        wish.account,
        booking_id,
        taken.place.location,
        taken.items,
        order,
        now,
        overridden=taken.overridden,
        assigned_by=taken.assigned_by,
    )


async def book_hold(
    tx: Tx, account: AccountCopy, hold_id: UUID, order: Order, now: datetime, *, booker: Booker | None = None
) -> Visit:
    """Turn a hold into a booking: the very same rows of time change their owner.

    Raises `HoldExpired` when its time is over or it was used already, `SlotNotOffered` when the client has as many
    visits as one may have, or the account's rules have changed since.
    """
    await lock_calendar(tx, account.account_id)
    hold = await tx.get(HoldRow, (account.account_id, hold_id), with_for_update=True)
    if hold is None or hold.expires_at <= now:
        raise HoldExpired
    location = await tx.get(LocationRow, (account.account_id, hold.location_id))
    if location is None:
        raise NotFound("location")
    await require_room(tx, account, booker, location, hold.starts_at, now)
    booking_id = new_id()
    items = [TakenItem.restored(stored) for stored in hold.items]
    await require_still_open(tx, account, location, items, now)
    for item in items:
        owner = {"booking_id": booking_id, "booking_item_id": item.id}
        await pass_on(tx, account.account_id, hold_id, item.time_ids, **owner)
    await take_offer(tx, account, hold_id, booking_id, now)
    await tx.delete(hold)
    return await _write(tx, account, booking_id, location, items, order, now, assigned_by=hold.assigned_by)


async def _write(
    tx: Tx,
    account: AccountCopy,
    booking_id: UUID,
    location: LocationRow,
    items: Sequence[TakenItem],
    order: Order,
    now: datetime,
    *,
    overridden: Sequence[str] = (),
    assigned_by: str,
) -> Visit:
    asked = order.item_prices or (None,) * len(items)
    prices = [item.list_price if own is None else own for item, own in zip(items, asked, strict=True)]
    if order.price is not None:
        prices = shared_out(order.price, prices)
    client = await order.client()
    booking = BookingRow(
        account_id=account.account_id,
        id=booking_id,
        version=1,
        code="".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH)),
        state=State.PENDING,
        payment_state=payment_state(sum(prices), 0),
        location_id=location.id,
        client_id=client.id if client else None,
        starts_at=items[0].starts_at,
        ends_at=items[-1].ends_at,
        price=sum(prices),
        paid=0,
        currency=account.currency,
        settlement_version=0,
        comment=order.comment,
        source=order.actor.source or "api",
        overridden=list(overridden),
        series_id=order.series_id,
        created_by=order.actor.id,
        created_at=now,
    )
    tx.add(booking)
    await tx.flush()
    rows = [
        BookingItemRow(
            account_id=account.account_id,
            id=item.id,
            booking_id=booking_id,
            position=position,
            service_id=item.service_id,
            service_name=item.service_name,
            staff_member_id=item.staff_member_id,
            starts_at=item.starts_at,
            ends_at=item.ends_at,
            buffer_before_min=item.buffer_before_min,
            buffer_after_min=item.buffer_after_min,
            seats=item.seats,
            price=price,
        )
        for position, (item, price) in enumerate(zip(items, prices, strict=True))
    ]
    tx.add_all(rows)
    names = await staff_names(tx, account.account_id, {item.staff_member_id for item in items})
    visit = Visit(booking, rows, location, client, names)
    record_act(
        tx,
        account.account_id,
        booking_id,
        "created",
        order.actor,
        now,
        starts_at=booking.starts_at.isoformat(),
        staff=[names.get(person, "") for person in visit.staff_member_ids],
        price=booking.price,
        assigned_by=assigned_by,
        overridden=list(overridden),
    )
    tx.emit(BookingCreated(account_id=account.account_id, version=1, booking=visit.state()))
    return visit
