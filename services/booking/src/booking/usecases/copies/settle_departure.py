"""Somebody was removed from the staff: do with the visits that wait for them what was chosen then."""

from __future__ import annotations

from booking.errors import NothingFree
from booking.queries.conflicts import visits_ahead
from booking.queries.visits import visit_of
from booking.tables import AccountCopy
from booking.usecases.actors import Actor
from booking.usecases.bookings.record_act import record_act
from booking.usecases.changes.carry_out import Choice, Desk, settle_visit
from booking.usecases.waitlist.call import call_waitlist
from contracts.identity import MembershipRemoved
from kit.db import Tx
from kit.messaging import now_utc


async def settle_departure(event: MembershipRemoved, tx: Tx) -> None:
    """Move or cancel them, each as at the desk; what cannot be moved stays and says so in its history."""
    said, now = event.membership, now_utc()
    account = await tx.get(AccountCopy, said.account_id)
    if account is None or said.staff_member_id is None:
        return
    actor = Actor("staff", event.removed_by, event.removed_by_name, "staff")
    desk = Desk(account, actor, show=lambda _visit, _free: {}, permit=lambda _kind, _visit: None)
    ahead = await visits_ahead(tx, said.account_id, now, staff_member_id=said.staff_member_id)
    for booking_id in [visit.booking.id for visit in ahead]:
        visit = await visit_of(tx, said.account_id, booking_id, lock=True)
        try:
            async with tx.begin_nested():
                await settle_visit(tx, desk, visit, Choice(event.visits), None, now)
        except NothingFree:
            record_act(tx, said.account_id, booking_id, "kept", actor, now, reason=None)
    await call_waitlist(tx, said.account_id)
