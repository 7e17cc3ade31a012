"""What the calendar in the browser asks for: tiles, changes as they happen, a drop and its undoing.

Scripts cannot read the session's cookie, so these doors take the cookie and answer JSON; behind them are the same
calls of the services as behind `/api/v1`, and a refusal is passed on as it came.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from starlette.responses import JSONResponse, Response

from contracts.http.booking import BookingAnswer, RescheduleBody
from gateway.api.calendar_stream import open_stream
from gateway.clients import Refused
from gateway.pages import formats
from gateway.pages.errors import SignInNeeded
from gateway.pages.forms import uuids
from gateway.pages.rendering import client_name
from gateway.pages.route import page_router
from gateway.pages.said import day_said
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t
from kit import problems

from .tiles import calendar_shown, tiles_of
from .wall_clock import moment_of

router = page_router()

_LONGEST_DAYS = 7
_TAKEN = "booking.slot_taken"
_MARKS_S = 1.5
"""How long a calendar waits for the marks of messages that did not go: without them it is still a calendar."""


@router.get("/desk/{account_id}/calendar.json")
async def tiles(visit: VisitDep, account_id: UUID) -> Response:
    """The days asked for (`from`, `to` inclusive), of one location or of all."""
    since, until = day_said(visit.query.get("from")), day_said(visit.query.get("to"))
    if since is None or until is None:
        since = until = datetime.now(UTC).date()
    until = min(max(since, until), since + timedelta(days=_LONGEST_DAYS - 1))
    location_id = next(iter(uuids([visit.query.get("location", "")])), None)
    try:
        calendar, troubled = await asyncio.gather(
            visit.api.booking.calendar(account_id, since=since, until=until, location_id=location_id),
            _troubled(visit, account_id),
        )
    except Refused as refused:
        return refusal(refused)
    return JSONResponse(calendar_shown(calendar, since, until, datetime.now(UTC), troubled))


@router.get("/desk/{account_id}/bookings/{booking_id}/tiles.json")
async def tiles_of_one(visit: VisitDep, account_id: UUID, booking_id: UUID) -> Response:
    """The tiles of one booking as it is now."""
    try:
        booking, troubled = await asyncio.gather(
            visit.api.booking.booking(account_id, booking_id), _troubled(visit, account_id)
        )
    except Refused as refused:
        return refusal(refused)
    return JSONResponse({"tiles": tiles_of(booking, troubled)})


@router.get("/desk/{account_id}/stream")
async def stream(visit: VisitDep, account_id: UUID) -> Response:
    """Server-sent events of changes, until the access token ends; the browser then comes again with a fresh one."""
    if visit.access_token is None:
        raise SignInNeeded
    came_again = bool(visit.request.headers.get("last-event-id"))
    return await open_stream(visit.request, account_id, visit.access_token, missed_some=came_again)


@router.post("/desk/{account_id}/bookings/{booking_id}/drop")
async def drop(visit: VisitDep, account_id: UUID, booking_id: UUID) -> Response:
    """Move to where the tile was let go: `at` on the wall clock of `zone`, `staff_member_id` when it changed."""
    form = await visit.form()
    at = moment_of(form.value("at"), form.value("zone"))
    if at is None:
        told = {"code": "desk.no_such_hour", "title": t("desk.no_such_hour"), "detail": "", "reasons": []}
        return JSONResponse({"problem": told, "who": []}, 422)
    values = {
        "starts_at": at,
        "staff_member_id": form.text("staff_member_id"),
        "override": True if form.has("override") else None,
        "tell_client": False if form.has("silent") else None,
    }
    version = form.whole("version")
    try:
        body = visit.body(RescheduleBody, values)
        moved = await visit.api.booking.reschedule(
            account_id, booking_id, body, key=_key(form.key), version=version if isinstance(version, int) else None
        )
    except Refused as refused:
        people = uuids([form.value("staff_member_id") or form.value("column")])
        who = await _who_is_there(visit, account_id, booking_id, at, people) if refused.code == _TAKEN else []
        return refusal(refused, who)
    return _moved(moved, told=not form.has("silent") and moved.client is not None)


@router.post("/desk/{account_id}/bookings/{booking_id}/drop/undo")
async def undo(visit: VisitDep, account_id: UUID, booking_id: UUID) -> Response:
    """Take the last move back."""
    form = await visit.form()
    try:
        moved = await visit.api.booking.undo_reschedule(account_id, booking_id, key=_key(form.key))
    except Refused as refused:
        return refusal(refused)
    return _moved(moved, told=False, said="desk.undone")


def refusal(refused: Refused, who: list[str] | None = None) -> JSONResponse:
    """A service's refusal as it came; `who` is whose the wanted time is."""
    told = {"problem": problems.jsonable(refused.problem), "who": who or []}
    return JSONResponse(told, refused.status)


def _moved(booking: BookingAnswer, *, told: bool, said: str = "desk.moved_to") -> JSONResponse:
    words: dict[str, Any] = {
        "client": client_name(booking.client) or t("desk.no_client"),
        "when": formats.when(booking.starts_at, booking.time_zone),
        "staff": ", ".join(dict.fromkeys(item.staff_member_name for item in booking.items)),
    }
    return JSONResponse(
        {
            "said": t(said, **words),
            "told": t("desk.client_will_be_told") if told else "",
            "version": booking.version,
            "tiles": tiles_of(booking),
        }
    )


async def _who_is_there(
    visit: Visit, account_id: UUID, booking_id: UUID, at: datetime, people: list[UUID]
) -> list[str]:
    """Whose bookings of these people lie where this one was to go."""
    with contextlib.suppress(Refused):
        mine = await visit.api.booking.booking(account_id, booking_id)
        until = at + (mine.ends_at - mine.starts_at)
        calendar = await visit.api.booking.calendar(account_id, since=at.date(), until=at.date())
        return [
            f"{formats.clock_range(item.starts_at, item.ends_at, other.time_zone)} "
            f"{client_name(other.client) or t('desk.no_client')}"
            for column in calendar.columns
            if column.staff_member_id in people
            for other in column.bookings
            if other.id != booking_id
            for item in other.items
            if item.staff_member_id == column.staff_member_id and item.starts_at < until and item.ends_at > at
        ][:3]
    return []


async def _troubled(visit: Visit, account_id: UUID) -> set[UUID]:
    """Bookings with a message that waits or failed, as far as the reader may know and can be told soon."""
    with contextlib.suppress(Refused, TimeoutError):
        async with asyncio.timeout(_MARKS_S):
            found = await visit.api.notifications.listed(account_id, states=("held", "failed"))
        return {one.booking_id for one in found.items if one.booking_id}
    return set()


def _key(typed: str | None) -> str:
    return typed or str(uuid4())
