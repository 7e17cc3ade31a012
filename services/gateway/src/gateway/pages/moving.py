"""Other times for a visit that is booked: the strip of days, and times of the same people for the same services."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.responses import Response

from .forms import Form
from .public import days
from .public.choice import Choice
from .public.firm_behind import Firm
from .visit import Visit


@dataclass(frozen=True)
class Moving:
    """A visit to be moved; `path` is the address of the page and of its form, `key` that of a link."""

    path: str
    back: str
    account_name: str
    vanity: str
    service_ids: tuple[UUID, ...]
    services: tuple[str, ...]
    people: frozenset[UUID]
    location_id: UUID
    zone: str
    starts_at: datetime
    key: str = ""


@dataclass(frozen=True)
class _Choice(Choice):
    """Addresses of a page that carries the key of a link."""

    key: str = ""

    def fields(self) -> list[tuple[str, str]]:
        usual = {one.name: getattr(self, one.name) for one in dataclasses.fields(Choice)}
        return [*Choice(**usual).fields(), *([("key", self.key)] if self.key else [])]


async def times_page(
    visit: Visit, moving: Moving, form: Form, status: int = 200, *, firm: Firm | None = None
) -> Response:
    """The free times as buttons of one form; `firm` is whose page it is."""
    read = Choice.read(moving.path.removeprefix("/"), visit.query)
    choice = _Choice(**{one.name: getattr(read, one.name) for one in dataclasses.fields(Choice)}, key=moving.key)
    visit.address = choice.address()
    zone = ZoneInfo(moving.zone)
    today = datetime.now(zone).date()
    start = days.strip_start(today, choice.strip, choice.day or moving.starts_at.astimezone(zone).date())
    found = await visit.api.booking.public_availability(
        moving.vanity,
        moving.service_ids,
        since=start,
        until=start + timedelta(days=days.DAYS - 1),
        staff_member_id=next(iter(moving.people)) if len(moving.people) == 1 else None,
        location_id=moving.location_id,
    )
    day = days.chosen_day(found, choice.day)
    return visit.page(
        "me/move.html.jinja",
        status,
        firm=firm,
        moving=moving,
        form=form,
        choice=choice,
        zone=moving.zone,
        days=days.days_of(found),
        chosen_day=day.date if day else start,
        parts=days.parts_of(day.slots, moving.zone) if day else [],
        strip={"strip": choice.strip},
        earlier=start - timedelta(days=days.DAYS) if start > today else None,
        later=start + timedelta(days=days.DAYS),
        nearest=days.nearest(found, after=day.date if day else None),
    )
