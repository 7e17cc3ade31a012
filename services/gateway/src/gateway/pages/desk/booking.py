"""One booking at the desk: visit, notifications, payment, client, history."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.responses import Response

from contracts.http.booking import Action, BookingAnswer
from gateway.clients import Refused
from gateway.pages.forms import Form
from gateway.pages.manage.office import member_of
from gateway.pages.public import days
from gateway.pages.public.choice import Choice
from gateway.pages.route import page_router
from gateway.pages.said import day_said
from gateway.pages.visit import Visit, VisitDep

from .previews import preview_of_change
from .tiles import MOVABLE

router = page_router()

TABS = ("visit", "notifications", "payment", "client", "history")
_TROUBLED = frozenset({"held", "failed", "unknown"})


@router.get("/desk/{account_id}/bookings/{booking_id}")
async def shown(visit: VisitDep, account_id: UUID, booking_id: UUID) -> Response:
    """One tab of it."""
    tab = visit.query.get("tab", "visit")
    return await booking_page(visit, account_id, booking_id, tab if tab in TABS else "visit")


async def booking_page(
    visit: Visit,
    account_id: UUID,
    booking_id: UUID,
    tab: str,
    *,
    form: Form | None = None,
    refused: Refused | None = None,
    panel: str | None = None,
) -> Response:
    """The page, after a refused act with what was wrong; `panel` is the form that is open on it."""
    member = await member_of(visit, account_id)
    booking = await visit.api.booking.booking(account_id, booking_id)
    path = f"/desk/{account_id}/bookings/{booking_id}"
    visit.address = f"{path}?tab={tab}"
    values = await _PARTS[tab](visit, booking, panel or visit.query.get("open", ""))
    return visit.page(
        f"desk/{tab}.html.jinja",
        refused.status if refused else 200,
        member=member,
        account_id=account_id,
        booking=booking,
        path=path,
        tab=tab,
        tabs=TABS,
        zone=booking.time_zone,
        form=form or Form(),
        problem=refused.problem if refused else None,
        panel=panel or visit.query.get("open", ""),
        **values,
    )


async def _visit(visit: Visit, booking: BookingAnswer, panel: str) -> dict[str, Any]:
    found = (await visit.api.booking.actions(booking.account_id, booking.id)).items
    values: dict[str, Any] = {
        "actions": {one.action: one for one in found},
        "was_moved": visit.query.get("moved") == "1",
        "preview": await preview_of_change(visit, booking, "cancel") if _ends_it(panel, found) else None,
    }
    return {**values, **(await _move(visit, booking) if panel == "reschedule" else {})}


def _ends_it(panel: str, actions: list[Action]) -> bool:
    """Whether the open form calls the visit off: deleting does so to what could be cancelled."""
    can_cancel = any(one.action == "cancel" and one.allowed for one in actions)
    return panel == "cancel" or (panel == "delete" and can_cancel)


async def _move(visit: Visit, booking: BookingAnswer) -> dict[str, Any]:
    """Where it could go: people who do all of it, days and times."""
    account_id = booking.account_id
    zone = ZoneInfo(booking.time_zone)
    services = [item.service_id for item in booking.items]
    staff = (await visit.api.catalogue.staff_members(account_id)).items
    able = [one for one in staff if one.accepts_bookings and set(services) <= set(one.service_ids)]
    now_with = str(booking.items[0].staff_member_id)
    wanted = visit.query.get("staff") or now_with
    person = next((one for one in able if str(one.id) == wanted), None)
    day = day_said(visit.query.get("day")) or booking.starts_at.astimezone(zone).date()
    today = datetime.now(zone).date()
    start = days.strip_start(today, None, max(day, today))
    found = await visit.api.booking.availability(
        account_id,
        services,
        since=start,
        until=start + timedelta(days=days.DAYS - 1),
        staff_member_id=person.id if person else None,
        location_id=booking.location_id,
    )
    chosen = days.chosen_day(found, day)
    first = chosen.slots[0].starts_at if chosen and chosen.slots else None
    who = person.id if person else None
    return {
        "preview": await preview_of_change(visit, booking, "reschedule", starts_at=first, staff_member_id=who)
        if first
        else None,
        "able": able,
        "person": person,
        "choice": _MoveChoice(booking, wanted),
        "days": days.days_of(found),
        "chosen_day": chosen.date if chosen else start,
        "parts": days.parts_of(chosen.slots, booking.time_zone) if chosen else [],
        "earlier": start - timedelta(days=days.DAYS) if start > today else None,
        "later": start + timedelta(days=days.DAYS),
    }


class _MoveChoice(Choice):
    """Addresses of the open form for moving, with another day."""

    def __init__(self, booking: BookingAnswer, staff: str) -> None:
        super().__init__(f"desk/{booking.account_id}/bookings/{booking.id}", staff=staff)

    def to(self, **changes: Any) -> str:
        """A strip is moved by its first day."""
        day = changes.get("strip") or changes.get("day")
        return f"{self.address()}&open=reschedule" + (f"&day={day}" if day else "")


async def _notifications(visit: Visit, booking: BookingAnswer, _: str) -> dict[str, Any]:
    asked, refused_all = visit.api.notifications, None
    try:
        found = (await asked.of_booking(booking.account_id, booking.id)).items
    except Refused as refused:
        if refused.status != 403:
            raise
        # Whoever may not read them all still reads why they themselves were told or not.
        refused_all = refused.problem
        found = (await asked.mine_of_booking(booking.account_id, booking.id)).items
    return {"items": sorted(found, key=lambda one: one.state not in _TROUBLED), "refused_all": refused_all}


async def _payment(visit: Visit, booking: BookingAnswer, panel: str) -> dict[str, Any]:
    registers = (await visit.api.fiscal.cash_registers(booking.account_id)).items
    ways = [
        (f"{kind.value}:{register.id}", kind.value, register.name)
        for register in registers
        if register.is_active and register.location_id in (None, booking.location_id)
        for kind in register.payment_types
    ]
    return {
        "settlement": await visit.api.fiscal.settlement(booking.account_id, booking.id),
        "ways": ways,
        "people": list(dict.fromkeys((str(one.staff_member_id), one.staff_member_name) for one in booking.items)),
        "shelf": (await visit.api.booking.stock(booking.account_id)).items if panel == "goods" else [],
    }


async def _client(visit: Visit, booking: BookingAnswer, _: str) -> dict[str, Any]:
    if booking.client is None:
        return {"card": None, "history": None}
    card = await visit.api.booking.client(booking.account_id, booking.client.id)
    return {"card": card, "history": await visit.api.booking.client_history(booking.account_id, booking.client.id)}


async def _history(visit: Visit, booking: BookingAnswer, _: str) -> dict[str, Any]:
    entries = (await visit.api.booking.timeline(booking.account_id, booking.id)).items
    can_go_back = booking.state in MOVABLE and any(one.kind == "rescheduled" for one in entries)
    return {"entries": entries, "was_moved": can_go_back}


_PARTS: dict[str, Callable[[Visit, BookingAnswer, str], Awaitable[dict[str, Any]]]] = {
    "visit": _visit,
    "notifications": _notifications,
    "payment": _payment,
    "client": _client,
    "history": _history,
}
