"""Reviews: left by clients, read by everybody, answered and moderated by the firm."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from booking.queries.reviews import rating_of, reviews_of, with_visits
from booking.queries.visits import Visit, visit_of
from booking.records import ReviewRow
from booking.usecases.actors import Actor
from booking.usecases.reviews.reviews import answer_review, hide_review, leave_review, publish_review, review_of
from contracts.http.reviews import (
    HideReviewBody,
    PublicReview,
    PublicReviewList,
    ReviewAnswer,
    ReviewBody,
    ReviewList,
    ReviewReplyBody,
    ReviewStateName,
)
from contracts.permissions import Permission
from kit.access import Member
from kit.db import Tx
from kit.edge import CallerDep, DbDep, MemberDep
from kit.idempotency import OnceDep

from .answers import EVERYBODY, OWN, Eyes
from .bookings import require_seen
from .edge import PAGE, Cursor, CursorDep, IfMatchDep, Limit, NowDep, PublicAccountDep, etag, require_version
from .me import account_of_mine

router = APIRouter(prefix="/api/v1", tags=["reviews"])


@router.get("/public/{vanity}/reviews", operation_id="public_reviews")
async def get_public(
    account: PublicAccountDep,
    db: DbDep,
    cursor: CursorDep,
    staff_member_id: UUID | None = None,
    limit: Limit = PAGE,
) -> PublicReviewList:
    """What clients wrote, newest first."""
    async with db.tx(account.account_id) as tx:
        found = await reviews_of(
            tx, account.account_id, _after(cursor), limit, state="published", staff_member_id=staff_member_id
        )
        rating = await rating_of(tx, account.account_id)
    items = [PublicReview.model_validate(_public(row, visit)) for row, visit in found[:limit]]
    return PublicReviewList(rating=rating, items=items, next_cursor=_next(found, limit))


@router.post(
    "/me/bookings/{booking_id}/review", operation_id="review_my_booking", status_code=201, response_model=PublicReview
)
async def post_review(
    booking_id: UUID, body: ReviewBody, caller: CallerDep, db: DbDep, once: OnceDep, now: NowDep
) -> Response:
    """Rate a visit of mine that took place."""
    account_id = await account_of_mine(db, booking_id, caller, now)
    async with db.tx(account_id) as tx:

        async def effect() -> PublicReview:
            visit = await visit_of(tx, account_id, booking_id, lock=True)
            row = await leave_review(tx, visit, body, Actor.client(caller), now)
            return PublicReview.model_validate(_public(row, visit))

        return await once.run(tx, effect)


@router.get("/accounts/{account_id}/reviews", operation_id="list_reviews")
async def list_reviews(
    member: MemberDep,
    db: DbDep,
    cursor: CursorDep,
    state: Annotated[ReviewStateName | None, Query()] = None,
    staff_member_id: UUID | None = None,
    limit: Limit = PAGE,
) -> ReviewList:
    """Reviews of the caller's locations, hidden ones too."""
    member.require(Permission.BOOKING_VIEW)
    async with db.tx(member.account_id) as tx:
        found = await reviews_of(
            tx,
            member.account_id,
            _after(cursor),
            limit,
            state=state,
            location_ids=member.location_ids,
            staff_member_id=staff_member_id,
        )
        rating = await rating_of(tx, member.account_id)
    items = [_answer(row, visit, member) for row, visit in found[:limit]]
    return ReviewList(rating=rating, items=items, next_cursor=_next(found, limit))


@router.post("/accounts/{account_id}/reviews/{review_id}/answer", operation_id="answer_review")
async def post_answer(
    review_id: UUID,
    body: ReviewReplyBody,
    member: MemberDep,
    db: DbDep,
    now: NowDep,
    if_match: IfMatchDep,
    response: Response,
) -> ReviewAnswer:
    """Answer it; a second answer replaces the first one."""
    member.require(Permission.CLIENT_EDIT)
    async with db.tx(member.account_id) as tx:
        row, visit = await _locked(tx, member, review_id)
        require_version(row.version, if_match)
        answer_review(tx, row, body.text or None, Actor.member(member), now)
    response.headers.update(etag(row.version))
    return _answer(row, visit, member)


@router.post("/accounts/{account_id}/reviews/{review_id}/hide", operation_id="hide_review")
async def post_hide(
    review_id: UUID, body: HideReviewBody, member: MemberDep, db: DbDep, now: NowDep, response: Response
) -> ReviewAnswer:
    """Nobody but the staff sees it, and it does not count."""
    member.require(Permission.SETTINGS_ACCOUNT)
    async with db.tx(member.account_id) as tx:
        row, visit = await _locked(tx, member, review_id)
        hide_review(tx, row, body.reason, Actor.member(member), now)
    response.headers.update(etag(row.version))
    return _answer(row, visit, member)


@router.post("/accounts/{account_id}/reviews/{review_id}/publish", operation_id="publish_review")
async def post_publish(review_id: UUID, member: MemberDep, db: DbDep, now: NowDep, response: Response) -> ReviewAnswer:
    """Everybody sees it again."""
    member.require(Permission.SETTINGS_ACCOUNT)
    async with db.tx(member.account_id) as tx:
        row, visit = await _locked(tx, member, review_id)
        publish_review(tx, row, Actor.member(member), now)
    response.headers.update(etag(row.version))
    return _answer(row, visit, member)


async def _locked(tx: Tx, member: Member, review_id: UUID) -> tuple[ReviewRow, Visit]:
    row = await review_of(tx, member.account_id, review_id, lock=True)
    [(row, visit)] = await with_visits(tx, member.account_id, [row])
    require_seen(member, visit)
    return row, visit


def _public(row: ReviewRow, visit: Visit, eyes: Eyes = OWN) -> dict[str, Any]:
    return {
        "id": row.id,
        "rating": row.rating,
        "text": eyes.text(row.text),
        "client_name": EVERYBODY.name(visit.client) if visit.client and row.client_id else None,
        "services": [item.service_name for item in visit.items],
        "staff": [visit.staff_names.get(person, "") for person in visit.staff_member_ids],
        "visited_on": visit.local(visit.booking.starts_at).date(),
        "answer": row.answer,
        "created_at": row.created_at,
    }


def _answer(row: ReviewRow, visit: Visit, member: Member) -> ReviewAnswer:
    more = ("version", "booking_id", "location_id", "client_id", "state", "hidden_reason", "answered_at")
    return ReviewAnswer.model_validate(
        {**_public(row, visit, Eyes.of(member)), **{name: getattr(row, name) for name in more}}
    )


def _after(cursor: Cursor | None) -> Any:
    return (cursor.moment, cursor.id) if cursor else None


def _next(found: list[tuple[ReviewRow, Visit]], limit: int) -> str | None:
    if len(found) <= limit:
        return None
    last = found[limit - 1][0]
    return str(Cursor(last.created_at.isoformat(), last.id))
