"""Bodies of the booking service: goods on the shelf and goods sold with a visit."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StrictInt

from contracts.base import Money

from .base import Answer, Body
from .catalogue import Comment, Name, Price

Quantity = Annotated[StrictInt, Field(ge=1, le=1_000_000)]
MovementKind = Literal["receipt", "write_off", "sale", "return"]


class StockItemBody(Body):
    """Goods; they come onto the shelf with a receipt."""

    name: Name
    code: Annotated[Name, Field(max_length=64)] | None = Field(default=None, description="Bar code or article.")
    unit: Annotated[Name, Field(max_length=20)] = "шт"
    price: Price = Price(amount=0)


class StockItemPatch(Body):
    name: Name | None = None
    code: Annotated[Name, Field(max_length=64)] | None = None
    unit: Annotated[Name, Field(max_length=20)] | None = None
    price: Price | None = None


class StockItemAnswer(Answer):
    id: UUID
    version: int
    name: str
    code: str | None
    unit: str
    price: Money
    quantity: int = Field(description="On the shelf now.")
    is_deleted: bool


class StockItemList(Answer):
    items: list[StockItemAnswer]
    next_cursor: str | None = None


class StockReceiptBody(Body):
    """Goods came: how many, and what one of them cost."""

    quantity: Quantity
    unit_cost: Price | None = None
    reason: Comment | None = None


class WriteOffBody(Body):
    """Goods went without a sale; the reason is for whoever counts later."""

    quantity: Quantity
    reason: Annotated[Comment, Field(min_length=1)]


class MovementAnswer(Answer):
    """One line of the book of goods; below nothing for what went. Never changed."""

    id: UUID
    stock_item_id: UUID
    name: str
    kind: MovementKind
    quantity: int
    quantity_after: int
    unit_cost: Money | None
    booking_id: UUID | None
    reason: str | None
    by_name: str | None
    at: datetime


class MovementList(Answer):
    items: list[MovementAnswer]
    next_cursor: str | None = None


class SellBody(Body):
    """Goods sold with a visit; another price than the shelf's needs its own right."""

    stock_item_id: UUID
    quantity: Quantity = 1
    unit_price: Price | None = None
