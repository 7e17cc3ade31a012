"""`/day`: my visits of one day, with what I may do about each; `/day/sheet`: the same on paper."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from starlette.responses import Response

from contracts.http.identity import MembershipAnswer
from gateway.clients import Refused
from gateway.pages.forms import Form, uuids
from gateway.pages.route import page_router
from gateway.pages.said import day_said
from gateway.pages.visit import Visit, VisitDep

from .hours import OPEN, Part, allowed, parts_of

router = page_router()

_SEES_PHONES = "client.view_phone"
_AT_ONCE = 6


@router.get("/day")
async def day(visit: VisitDep) -> Response:
    """Today, or the day in the address."""
    return await _page(visit, Form())


@router.get("/day/sheet")
async def sheet(visit: VisitDep) -> Response:
    """For the printer."""
    return await _page(visit, Form(), template="day/sheet.html.jinja")


@router.post("/day/{account_id}/{booking_id}/{step}")
async def advance(
    visit: VisitDep, account_id: UUID, booking_id: UUID, step: Literal["confirm", "arrive", "complete", "no_show"]
) -> Response:
    """One step of a visit's life; whoever was quicker is shown."""
    form = await visit.form()
    version = form.whole("version")
    here = f"/day?account={account_id}" + (f"&day={form.value('day')}" if form.text("day") else "")
    act: Literal["confirm", "arrive", "complete", "no-show"] = "no-show" if step == "no_show" else step
    try:
        await visit.api.booking.advance(
            account_id,
            booking_id,
            act,
            key=form.key or str(uuid4()),
            version=version if isinstance(version, int) else None,
        )
    except Refused as refused:
        if refused.status in (401, 404):
            raise
        visit.address = here
        return await _page(visit, form.note(refused.problem), refused.status, account_id=account_id)
    return visit.go(f"{here}#v-{booking_id}", f"day.did.{step}")


async def _page(
    visit: Visit,
    form: Form,
    status: int = 200,
    *,
    account_id: UUID | None = None,
    template: str = "day/day.html.jinja",
) -> Response:
    memberships = [one for one in (await visit.profile()).memberships if one.staff_member_id and one.accepts_bookings]
    wanted = account_id or next(iter(uuids([visit.query.get("account", "")])), None)
    member = next((one for one in memberships if one.account_id == wanted), None) or next(iter(memberships), None)
    if member is None:
        places = (await visit.profile()).memberships
        own = next((one.account_id for one in places if one.role == "owner"), None)
        return visit.page("day/none.html.jinja", works=bool(places), own=own)
    zone = await _zone(visit, member)
    now = datetime.now(UTC)
    today = now.astimezone(zone).date()
    shown = day_said(form.value("day") or visit.query.get("day", "")) or today
    calendar = await visit.api.booking.calendar(member.account_id, since=shown, until=shown)
    column = next((one for one in calendar.columns if one.staff_member_id == member.staff_member_id), None)
    parts = parts_of(column, now) if column else []
    if template == "day/day.html.jinja":
        await _find_steps(visit, member, parts)
    return visit.page(
        template,
        status,
        member=member,
        memberships=memberships,
        day=shown,
        today=today,
        before=shown - timedelta(days=1),
        after=shown + timedelta(days=1),
        working=column.working if column else [],
        parts=parts,
        visits=[part for part in parts if part.kind == "visit"],
        zone=calendar.time_zone,
        now=now,
        sees_phones=_SEES_PHONES in member.permissions,
        form=form,
    )


async def _find_steps(visit: Visit, member: MembershipAnswer, parts: list[Part]) -> None:
    turns = asyncio.Semaphore(_AT_ONCE)

    async def ask(part: Part) -> None:
        assert part.booking is not None
        async with turns:
            part.steps = allowed((await visit.api.booking.actions(member.account_id, part.booking.id)).items)

    await asyncio.gather(*(ask(part) for part in parts if part.booking and part.booking.state in OPEN))


async def _zone(visit: Visit, member: MembershipAnswer) -> ZoneInfo:
    locations = (await visit.api.catalogue.locations(member.account_id)).items
    mine = [one for one in locations if member.location_ids is None or one.id in member.location_ids]
    return ZoneInfo(mine[0].time_zone if mine else member.time_zone)
