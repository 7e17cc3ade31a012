"""What fiscal says about the money and the receipts of a booking."""

from __future__ import annotations

from booking.domain.lifecycle import payment_state
from booking.queries.visits import visit_of
from booking.usecases.actors import SYSTEM
from booking.usecases.bookings.change_booking import say_changed
from booking.usecases.bookings.record_act import record_act, record_heard
from contracts.fiscal import BookingReversed, BookingSettled, ReceiptFailed, ReceiptHeld, ReceiptRegistered
from kit.db import Tx
from kit.messaging import now_utc


async def hear_settlement(event: BookingSettled | BookingReversed, tx: Tx) -> None:
    """Take over what was paid, once per act of settlement; what is still due depends on today's price."""
    said = event.settlement
    assert event.account_id is not None
    visit = await visit_of(tx, event.account_id, said.booking_id, lock=True)
    booking = visit.booking
    if booking.settlement_version >= event.version:
        return
    paid_before = booking.paid
    booking.settlement_version = event.version
    booking.paid = said.paid.amount
    booking.discounted = said.discounted.amount if said.discounted else 0
    is_reversed = said.payment_state == "reversed"
    booking.payment_state = payment_state(booking.price - booking.discounted, booking.paid, was_reversed=is_reversed)
    record_act(
        tx,
        booking.account_id,
        booking.id,
        "reversed" if isinstance(event, BookingReversed) else "settled",
        SYSTEM,
        now_utc(),
        paid=said.paid.amount,
        paid_before=paid_before,
        operating_day=said.operating_day,
        settlement_id=str(said.id),
    )
    say_changed(tx, visit)


async def hear_receipt(event: ReceiptRegistered | ReceiptHeld | ReceiptFailed, tx: Tx) -> None:
    """Write into the booking's history what became of its receipt."""
    said = event.receipt
    await record_heard(
        tx,
        event,
        said.booking_id,
        f"receipt_{event.name.split('.')[2]}",
        SYSTEM,
        now_utc(),
        receipt_id=str(said.id),
        reason_code=said.reason_code,
        fiscal_code=said.fiscal_code,
        url=said.url,
    )
