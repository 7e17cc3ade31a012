"""Goods: the shelf, its book, and what is sold with a visit."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import select, tuple_

from booking.queries.order import by_name
from booking.queries.visits import Visit
from booking.records import StockItem, StockMovement
from booking.tables import AccountCopy
from booking.usecases.actors import Actor
from booking.usecases.bookings.change_booking import say_changed
from booking.usecases.catalogue.services import amount_of
from booking.usecases.stock.sell_goods import sell_goods, take_back_goods
from booking.usecases.stock.shelf import add_stock_item, change_stock_item, move_stock, stock_item_of
from contracts.http.booking import BookingAnswer
from contracts.http.stock import (
    MovementAnswer,
    MovementList,
    SellBody,
    StockItemAnswer,
    StockItemBody,
    StockItemList,
    StockItemPatch,
    StockReceiptBody,
    WriteOffBody,
)
from contracts.permissions import Permission
from kit.db import Tx
from kit.edge import DbDep, MemberDep
from kit.idempotency import OnceDep

from .booking_acts import DeskDep
from .edge import PAGE, AccountDep, Cursor, CursorDep, IfMatchDep, Limit, NowDep, etag, require_version

router = APIRouter(prefix="/api/v1/accounts/{account_id}", tags=["stock"])


@router.get("/stock", operation_id="list_stock")
async def list_stock(
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    deleted: Annotated[bool, Query(description="Those that were taken out of use instead.")] = False,
) -> StockItemList:
    """Goods by name with what is on the shelf."""
    member.require(Permission.BOOKING_VIEW)
    rows = select(StockItem).where(StockItem.account_id == account.account_id, StockItem.is_deleted == deleted)
    async with db.tx(account.account_id) as tx:
        found = await tx.scalars(rows.order_by(by_name(StockItem.name), StockItem.id))
        return StockItemList(items=[_item(account, row) for row in found])


@router.post("/stock", operation_id="add_stock_item", status_code=201, response_model=StockItemAnswer)
async def post_item(
    body: StockItemBody, member: MemberDep, account: AccountDep, db: DbDep, once: OnceDep, now: NowDep
) -> Response:
    """New goods."""
    member.require(Permission.CATALOGUE_EDIT)
    async with db.tx(account.account_id) as tx:

        async def effect() -> StockItemAnswer:
            return _item(account, await add_stock_item(tx, account, body, now))

        return await once.run(tx, effect)


@router.patch("/stock/{item_id}", operation_id="change_stock_item")
async def patch_item(
    item_id: UUID,
    body: StockItemPatch,
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    if_match: IfMatchDep,
    response: Response,
) -> StockItemAnswer:
    """Another name or price; what was sold stays as it was sold."""
    member.require(Permission.CATALOGUE_EDIT)
    async with db.tx(account.account_id) as tx:
        row = await stock_item_of(tx, account.account_id, item_id, lock=True)
        require_version(row.version, if_match)
        change_stock_item(account, row, body)
    response.headers.update(etag(row.version))
    return _item(account, row)


@router.delete("/stock/{item_id}", operation_id="delete_stock_item", response_model=StockItemAnswer)
async def delete_item(item_id: UUID, member: MemberDep, account: AccountDep, db: DbDep) -> StockItemAnswer:
    """Take goods out of use; their book stays, and they can be brought back."""
    member.require(Permission.CATALOGUE_EDIT)
    async with db.tx(account.account_id) as tx:
        row = await stock_item_of(tx, account.account_id, item_id, lock=True)
        row.is_deleted, row.version = True, row.version + 1
    return _item(account, row)


@router.post("/stock/{item_id}/restore", operation_id="restore_stock_item", response_model=StockItemAnswer)
async def restore_item(item_id: UUID, member: MemberDep, account: AccountDep, db: DbDep, once: OnceDep) -> Response:
    """Bring them back."""
    member.require(Permission.CATALOGUE_EDIT)
    async with db.tx(account.account_id) as tx:

        async def effect() -> StockItemAnswer:
            row = await tx.get(StockItem, (account.account_id, item_id), with_for_update=True)
            if row is None or not row.is_deleted:
                row = await stock_item_of(tx, account.account_id, item_id)
            else:
                row.is_deleted, row.version = False, row.version + 1
            return _item(account, row)

        return await once.run(tx, effect, status=200)


@router.post("/stock/{item_id}/receipts", operation_id="receive_goods", status_code=201, response_model=MovementAnswer)
async def post_receipt(
    item_id: UUID,
    body: StockReceiptBody,
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    once: OnceDep,
    now: NowDep,
) -> Response:
    """Goods came onto the shelf."""
    member.require(Permission.CATALOGUE_EDIT)
    async with db.tx(account.account_id) as tx:

        async def effect() -> MovementAnswer:
            item = await stock_item_of(tx, account.account_id, item_id, lock=True)
            cost = amount_of(account, body.unit_cost, "/unit_cost") if body.unit_cost else None
            actor = Actor.member(member)
            row = await move_stock(
                tx, item, "receipt", body.quantity, actor, now, unit_cost=cost, reason=body.reason or None
            )
            return _movement(account, row, item.name)

        return await once.run(tx, effect)


@router.post(
    "/stock/{item_id}/write-offs", operation_id="write_off_goods", status_code=201, response_model=MovementAnswer
)
async def post_write_off(
    item_id: UUID, body: WriteOffBody, member: MemberDep, account: AccountDep, db: DbDep, once: OnceDep, now: NowDep
) -> Response:
    """Goods are gone: broken, used up, out of date."""
    member.require(Permission.STOCK_WRITE_OFF)
    async with db.tx(account.account_id) as tx:

        async def effect() -> MovementAnswer:
            item = await stock_item_of(tx, account.account_id, item_id, lock=True)
            actor = Actor.member(member)
            row = await move_stock(tx, item, "write_off", -body.quantity, actor, now, reason=body.reason)
            return _movement(account, row, item.name)

        return await once.run(tx, effect)


@router.get("/stock-movements", operation_id="stock_movements")
async def list_movements(
    member: MemberDep,
    account: AccountDep,
    db: DbDep,
    cursor: CursorDep,
    item_id: UUID | None = None,
    limit: Limit = PAGE,
) -> MovementList:
    """How goods came and went, newest first."""
    member.require(Permission.REPORTS_VIEW)
    rows = (
        select(StockMovement, StockItem.name)
        .join(
            StockItem,
            (StockItem.account_id == StockMovement.account_id) & (StockItem.id == StockMovement.stock_item_id),
        )
        .where(StockMovement.account_id == account.account_id)
    )
    if item_id is not None:
        rows = rows.where(StockMovement.stock_item_id == item_id)
    if cursor:
        rows = rows.where(tuple_(StockMovement.at, StockMovement.id) < tuple_(cursor.moment, cursor.id))
    async with db.tx(account.account_id) as tx:
        newest = rows.order_by(StockMovement.at.desc(), StockMovement.id.desc()).limit(limit + 1)
        found = (await tx.execute(newest)).all()
    page = found[:limit]
    last = page[-1][0] if len(found) > limit else None
    return MovementList(
        items=[_movement(account, row, name) for row, name in page],
        next_cursor=str(Cursor(last.at.isoformat(), last.id)) if last else None,
    )


@router.post("/bookings/{booking_id}/goods", operation_id="sell_goods", response_model=BookingAnswer)
async def post_goods(desk: DeskDep, body: SellBody) -> Response:
    """Sell goods with a visit; answers the booking with its new price."""
    price = amount_of(desk.account, body.unit_price, "/unit_price") if body.unit_price else None
    if price is not None:
        desk.member.require(Permission.BOOKING_EDIT_PRICE)

    async def act(tx: Tx, visit: Visit, actor: Actor) -> None:
        await sell_goods(tx, visit, body.stock_item_id, body.quantity, price, actor, desk.now)
        say_changed(tx, visit)

    return await desk.run(Permission.BOOKING_CREATE, act)


@router.delete("/bookings/{booking_id}/goods/{goods_id}", operation_id="take_back_goods", response_model=BookingAnswer)
async def delete_goods(goods_id: UUID, desk: DeskDep) -> Response:
    """Take goods off a visit and put them back onto the shelf."""

    async def act(tx: Tx, visit: Visit, actor: Actor) -> None:
        await take_back_goods(tx, visit, goods_id, actor, desk.now)
        say_changed(tx, visit)

    return await desk.run(Permission.BOOKING_CREATE, act)


def _item(account: AccountCopy, row: StockItem) -> StockItemAnswer:
    return StockItemAnswer(
        id=row.id,
        version=row.version,
        name=row.name,
        code=row.code,
        unit=row.unit,
        price=account.money(row.price),
        quantity=row.quantity,
        is_deleted=row.is_deleted,
    )


def _movement(account: AccountCopy, row: StockMovement, name: str) -> MovementAnswer:
    return MovementAnswer.model_validate(
        {
            **{
                field: getattr(row, field)
                for field in MovementAnswer.model_fields
                if field not in ("name", "unit_cost")
            },
            "name": name,
            "unit_cost": None if row.unit_cost is None else account.money(row.unit_cost),
        }
    )
