"""Move a booking to another time, another person, or both."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from booking.domain.availability import Service
from booking.domain.lifecycle import Act, State, is_possible
from booking.domain.wall_clock import MINUTE
from booking.errors import NothingToUndo, WrongState
from booking.queries.client_limits import Booker
from booking.queries.visits import Visit, staff_names
from booking.tables import AccountCopy, BookingEvent
from booking.usecases.actors import Actor
from booking.usecases.waitlist.call import Freed, tell_freed
from contracts.booking import BookingRescheduled
from contracts.http.booking import WantedItem
from kit.db import Tx

from .limit_client import lock_client
from .places import Wish
from .record_act import record_act
from .rows_of_time import give_back
from .take_time import lock_people, take_time

FAR = timedelta(days=1)


def sameness(visit: Visit, starts_at: datetime, staff_member_id: UUID | None, *, kind: str) -> Hashable:
    """What makes two wishes to move the same; none for a move so near that the visit's own time may be in its way."""
    if abs(starts_at - visit.booking.starts_at) < FAR + (visit.booking.ends_at - visit.booking.starts_at):
        return None
    items = tuple(
        (
            item.service_id,
            staff_member_id or item.staff_member_id,
            item.ends_at - item.starts_at,
            item.buffer_before_min,
            item.buffer_after_min,
            item.seats,
        )
        for item in visit.items
    )
    return "move", kind, visit.booking.account_id, visit.booking.location_id, starts_at, items


async def reschedule_booking(
    tx: Tx,
    account: AccountCopy,
    visit: Visit,
    actor: Actor,
    now: datetime,
    *,
    starts_at: datetime,
    staff_member_id: UUID | None = None,
    people: Sequence[UUID] | None = None,
    override: bool = False,
    tell_client: bool = True,
    beyond_window: bool = False,
) -> None:
    """Move the whole visit; without a person everybody stays who was. Services keep their booked length and buffers.

    `people` names who does each item, in order, where one person for all would not say it.

    Raises `WrongState`, or the refusal of the new time; the old time is then kept.
    """
    booking = visit.booking
    if not is_possible(Act.RESCHEDULE, State(booking.state)):
        raise WrongState(Act.RESCHEDULE, booking.state)
    people = list(people or [staff_member_id or item.staff_member_id for item in visit.items])
    if starts_at == booking.starts_at and people == [item.staff_member_id for item in visit.items]:
        return
    wish = Wish(
        account=account,
        items=tuple(
            WantedItem(service_id=item.service_id, staff_member_id=person, seats=item.seats)
            for item, person in zip(visit.items, people, strict=True)
        ),
        starts_at=starts_at,
        location_id=booking.location_id,
        is_public=actor.kind == "client",
        override=override,
        beyond_window=beyond_window,
        ignoring_booking=booking.id,
        booker=Booker(actor.id, visit.client.phone_e164) if actor.kind == "client" and visit.client else None,
        own_services=tuple(
            Service(
                item.service_id,
                (item.ends_at - item.starts_at) // MINUTE,
                item.buffer_before_min,
                item.buffer_after_min,
            )
            for item in visit.items
        ),
    )
    # In the order of whoever books: the client first. Time given back and not yet committed blocks those who want it.
    await lock_client(tx, account, wish.booker)
    await lock_people(tx, account.account_id, [*people, *visit.staff_member_ids])
    previous = booking.starts_at, tuple(visit.staff_member_ids)
    before = [item.staff_member_id for item in visit.items]
    freed = [Freed(item.staff_member_id, item.starts_at, item.ends_at) for item in visit.items]
    await give_back(tx, account.account_id, booking.id)
    taken = await take_time(tx, wish, now, booking_id=booking.id, item_ids=[item.id for item in visit.items])
    for row, item in zip(visit.items, taken.items, strict=True):
        row.staff_member_id, row.starts_at, row.ends_at = item.staff_member_id, item.starts_at, item.ends_at
    visit.staff_names |= await staff_names(tx, account.account_id, set(people))
    booking.starts_at, booking.ends_at, booking.overridden = taken.starts_at, taken.ends_at, taken.overridden
    booking.agreed_at, booking.confirm_told_until, booking.confirm_judged_at = now, None, None
    booking.version += 1
    record_act(
        tx,
        account.account_id,
        booking.id,
        "rescheduled",
        actor,
        now,
        starts_at_before=previous[0].isoformat(),
        starts_at=booking.starts_at.isoformat(),
        staff=[visit.staff_names.get(person, "") for person in visit.staff_member_ids],
        staff_before=[str(person) for person in before],
        overridden=taken.overridden,
    )
    tx.emit(
        BookingRescheduled(
            account_id=account.account_id,
            version=booking.version,
            booking=visit.state(),
            previous_starts_at=previous[0],
            previous_staff_member_ids=previous[1],
            tell_client=tell_client,
            rescheduled_by="client" if actor.kind == "client" else "staff",
        )
    )
    await tell_freed(tx, account.account_id, booking.location_id, freed, "rescheduled", booking.id)


async def undo_reschedule(tx: Tx, account: AccountCopy, visit: Visit, actor: Actor, now: datetime) -> None:
    """Back to the time and the people from before the last move, whatever soft rules say: it stood there once.

    Whoever was not told of the move yet hears of neither. Raises `NothingToUndo`, `WrongState`, or `SlotTaken` when
    the earlier time is somebody else's by now.
    """
    moves = (
        select(BookingEvent)
        .where(
            BookingEvent.account_id == account.account_id,
            BookingEvent.booking_id == visit.booking.id,
            BookingEvent.kind == "rescheduled",
        )
        .order_by(BookingEvent.seq.desc())
        .limit(1)
    )
    last = await tx.scalar(moves)
    staff = last.details.get("staff_before", []) if last else []
    if last is None or len(staff) != len(visit.items):
        raise NothingToUndo
    await reschedule_booking(
        tx,
        account,
        visit,
        actor,
        now,
        starts_at=datetime.fromisoformat(last.details["starts_at_before"]),
        people=[UUID(person) for person in staff],
        override=True,
    )
