"""Clients beyond their cards, reviews, goods: what an owner looks after at booking."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from contracts.http import clients as cards
from contracts.http import reviews as opinions
from contracts.http import stock as shelf

from .calling import Call


@dataclass(frozen=True)
class Care:
    """Booking's API for clients, reviews and goods."""

    call: Call

    # Clients

    async def doubles(self, account_id: UUID) -> cards.DoublesList:
        """Cards that may be one person."""
        return await self.call(cards.DoublesList, "GET", f"/accounts/{account_id}/client-doubles")

    async def merge(self, account_id: UUID, kept: UUID, double: UUID, *, key: str) -> cards.MergeAnswer:
        """The double goes up into the card that is kept."""
        path = f"/accounts/{account_id}/clients/{kept}/merges"
        return await self.call(cards.MergeAnswer, "POST", path, body=cards.MergeBody(double_id=double), key=key)

    async def merges(self, account_id: UUID, client_id: UUID) -> cards.MergeList:
        """What was merged into a card."""
        return await self.call(cards.MergeList, "GET", f"/accounts/{account_id}/clients/{client_id}/merges")

    async def undo_merge(self, account_id: UUID, client_id: UUID, merge_id: UUID, *, key: str) -> cards.ClientCard:
        """Take a merge back."""
        path = f"/accounts/{account_id}/clients/{client_id}/merges/{merge_id}/undo"
        return await self.call(cards.ClientCard, "POST", path, key=key)

    async def retention(self, account_id: UUID, *, months: int | None = None) -> cards.RetentionAnswer:
        """How long cards are kept, and how many are due; with `months` as if so many were set."""
        path = f"/accounts/{account_id}/client-retention"
        return await self.call(cards.RetentionAnswer, "GET", path, query={"months": months})

    async def set_retention(
        self, account_id: UUID, body: cards.RetentionBody, *, version: int | None = None
    ) -> cards.RetentionAnswer:
        """Keep cards for so long."""
        path = f"/accounts/{account_id}/client-retention"
        return await self.call(cards.RetentionAnswer, "PUT", path, body=body, version=version)

    async def fields(self, account_id: UUID) -> cards.ClientFieldList:
        """The account's own fields of a card."""
        return await self.call(cards.ClientFieldList, "GET", f"/accounts/{account_id}/client-fields")

    async def add_field(self, account_id: UUID, body: cards.ClientFieldBody, *, key: str) -> cards.ClientFieldAnswer:
        """Another field."""
        return await self.call(
            cards.ClientFieldAnswer, "POST", f"/accounts/{account_id}/client-fields", body=body, key=key
        )

    async def drop_field(self, account_id: UUID, field_id: UUID) -> None:
        """A field less."""
        await self.call(object, "DELETE", f"/accounts/{account_id}/client-fields/{field_id}")

    async def preview_import(self, account_id: UUID, body: cards.ImportBody, *, key: str) -> cards.ImportAnswer:
        """Read a file; nothing is written."""
        return await self.call(cards.ImportAnswer, "POST", f"/accounts/{account_id}/client-imports", body=body, key=key)

    async def import_of(self, account_id: UUID, import_id: UUID) -> cards.ImportAnswer:
        """A file that was read."""
        return await self.call(cards.ImportAnswer, "GET", f"/accounts/{account_id}/client-imports/{import_id}")

    async def apply_import(self, account_id: UUID, import_id: UUID, *, key: str) -> cards.ImportAnswer:
        """Write what was read."""
        path = f"/accounts/{account_id}/client-imports/{import_id}/apply"
        return await self.call(cards.ImportAnswer, "POST", path, key=key)

    async def export(self, account_id: UUID, client_id: UUID) -> bytes:
        """Everything kept of one person, as JSON."""
        return await self.call(bytes, "GET", f"/accounts/{account_id}/clients/{client_id}/export")

    async def erase(self, account_id: UUID, client_id: UUID, body: cards.EraseBody, *, key: str) -> cards.EraseAnswer:
        """Forget a person; nothing brings the data back."""
        path = f"/accounts/{account_id}/clients/{client_id}/erase"
        return await self.call(cards.EraseAnswer, "POST", path, body=body, key=key)

    # Reviews

    async def reviews(
        self, account_id: UUID, *, state: str | None = None, cursor: str | None = None
    ) -> opinions.ReviewList:
        """Reviews, newest first."""
        query = {"state": state, "cursor": cursor}
        return await self.call(opinions.ReviewList, "GET", f"/accounts/{account_id}/reviews", query=query)

    async def answer_review(
        self, account_id: UUID, review_id: UUID, body: opinions.ReviewReplyBody
    ) -> opinions.ReviewAnswer:
        """The firm's answer."""
        path = f"/accounts/{account_id}/reviews/{review_id}/answer"
        return await self.call(opinions.ReviewAnswer, "POST", path, body=body)

    async def hide_review(
        self, account_id: UUID, review_id: UUID, body: opinions.HideReviewBody
    ) -> opinions.ReviewAnswer:
        """Nobody sees it any more; the reason is kept."""
        path = f"/accounts/{account_id}/reviews/{review_id}/hide"
        return await self.call(opinions.ReviewAnswer, "POST", path, body=body)

    async def publish_review(self, account_id: UUID, review_id: UUID) -> opinions.ReviewAnswer:
        """Everybody sees it again."""
        return await self.call(opinions.ReviewAnswer, "POST", f"/accounts/{account_id}/reviews/{review_id}/publish")

    # Goods

    async def stock(self, account_id: UUID, *, deleted: bool = False) -> shelf.StockItemList:
        """Goods on the shelf."""
        query = {"deleted": deleted or None}
        return await self.call(shelf.StockItemList, "GET", f"/accounts/{account_id}/stock", query=query)

    async def add_item(self, account_id: UUID, body: shelf.StockItemBody, *, key: str) -> shelf.StockItemAnswer:
        """New goods."""
        return await self.call(shelf.StockItemAnswer, "POST", f"/accounts/{account_id}/stock", body=body, key=key)

    async def change_item(
        self, account_id: UUID, item_id: UUID, body: shelf.StockItemPatch, *, version: int | None
    ) -> shelf.StockItemAnswer:
        """Only what is set changes."""
        path = f"/accounts/{account_id}/stock/{item_id}"
        return await self.call(shelf.StockItemAnswer, "PATCH", path, body=body, version=version)

    async def drop_item(self, account_id: UUID, item_id: UUID) -> shelf.StockItemAnswer:
        """Out of use; it can come back."""
        return await self.call(shelf.StockItemAnswer, "DELETE", f"/accounts/{account_id}/stock/{item_id}")

    async def restore_item(self, account_id: UUID, item_id: UUID, *, key: str) -> shelf.StockItemAnswer:
        """In use again."""
        return await self.call(
            shelf.StockItemAnswer, "POST", f"/accounts/{account_id}/stock/{item_id}/restore", key=key
        )

    async def receive(
        self, account_id: UUID, item_id: UUID, body: shelf.StockReceiptBody, *, key: str
    ) -> shelf.MovementAnswer:
        """Goods came."""
        path = f"/accounts/{account_id}/stock/{item_id}/receipts"
        return await self.call(shelf.MovementAnswer, "POST", path, body=body, key=key)

    async def write_off(
        self, account_id: UUID, item_id: UUID, body: shelf.WriteOffBody, *, key: str
    ) -> shelf.MovementAnswer:
        """Goods went without a sale."""
        path = f"/accounts/{account_id}/stock/{item_id}/write-offs"
        return await self.call(shelf.MovementAnswer, "POST", path, body=body, key=key)

    async def movements(
        self, account_id: UUID, *, item_id: UUID | None = None, cursor: str | None = None
    ) -> shelf.MovementList:
        """The book of goods, newest first."""
        query = {"item_id": item_id, "cursor": cursor}
        return await self.call(shelf.MovementList, "GET", f"/accounts/{account_id}/stock-movements", query=query)
