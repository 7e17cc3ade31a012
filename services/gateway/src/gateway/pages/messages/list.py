"""Every message of the account that waits or did not go: why, and what cures it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from starlette.responses import Response

from gateway.pages.registers.frame import today, zone_of
from gateway.pages.route import page_router
from gateway.pages.visit import VisitDep

from .frame import message_page

router = page_router()

LOOKS = {
    "trouble": ("held", "failed", "unknown"),
    "planned": ("planned", "sending"),
    "sent": ("sent", "delivered"),
    "not_sent": ("suppressed", "expired", "cancelled"),
}
_DAYS_BACK = 30


@router.get("/manage/{account_id}/messages")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """Causes first, then the messages themselves."""
    look = visit.query.get("show") or "trouble"
    look = look if look in LOOKS else "trouble"
    zone = await zone_of(visit, account_id)
    since = today(zone) - timedelta(days=_DAYS_BACK)
    reason = visit.query.get("reason") or None
    api = visit.api.notifications
    found = await api.listed(
        account_id, states=LOOKS[look], reason=reason, since=since, cursor=visit.query.get("after")
    )
    causes = await api.causes(account_id, states=LOOKS[look], since=since)
    return await message_page(
        visit,
        account_id,
        "messages",
        "list",
        zone=zone,
        look=look,
        looks=tuple(LOOKS),
        reason=reason,
        since=since,
        items=found.items,
        next_cursor=found.next_cursor,
        causes=[one for one in causes.items if one.reason_code],
        morning=(await api.morning_check(account_id)).items if look == "trouble" and not reason else [],
    )


@router.post("/manage/{account_id}/messages/{message_id}/again")
async def again(visit: VisitDep, account_id: UUID, message_id: UUID) -> Response:
    """Once more."""
    form = await visit.form()
    await visit.api.notifications.send_again(account_id, message_id, key=form.key or str(uuid4()))
    return visit.go(f"/manage/{account_id}/messages", "messages.sent_again")
