"""Somebody was removed from the staff: do with the visits that wait for them what was chosen then.

The removal only writes down which visits wait; they are settled a few at a time, so that nobody who wants to book waits
for all of them.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from booking.domain.lifecycle import ACTIVE, State
from booking.errors import NothingFree
from booking.queries.calendar_lock import lock_calendar
from booking.queries.conflicts import visits_ahead
from booking.queries.visits import visit_of
from booking.records import Departure
from booking.tables import AccountCopy
from booking.usecases.actors import Actor
from booking.usecases.bookings.record_act import record_act
from booking.usecases.changes.carry_out import Choice, Desk, settle_visit
from booking.usecases.waitlist.call import call_waitlist
from contracts.identity import MembershipRemoved
from kit.db import Database, Tx
from kit.loops import each
from kit.messaging import now_utc

AT_ONCE = 5
"""Visits of one transaction: a move is a search, and meanwhile nobody in the account can book."""


async def note_departure(event: MembershipRemoved, tx: Tx) -> None:
    """Write down what is to be done with whose visits. The calendar is locked, so the list is whole."""
    said = event.membership
    if said.staff_member_id is None or event.visits == "keep":
        return
    ahead = await visits_ahead(tx, said.account_id, now_utc(), staff_member_id=said.staff_member_id)
    if ahead:
        await forget_departure(tx, said.account_id, said.staff_member_id)
        tx.add(
            Departure(
                account_id=said.account_id,
                staff_member_id=said.staff_member_id,
                visits=event.visits,
                removed_by=event.removed_by,
                removed_by_name=event.removed_by_name,
                booking_ids=[visit.booking.id for visit in ahead],
            )
        )


async def forget_departure(tx: Tx, account_id: UUID, staff_member_id: UUID) -> None:
    """Leave what is not settled yet as it is: the person is back."""
    await tx.execute(
        delete(Departure).where(Departure.account_id == account_id, Departure.staff_member_id == staff_member_id)
    )


async def settle_departures(db: Database, now: datetime) -> None:
    """Settle all that is written down; one that fails is tried again at the next turn and holds up no other."""
    async with db.system_tx() as tx:
        found = select(Departure.account_id, Departure.staff_member_id).order_by(Departure.staff_member_id)
        waiting = [(row.account_id, row.staff_member_id) for row in await tx.execute(found)]

    async def settle(key: tuple[UUID, UUID]) -> None:
        while await _settle_some(db, *key, now):
            pass

    await each("departures", waiting, settle)


async def _settle_some(db: Database, account_id: UUID, staff_member_id: UUID, now: datetime) -> bool:
    """Settle the next few; answers whether more are left."""
    async with db.tx(account_id) as tx:
        await lock_calendar(tx, account_id, alone=True)
        row = await tx.get(Departure, (account_id, staff_member_id), with_for_update=True)
        account = await tx.get(AccountCopy, account_id)
        if row is None or account is None:
            return False
        actor = Actor("staff", row.removed_by, row.removed_by_name, "staff")
        desk = Desk(account, actor, show=lambda _visit, _free: {}, permit=lambda _kind, _visit: None)
        choice = Choice("move" if row.visits == "move" else "cancel")
        for booking_id in row.booking_ids[:AT_ONCE]:
            await _settle(tx, desk, booking_id, staff_member_id, choice, now)
        row.booking_ids = row.booking_ids[AT_ONCE:]
        if row.booking_ids:
            return True
        await tx.delete(row)
        await call_waitlist(tx, account_id)
        return False


async def _settle(tx: Tx, desk: Desk, booking_id: UUID, staff_member_id: UUID, choice: Choice, now: datetime) -> None:
    """As at the desk; what cannot be moved stays and says so in its history."""
    account_id = desk.account.account_id
    visit = await visit_of(tx, account_id, booking_id, lock=True)
    is_theirs = staff_member_id in visit.staff_member_ids
    if State(visit.booking.state) not in ACTIVE or visit.booking.ends_at <= now or not is_theirs:
        return  # somebody was quicker
    try:
        async with tx.begin_nested():
            await settle_visit(tx, desk, visit, choice, None, now)
    except NothingFree:
        record_act(tx, account_id, booking_id, "kept_after_departure", desk.actor, now)
