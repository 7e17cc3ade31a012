"""Goods sold with a visit: off the shelf and into the price, or back again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from booking.domain.lifecycle import Act, Payment, State, is_possible, payment_state
from booking.errors import WrongState
from booking.queries.visits import Visit
from booking.records import BookingGoodsRow, StockItem
from booking.usecases.actors import Actor
from booking.usecases.bookings.record_act import record_act
from kit.db import Tx
from kit.errors import InvalidInput, NotFound
from kit.ids import new_id

from .shelf import move_stock, stock_item_of


async def sell_goods(
    tx: Tx, visit: Visit, item_id: UUID, quantity: int, unit_price: int | None, actor: Actor, now: datetime
) -> None:
    """Take goods off the shelf and add their price to the visit's; raises `StockShort`, `WrongState`, `InvalidInput`.

    A visit that was settled is part paid again until the rest is taken.
    """
    booking = visit.booking
    if not is_possible(Act.EDIT_PRICE, State(booking.state)):
        raise WrongState("sell_goods", booking.state)
    try:
        item = await stock_item_of(tx, booking.account_id, item_id, lock=True)
    except NotFound:
        raise InvalidInput.of("/stock_item_id", "unknown_stock_item") from None
    await move_stock(tx, item, "sale", -quantity, actor, now, booking_id=booking.id)
    row = BookingGoodsRow(
        account_id=booking.account_id,
        id=new_id(),
        booking_id=booking.id,
        stock_item_id=item.id,
        name=item.name,
        quantity=quantity,
        unit_price=item.price if unit_price is None else unit_price,
    )
    tx.add(row)
    visit.goods = [*visit.goods, row]
    _charge(visit, row.price)
    record_act(
        tx, booking.account_id, booking.id, "goods_added", actor, now, name=row.name, quantity=quantity,
        price=row.price, payment_state=booking.payment_state,
    )  # fmt: skip


async def take_back_goods(tx: Tx, visit: Visit, goods_id: UUID, actor: Actor, now: datetime) -> None:
    """Put goods of a visit back onto the shelf; raises `NotFound`, `WrongState`."""
    booking = visit.booking
    if not is_possible(Act.EDIT_PRICE, State(booking.state)):
        raise WrongState("take_back_goods", booking.state)
    row = next((one for one in visit.goods if one.id == goods_id), None)
    if row is None:
        raise NotFound("goods")
    await _give_back(tx, visit, row, actor, now)
    _charge(visit, -row.price)
    record_act(
        tx, booking.account_id, booking.id, "goods_removed", actor, now, name=row.name, quantity=row.quantity,
        price=row.price, payment_state=booking.payment_state,
    )  # fmt: skip


async def give_back_all(tx: Tx, visit: Visit, actor: Actor, now: datetime) -> None:
    """A cancelled visit sells nothing: its goods are on the shelf again, its history says what they were."""
    for row in sorted(visit.goods, key=lambda one: one.stock_item_id):
        await _give_back(tx, visit, row, actor, now, keep=True)


async def _give_back(
    tx: Tx, visit: Visit, row: BookingGoodsRow, actor: Actor, now: datetime, *, keep: bool = False
) -> None:
    item = await tx.get_one(StockItem, (row.account_id, row.stock_item_id), with_for_update=True)
    await move_stock(tx, item, "return", row.quantity, actor, now, booking_id=visit.booking.id)
    if not keep:
        await tx.delete(row)
        visit.goods = [one for one in visit.goods if one.id != row.id]


def _charge(visit: Visit, amount: int) -> None:
    booking = visit.booking
    booking.price += amount
    was_reversed = booking.payment_state == Payment.REVERSED
    net = booking.price - booking.discounted
    booking.payment_state = payment_state(net, booking.paid, was_reversed=was_reversed)
