"""Goods on the shelf, and the book that tells how they came and went."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from booking.errors import StockShort
from booking.records import StockItem, StockMovement
from booking.tables import AccountCopy
from booking.usecases.actors import Actor
from booking.usecases.catalogue.services import amount_of
from contracts.http.stock import StockItemBody, StockItemPatch
from kit.db import Tx
from kit.errors import NotFound
from kit.ids import new_id


async def stock_item_of(tx: Tx, account_id: UUID, item_id: UUID, *, lock: bool = False) -> StockItem:
    """Goods that are kept; raises `NotFound`."""
    row = await tx.get(StockItem, (account_id, item_id), with_for_update=lock or None, populate_existing=lock)
    if row is None or row.is_deleted:
        raise NotFound("stock_item")
    return row


async def add_stock_item(tx: Tx, account: AccountCopy, body: StockItemBody, now: datetime) -> StockItem:
    """New goods, none of them on the shelf yet."""
    row = StockItem(
        account_id=account.account_id,
        id=new_id(),
        version=1,
        name=body.name,
        code=body.code,
        unit=body.unit,
        price=amount_of(account, body.price, "/price"),
        quantity=0,
        is_deleted=False,
        created_at=now,
    )
    tx.add(row)
    await tx.flush()
    return row


def change_stock_item(account: AccountCopy, row: StockItem, patch: StockItemPatch) -> None:
    """Change what the patch names; what was sold keeps its name and price."""
    if patch.name is not None:
        row.name = patch.name
    if patch.unit is not None:
        row.unit = patch.unit
    if "code" in patch.model_fields_set:
        row.code = patch.code
    if patch.price is not None:
        row.price = amount_of(account, patch.price, "/price")
    row.version += 1


async def move_stock(
    tx: Tx,
    item: StockItem,
    kind: str,
    quantity: int,
    actor: Actor,
    now: datetime,
    *,
    unit_cost: int | None = None,
    booking_id: UUID | None = None,
    reason: str | None = None,
) -> StockMovement:
    """Put goods onto the shelf, or take them off it (a quantity below nothing); raises `StockShort`.

    The item must be locked, so that two who take the last one come one after the other.
    """
    if item.quantity + quantity < 0:
        raise StockShort(item.name, item.quantity, -quantity)
    item.quantity += quantity
    item.version += 1
    row = StockMovement(
        account_id=item.account_id,
        id=new_id(),
        stock_item_id=item.id,
        kind=kind,
        quantity=quantity,
        quantity_after=item.quantity,
        unit_cost=unit_cost,
        booking_id=booking_id,
        reason=reason,
        by_id=actor.id,
        by_name=actor.name,
        at=now,
    )
    tx.add(row)
    await tx.flush()
    return row
