"""What a client sees beside an own visit: the review, money asked for in advance, receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from booking.domain.lifecycle import COMING, Payment, State
from booking.queries.timeline import in_order
from booking.queries.visits import Visit
from booking.records import ReviewRow
from booking.tables import BookingEvent
from contracts.base import Money
from contracts.http.booking import OwnReceipt, OwnReview, PrepaymentDue
from kit.db import Tx

_ASKED = "prepayment_requested"
_OVER = ("prepayment_paid", "prepayment_expired", "prepayment_cancelled")
_RECEIPT = "receipt_registered"


@dataclass
class Beside:
    """Of one visit."""

    review: OwnReview | None = None
    prepayment: PrepaymentDue | None = None
    receipts: list[OwnReceipt] = field(default_factory=list)
    may_review: bool = False

    def fields(self) -> dict[str, object]:
        """As the answers of the API name them."""
        return {
            "review": self.review,
            "prepayment": self.prepayment,
            "receipts": self.receipts,
            "may_review": self.may_review,
        }


async def beside(tx: Tx, visits: Sequence[Visit]) -> dict[UUID, Beside]:
    """By the id of the booking; the transaction must see the accounts of all of them."""
    ids = [visit.booking.id for visit in visits]
    accounts = {visit.booking.account_id for visit in visits}
    acts = await tx.scalars(
        select(BookingEvent)
        .where(
            BookingEvent.account_id.in_(accounts),
            BookingEvent.booking_id.in_(ids),
            BookingEvent.kind.in_((_ASKED, *_OVER, _RECEIPT)),
        )
        .order_by(BookingEvent.seq)
    )
    by_booking: dict[UUID, list[BookingEvent]] = {}
    for act in acts:
        by_booking.setdefault(act.booking_id, []).append(act)
    reviews = {
        row.booking_id: row
        for row in await tx.scalars(
            select(ReviewRow).where(ReviewRow.account_id.in_(accounts), ReviewRow.booking_id.in_(ids))
        )
    }
    return {
        visit.booking.id: _of(visit, by_booking.get(visit.booking.id, []), reviews.get(visit.booking.id))
        for visit in visits
    }


def _of(visit: Visit, acts: Sequence[BookingEvent], review: ReviewRow | None) -> Beside:
    state = State(visit.booking.state)
    is_owed = state in COMING and visit.booking.payment_state in (Payment.UNPAID, Payment.REVERSED)
    return Beside(
        review=_review(review) if review else None,
        prepayment=_due(acts, visit) if is_owed else None,
        receipts=_receipts(acts),
        may_review=state is State.COMPLETED and review is None,
    )


def _review(row: ReviewRow) -> OwnReview:
    return OwnReview(
        rating=row.rating,
        text=row.text,
        answer=row.answer,
        is_public=row.state == "published",
        created_at=row.created_at,
    )


def _due(acts: Sequence[BookingEvent], visit: Visit) -> PrepaymentDue | None:
    """The newest one that was asked for and neither paid nor given up."""
    over = {act.details.get("prepayment_id") for act in acts if act.kind in _OVER}
    for act in reversed(acts):
        if act.kind == _ASKED and act.details.get("prepayment_id") not in over:
            until = act.details.get("expires_at")
            return PrepaymentDue(
                id=UUID(act.details["prepayment_id"]),
                amount=Money(amount=act.details["amount"], currency=visit.booking.currency),
                expires_at=visit.local(datetime.fromisoformat(until)) if until else None,
            )
    return None


def _receipts(acts: Sequence[BookingEvent]) -> list[OwnReceipt]:
    found: dict[str, OwnReceipt] = {}
    for act in in_order([act for act in acts if act.kind == _RECEIPT]):
        said = act.details
        found[said["receipt_id"]] = OwnReceipt(
            id=UUID(said["receipt_id"]), fiscal_code=said.get("fiscal_code"), url=said.get("url"), at=act.at
        )
    return list(found.values())
