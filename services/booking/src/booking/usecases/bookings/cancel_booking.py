"""End a booking before it took place; its time is free with the same commit."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from booking.domain.lifecycle import CANCELLED, Act, State, is_possible, may_change_until
from booking.errors import CutoffPassed, WrongState
from booking.queries.visits import Visit
from booking.tables import AccountCopy
from booking.usecases.actors import Actor
from booking.usecases.stock.sell_goods import give_back_all
from booking.usecases.waitlist.call import Freed, tell_freed
from contracts.booking import BookingCancelled
from kit.db import Tx

from .record_act import record_act
from .rows_of_time import give_back


async def cancel_booking(
    tx: Tx,
    visit: Visit,
    actor: Actor,
    now: datetime,
    *,
    reason: str | None = None,
    tell_client: bool = True,
    cause: Literal["unconfirmed"] | None = None,
) -> None:
    """Cancel; a second time changes nothing. `cause` is the account's rule that does it, where nobody does.

    Raises `WrongState` for what has taken place already.
    """
    booking = visit.booking
    if State(booking.state) in CANCELLED:
        return
    if not is_possible(Act.CANCEL, State(booking.state)):
        raise WrongState(Act.CANCEL, booking.state)
    by_client = actor.kind == "client"
    booking.state = State.CANCELLED_BY_CLIENT if by_client else State.CANCELLED_BY_STAFF
    booking.cancel_cause = cause
    booking.version += 1
    await give_back(tx, booking.account_id, booking.id)
    await give_back_all(tx, visit, actor, now)
    record_act(tx, booking.account_id, booking.id, "cancelled", actor, now, reason=reason)
    tx.emit(
        BookingCancelled(
            account_id=booking.account_id,
            version=booking.version,
            booking=visit.state(),
            cancelled_by="client" if by_client else "staff",
            reason=reason,
            tell_client=tell_client,
            cause=cause,
        )
    )
    spans = [Freed(item.staff_member_id, item.starts_at, item.ends_at) for item in visit.items]
    await tell_freed(tx, booking.account_id, booking.location_id, spans, "cancelled", booking.id)


def require_before_cutoff(account: AccountCopy, visit: Visit, now: datetime) -> None:
    """Raise `CutoffPassed` when the client may no longer change the visit without calling."""
    until = may_change_until(visit.booking.starts_at, account.booking_rules.cancel_cutoff_min)
    if now > until:
        raise CutoffPassed(visit.local(until).strftime("%d.%m.%Y %H:%M"), visit.location.phone_e164 or "")
