"""`/desk/{account}`: a day by person, as columns on a wide screen and as a list on a phone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.responses import Response

from contracts.booking import PaymentState, State
from contracts.http.catalogue import LocationAnswer
from gateway.pages.forms import uuids
from gateway.pages.manage.office import member_of
from gateway.pages.route import page_router
from gateway.pages.said import day_said
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import t

from .lanes import board_of, week_of

router = page_router()

VIEWS = ("day", "week", "list")
_STATES = tuple(f"state.{one}" for one in get_args(State)) + tuple(f"paid.{one}" for one in get_args(PaymentState))
SAID = ("undo", "close", "offline", "there_is", "failed", "ask", "anyway")
"""What the calendar in the browser says by itself; the rest comes with the gateway's answers."""


@router.get("/desk")
async def accounts(visit: VisitDep) -> Response:
    """The only account at once; several to choose from."""
    memberships = (await visit.profile()).memberships
    if len(memberships) == 1:
        return visit.go(f"/desk/{memberships[0].account_id}")
    return visit.page("manage/accounts.html.jinja", memberships=memberships, area="desk")


@router.get("/desk/{account_id}")
async def day(visit: VisitDep, account_id: UUID) -> Response:
    """The bookings of one day, or of one person's week (`view=week`); as columns, or as a list for phones."""
    member = await member_of(visit, account_id)
    locations = (await visit.api.catalogue.locations(account_id)).items
    location = chosen_location(visit, locations)
    zone = ZoneInfo(location.time_zone if location else locations[0].time_zone if locations else member.time_zone)
    now = datetime.now(UTC)
    today = now.astimezone(zone).date()
    shown = day_of(visit, today)
    view = visit.query.get("view", "")
    view = view if view in VIEWS else ""
    since, until = (shown, shown) if view != "week" else week_around(shown)
    calendar = await visit.api.booking.calendar(
        account_id, since=since, until=until, location_id=location.id if location else None
    )
    people = [(one.staff_member_id, one.staff_member_name) for one in calendar.columns]
    person = _person(visit, people) if view == "week" else None
    days = [since + timedelta(days=number) for number in range((until - since).days + 1)]
    return visit.page(
        "desk/board.html.jinja",
        page_scripts=["base.js", "staff-day.js"],
        l10n={name: t(f"desk.say.{name}") for name in SAID} | {name: t(name) for name in _STATES},
        member=member,
        account_id=account_id,
        locations=locations,
        location=location,
        view=view,
        day=shown,
        since=since,
        until=until,
        today=today,
        before=shown - timedelta(days=len(days)),
        after=shown + timedelta(days=len(days)),
        people=people,
        person=person,
        board=week_of(calendar, person, days, now) if person else board_of(calendar, shown, now),
    )


def week_around(day: date) -> tuple[date, date]:
    """Monday and Sunday of its week."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def _person(visit: Visit, people: list[tuple[UUID, str]]) -> UUID | None:
    """Whose week: the one in the address, else the first."""
    ids = [one for one, _ in people]
    wanted = next(iter(uuids([visit.query.get("staff", "")])), None)
    return wanted if wanted in ids else next(iter(ids), None)


def chosen_location(visit: Visit, locations: list[LocationAnswer]) -> LocationAnswer | None:
    """The one in the address; none for all of them."""
    wanted = next(iter(uuids([visit.query.get("location", "")])), None)
    return next((one for one in locations if one.id == wanted), None)


def day_of(visit: Visit, today: date) -> date:
    """The day in the address, else today."""
    return day_said(visit.query.get("day")) or today
