"""What would be sent, before it is saved."""

from __future__ import annotations

from fastapi import APIRouter

from contracts.http.notifications import PlannedMessage, PlanPreview, PlanPreviewRequest
from contracts.permissions import Permission
from kit.edge import DbDep, MemberDep
from notifications.domain.merging import WAITING
from notifications.usecases.preview_plan import preview_plan
from notifications.views import notification_of

from .parts import PREFIX, ClockDep, PlannerDep, WordsDep

router = APIRouter(tags=["notifications"])


@router.post(f"{PREFIX}/notifications/preview", operation_id="preview_notifications", response_model=PlanPreview)
async def preview(
    body: PlanPreviewRequest, member: MemberDep, db: DbDep, clock: ClockDep, planner: PlannerDep, words: WordsDep
) -> PlanPreview:
    """Every message of a visit as saving it would plan them, each with its moment or its reason. Saves nothing."""
    member.require(Permission.NOTIFICATIONS_VIEW)
    async with db.tx(member.account_id) as tx:
        now = await clock.now(tx)
        booking, shown = await preview_plan(tx, planner, member.account_id, body, member.caller.user_id, now)
    member.require(Permission.NOTIFICATIONS_VIEW, location_id=booking.location_id)
    items = [
        PlannedMessage.model_validate({**notification_of(one.row, [], words).model_dump(), "change": one.change})
        for one in shown
    ]
    to_go = [item for item in items if item.state in WAITING]
    return PlanPreview(
        items=items,
        to_go=len(to_go),
        parts=sum(item.parts or 0 for item in to_go if item.recipient.type == "client"),
    )
