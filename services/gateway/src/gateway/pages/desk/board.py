"""`/desk/{account}`: a day by person, as columns on a wide screen and as a list on a phone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.responses import Response

from contracts.http.catalogue import LocationAnswer
from gateway.pages.forms import uuids
from gateway.pages.manage.office import member_of
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep

from .lanes import board_of

router = page_router()


@router.get("/desk")
async def accounts(visit: VisitDep) -> Response:
    """The only account at once; several to choose from."""
    memberships = (await visit.profile()).memberships
    if len(memberships) == 1:
        return visit.go(f"/desk/{memberships[0].account_id}")
    return visit.page("manage/accounts.html.jinja", memberships=memberships, area="desk")


@router.get("/desk/{account_id}")
async def day(visit: VisitDep, account_id: UUID) -> Response:
    """The bookings of one day."""
    member = await member_of(visit, account_id)
    locations = (await visit.api.catalogue.locations(account_id)).items
    location = chosen_location(visit, locations)
    zone = ZoneInfo(location.time_zone if location else locations[0].time_zone if locations else "Europe/Kyiv")
    now = datetime.now(UTC)
    today = now.astimezone(zone).date()
    shown = day_of(visit, today)
    calendar = await visit.api.booking.calendar(
        account_id, since=shown, until=shown, location_id=location.id if location else None
    )
    return visit.page(
        "desk/board.html.jinja",
        member=member,
        account_id=account_id,
        locations=locations,
        location=location,
        day=shown,
        today=today,
        before=shown - timedelta(days=1),
        after=shown + timedelta(days=1),
        board=board_of(calendar, shown, now),
    )


def chosen_location(visit: Visit, locations: list[LocationAnswer]) -> LocationAnswer | None:
    """The one in the address; none for all of them."""
    wanted = next(iter(uuids([visit.query.get("location", "")])), None)
    return next((one for one in locations if one.id == wanted), None)


def day_of(visit: Visit, today: date) -> date:
    """The day in the address, else today."""
    try:
        return date.fromisoformat(visit.query.get("day", ""))
    except ValueError:
        return today
