"""Deleted bookings at the desk: a booking is put away with a reason, found in the list of those, and brought back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from starlette.responses import Response

from gateway.clients import Refused
from gateway.pages.manage.office import member_of
from gateway.pages.route import page_router
from gateway.pages.said import day_said
from gateway.pages.visit import Visit, VisitDep

from .booking import booking_page

router = page_router()

BACK_DAYS = 14
_PASSED_ON = frozenset({401, 404})


@router.get("/desk/{account_id}/deleted")
async def listed(visit: VisitDep, account_id: UUID) -> Response:
    """Those whose visits begin on `day` or later, the earliest first."""
    return await _page(visit, account_id)


@router.post("/desk/{account_id}/bookings/{booking_id}/delete")
async def delete(visit: VisitDep, account_id: UUID, booking_id: UUID) -> Response:
    """Out of the calendar and the lists; the page that follows offers the way back."""
    form = await visit.form()
    version = form.whole("version")
    try:
        await visit.api.booking.put_away(
            account_id,
            booking_id,
            reason=form.value("reason"),
            tell_client=form.has("tell_client"),
            key=form.key or str(uuid4()),
            version=version if isinstance(version, int) else None,
        )
    except Refused as refused:
        if refused.status in _PASSED_ON:
            raise
        form.note(refused.problem, {"/query/reason": "reason", "query/reason": "reason"})
        return await booking_page(visit, account_id, booking_id, "visit", form=form, refused=refused, panel="delete")
    return visit.go(f"/desk/{account_id}/bookings/{booking_id}", "desk.deleted")


@router.post("/desk/{account_id}/bookings/{booking_id}/restore")
async def restore(visit: VisitDep, account_id: UUID, booking_id: UUID) -> Response:
    """Back to the calendar and the lists."""
    form = await visit.form()
    try:
        await visit.api.booking.bring_back(account_id, booking_id, key=form.key or str(uuid4()))
    except Refused as refused:
        if refused.status in _PASSED_ON:
            raise
        return await booking_page(visit, account_id, booking_id, "visit", form=form, refused=refused)
    return visit.go(f"/desk/{account_id}/bookings/{booking_id}", "desk.restored")


async def _page(visit: Visit, account_id: UUID) -> Response:
    member = await member_of(visit, account_id)
    since = day_said(visit.query.get("day")) or datetime.now(UTC).date() - timedelta(days=BACK_DAYS)
    found = await visit.api.booking.bookings(account_id, since=since, deleted=True, cursor=visit.query.get("cursor"))
    return visit.page(
        "desk/deleted.html.jinja",
        member=member,
        account_id=account_id,
        since=since,
        items=found.items,
        next_cursor=found.next_cursor,
    )
