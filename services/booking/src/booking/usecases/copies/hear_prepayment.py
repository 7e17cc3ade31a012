"""What fiscal says about money that was asked for a booking in advance."""

from __future__ import annotations

from booking.domain.lifecycle import COMING, Payment, State
from booking.queries.visits import visit_of
from booking.usecases.actors import SYSTEM
from booking.usecases.bookings.cancel_booking import cancel_booking
from booking.usecases.bookings.record_act import record_act
from contracts.fiscal import PrepaymentCancelled, PrepaymentExpired, PrepaymentPaid, PrepaymentRequested
from kit.db import Tx
from kit.messaging import now_utc

Said = PrepaymentRequested | PrepaymentPaid | PrepaymentExpired | PrepaymentCancelled


async def hear_prepayment(event: Said, tx: Tx) -> None:
    """Write it into the history; what was not paid in time ends, and its time is free for others.

    A booking that was paid otherwise meanwhile, or whose client has come, stays.
    """
    said = event.prepayment
    assert event.account_id is not None
    visit = await visit_of(tx, event.account_id, said.booking_id, lock=True)
    now = now_utc()
    record_act(
        tx,
        event.account_id,
        said.booking_id,
        f"prepayment_{event.name.split('.')[2]}",
        SYSTEM,
        now,
        prepayment_id=str(said.id),
        amount=said.amount.amount,
        url=said.url,
        expires_at=said.expires_at.isoformat(),
    )
    if not isinstance(event, PrepaymentExpired):
        return
    is_unpaid = visit.booking.payment_state in (Payment.UNPAID, Payment.REVERSED)
    if is_unpaid and State(visit.booking.state) in COMING:
        await cancel_booking(tx, visit, SYSTEM, now)
