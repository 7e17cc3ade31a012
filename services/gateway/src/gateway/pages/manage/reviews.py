"""What clients wrote, the firm's answers, and what is hidden with its reason."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from starlette.responses import Response

from contracts.http.reviews import HideReviewBody, ReviewReplyBody
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .office import office_page
from .schedule import zone_of

router = page_router()

_SECTION = "reviews"


@router.get("/manage/{account_id}/reviews")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """Newest first; `?state=hidden` those that nobody sees."""
    return await _page(visit, account_id)


@router.post("/manage/{account_id}/reviews/{review_id}/{act}")
async def act(
    visit: VisitDep, account_id: UUID, review_id: UUID, act: Literal["answer", "hide", "publish"]
) -> Response:
    """Answer, hide with a reason, or show again."""
    form = await visit.form()
    try:
        if act == "answer":
            body = visit.body(ReviewReplyBody, {"text": form.text("text")}, emptied=("text",))
            await visit.api.care.answer_review(account_id, review_id, body)
        elif act == "hide":
            reason = visit.body(HideReviewBody, {"reason": form.value("reason")})
            await visit.api.care.hide_review(account_id, review_id, reason)
        else:
            await visit.api.care.publish_review(account_id, review_id)
    except Refused as refused:
        if refused.status in (401, 403, 404):
            raise
        return await _page(visit, account_id, form.note(refused.problem), refused.status, wrong=review_id)
    return visit.go(f"/manage/{account_id}/reviews#r-{review_id}", "manage.saved")


async def _page(
    visit: Visit, account_id: UUID, form: Form | None = None, status: int = 200, *, wrong: UUID | None = None
) -> Response:
    state = visit.query.get("state") if visit.query.get("state") in ("published", "hidden") else None
    if visit.request.method == "POST":
        visit.address = f"/manage/{account_id}/reviews"
    found = await visit.api.care.reviews(account_id, state=state, cursor=visit.query.get("cursor"))
    return await office_page(
        visit,
        account_id,
        _SECTION,
        "reviews",
        status,
        items=found.items,
        rating=found.rating,
        state=state or "",
        zone=zone_of((await visit.api.catalogue.locations(account_id)).items),
        later=visit.here(cursor=found.next_cursor) if found.next_cursor else None,
        form=form or Form(),
        wrong=wrong,
    )
