"""The client confirmed, came, was served, or did not come."""

from __future__ import annotations

from datetime import datetime

from booking.domain.lifecycle import Act, State, is_possible
from booking.errors import Released, WrongState
from booking.queries.visits import Visit
from booking.usecases.actors import Actor
from contracts.booking import BookingArrived, BookingCompleted, BookingConfirmed, BookingNoShow
from kit.db import Tx

from .record_act import record_act

_ACTS = {
    Act.CONFIRM: (State.CONFIRMED, BookingConfirmed),
    Act.ARRIVE: (State.ARRIVED, BookingArrived),
    Act.COMPLETE: (State.COMPLETED, BookingCompleted),
    Act.NO_SHOW: (State.NO_SHOW, BookingNoShow),
}


async def advance_booking(tx: Tx, visit: Visit, act: Act, actor: Actor, now: datetime) -> None:
    """Go on to the state the act leads to; being there already changes nothing.

    Raises `Released` when the client's word comes after the time was freed for want of it, else `WrongState`.
    """
    booking = visit.booking
    state, event = _ACTS[act]
    if booking.state == state:
        return
    if act is Act.CONFIRM and booking.cancel_cause == "unconfirmed":
        raise Released(visit.local(booking.starts_at).strftime("%d.%m.%Y %H:%M"), visit.location.phone_e164 or "")
    if not is_possible(act, State(booking.state)):
        raise WrongState(act, booking.state)
    booking.state = state
    booking.version += 1
    record_act(tx, booking.account_id, booking.id, state, actor, now)
    tx.emit(event(account_id=booking.account_id, version=booking.version, booking=visit.state()))
