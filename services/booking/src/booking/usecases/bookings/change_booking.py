"""Change what a booking costs, what is noted on it, or who comes."""

from __future__ import annotations

from datetime import datetime

from booking.domain.lifecycle import Act, Payment, State, is_possible, payment_state
from booking.domain.sums import shared_out
from booking.errors import WrongState
from booking.queries.visits import Visit
from booking.tables import ClientRow
from booking.usecases.actors import Actor
from contracts.booking import BookingChanged
from kit.db import Tx
from kit.errors import InvalidInput

from .record_act import record_act


async def set_price(tx: Tx, visit: Visit, price: int, actor: Actor, now: datetime) -> None:
    """A new price in minor units, goods included: those keep theirs.

    Nothing left to pay is settled; more than was paid opens the booking again.
    """
    booking = visit.booking
    if not is_possible(Act.EDIT_PRICE, State(booking.state)):
        raise WrongState(Act.EDIT_PRICE, booking.state)
    if price == booking.price:
        return
    goods = sum(one.price for one in visit.goods)
    if price < goods:
        raise InvalidInput.of("/price", "below_goods")
    before = booking.price
    for item, part in zip(visit.items, shared_out(price - goods, [item.price for item in visit.items]), strict=True):
        item.price = part
    booking.price = price
    was_reversed = booking.payment_state == Payment.REVERSED
    booking.payment_state = payment_state(price - booking.discounted, booking.paid, was_reversed=was_reversed)
    record_act(
        tx, booking.account_id, booking.id, "price_changed", actor, now, before=before, after=price,
        payment_state=booking.payment_state,
    )  # fmt: skip


async def set_comment(tx: Tx, visit: Visit, comment: str | None, actor: Actor, now: datetime) -> None:
    """A new note; the old one is kept in the history."""
    before, visit.booking.comment = visit.booking.comment, comment
    record_act(tx, visit.booking.account_id, visit.booking.id, "comment_changed", actor, now, before=before)


async def set_client(tx: Tx, visit: Visit, client: ClientRow, actor: Actor, now: datetime) -> None:
    """Somebody else comes."""
    before, visit.booking.client_id, visit.client = visit.booking.client_id, client.id, client
    record_act(
        tx, visit.booking.account_id, visit.booking.id, "client_changed", actor, now,
        before=str(before) if before else None, after=str(client.id),
    )  # fmt: skip


def say_changed(tx: Tx, visit: Visit) -> None:
    """One event for all that was changed together."""
    visit.booking.version += 1
    tx.emit(BookingChanged(account_id=visit.booking.account_id, version=visit.booking.version, booking=visit.state()))
