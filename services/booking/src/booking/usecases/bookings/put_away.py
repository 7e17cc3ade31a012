"""Take a booking out of the calendar and the lists, and bring it back. Nothing of it is lost.

Reports and the client's own history keep it, and so does its money: putting away tidies the desk, it does not undo.
"""

from __future__ import annotations

from datetime import datetime

from booking.domain.lifecycle import ACTIVE, State
from booking.queries.visits import Visit
from booking.usecases.actors import Actor
from kit.db import Tx

from .cancel_booking import cancel_booking
from .change_booking import say_changed
from .record_act import record_act


async def put_away(
    tx: Tx, visit: Visit, actor: Actor, now: datetime, *, reason: str | None = None, tell_client: bool = True
) -> None:
    """Put it away; one that is still to come is cancelled first. A second time changes nothing.

    `reason` stands in the history only: it is about the entry, not about the visit.
    """
    booking = visit.booking
    if booking.deleted_at is not None:
        return
    if State(booking.state) in ACTIVE:
        await cancel_booking(tx, visit, actor, now, tell_client=tell_client)
    booking.deleted_at = now
    record_act(tx, booking.account_id, booking.id, "deleted", actor, now, reason=reason)
    say_changed(tx, visit)


async def bring_back(tx: Tx, visit: Visit, actor: Actor, now: datetime) -> None:
    """Show it again as it was when it was put away; one that is not away stays as it is."""
    booking = visit.booking
    if booking.deleted_at is None:
        return
    booking.deleted_at = None
    record_act(tx, booking.account_id, booking.id, "restored", actor, now)
    say_changed(tx, visit)
