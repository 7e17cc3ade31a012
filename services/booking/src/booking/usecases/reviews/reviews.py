"""A client rates a visit that took place; the firm answers, or hides what nobody should read."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from booking.domain.lifecycle import State
from booking.errors import ReviewNotPossible
from booking.queries.visits import Visit
from booking.records import ReviewRow
from booking.usecases.actors import Actor
from booking.usecases.bookings.record_act import record_act
from contracts.booking import ReviewLeft, ReviewState
from contracts.http.reviews import ReviewBody
from kit.db import Tx
from kit.errors import NotFound
from kit.ids import new_id


async def leave_review(tx: Tx, visit: Visit, body: ReviewBody, actor: Actor, now: datetime) -> ReviewRow:
    """Rate a visit once; raises `ReviewNotPossible` for one that did not take place or was rated already."""
    booking = visit.booking
    if booking.state != State.COMPLETED:
        raise ReviewNotPossible("not_completed")
    values = {
        "account_id": booking.account_id,
        "id": new_id(),
        "version": 1,
        "booking_id": booking.id,
        "location_id": booking.location_id,
        "client_id": booking.client_id,
        "staff_member_ids": visit.staff_member_ids,
        "rating": body.rating,
        "text": body.text or None,
        "state": "published",
        "created_at": now,
    }
    row: ReviewRow | None = await tx.scalar(
        insert(ReviewRow).values(values).on_conflict_do_nothing().returning(ReviewRow)
    )
    if row is None:
        raise ReviewNotPossible("rated_already")
    record_act(tx, booking.account_id, booking.id, "reviewed", actor, now, rating=body.rating)
    tx.emit(ReviewLeft(account_id=booking.account_id, version=1, review=_state(row, visit)))
    return row


async def review_of(tx: Tx, account_id: UUID, review_id: UUID, *, lock: bool = False) -> ReviewRow:
    """A review by id; raises `NotFound`."""
    row = await tx.get(ReviewRow, (account_id, review_id), with_for_update=lock or None)
    if row is None:
        raise NotFound("review")
    return row


def answer_review(tx: Tx, row: ReviewRow, text: str | None, actor: Actor, now: datetime) -> None:
    """The firm's words below the review, or none any more."""
    row.answer, row.answered_by, row.answered_at = text, actor.id if text else None, now if text else None
    row.version += 1
    record_act(tx, row.account_id, row.booking_id, "review_answered", actor, now)


def hide_review(tx: Tx, row: ReviewRow, reason: str, actor: Actor, now: datetime) -> None:
    """Take it off the page; it is kept, with the reason and who did it."""
    row.state, row.hidden_reason, row.moderated_by = "hidden", reason, actor.id
    row.version += 1
    record_act(tx, row.account_id, row.booking_id, "review_hidden", actor, now, reason=reason)


def publish_review(tx: Tx, row: ReviewRow, actor: Actor, now: datetime) -> None:
    """Show it again."""
    row.state, row.hidden_reason, row.moderated_by = "published", None, actor.id
    row.version += 1
    record_act(tx, row.account_id, row.booking_id, "review_published", actor, now)


def _state(row: ReviewRow, visit: Visit) -> ReviewState:
    return ReviewState.model_validate(
        {
            "id": row.id,
            "booking_id": row.booking_id,
            "location_id": row.location_id,
            "staff_member_ids": tuple(row.staff_member_ids),
            "client_name": visit.client.name.split()[0] if visit.client else "",
            "rating": row.rating,
            "text": row.text,
            "state": row.state,
            "answer": row.answer,
        }
    )
