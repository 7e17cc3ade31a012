"""The page of a new booking: the choice so far, free times, why a time is not free, the client, what would be sent."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.responses import Response

from contracts.http.booking import AvailabilityAnswer, ExplanationAnswer
from contracts.http.catalogue import LocationAnswer, ServiceAnswer, StaffMemberAnswer
from contracts.http.series import SeriesDate
from gateway.clients import Refused
from gateway.pages.forms import Form, uuids
from gateway.pages.manage.office import member_of
from gateway.pages.public import days
from gateway.pages.visit import Visit

from .board import chosen_location, day_of
from .previews import preview_of_new

_NOT_OFFERED = "booking.slot_not_offered"
_TIMES = tuple(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in range(0, 24 * 60, 15))


@dataclass(frozen=True)
class Shown:
    """What the page says beside the choice itself."""

    refused: Refused | None = None
    preview_at: datetime | None = None
    client: dict[str, Any] = field(default_factory=dict)
    dates: list[SeriesDate] | None = None


async def new_page(visit: Visit, account_id: UUID, form: Form, shown: Shown | None = None) -> Response:
    """The page, with the status of the refusal it shows."""
    shown = shown or Shown()
    refused = shown.refused
    member = await member_of(visit, account_id)
    locations = (await visit.api.catalogue.locations(account_id)).items
    services = (await visit.api.catalogue.services(account_id)).items
    staff = [one for one in (await visit.api.catalogue.staff_members(account_id)).items if one.accepts_bookings]
    location = chosen_location(visit, locations) or (locations[0] if len(locations) == 1 else None)
    chosen = _chosen_services(visit, services)
    able = [one for one in staff if {service.id for service in chosen} <= set(one.service_ids)]
    person = next((one for one in able if str(one.id) == visit.query.get("staff")), None)
    zone = ZoneInfo(location.time_zone if location else locations[0].time_zone if locations else member.time_zone)
    day = day_of(visit, datetime.now(zone).date())
    asked_at = _asked_at(visit, day, zone)
    values: dict[str, Any] = {
        "member": member,
        "account_id": account_id,
        "locations": locations,
        "location": location,
        "services": services,
        "chosen": chosen,
        "able": able,
        "person": person,
        "day": day,
        "is_past": day < datetime.now(zone).date(),
        "zone": str(zone),
        "clock_times": sorted({*_TIMES, visit.query.get("from", "00:00")} if asked_at else set(_TIMES)),
        "form": form,
        "reasons": (refused.problem.get("reasons") or []) if refused else [],
        "overridable": bool(refused and refused.code == _NOT_OFFERED and refused.problem.get("overridable")),
        "alternatives": (refused.problem.get("alternatives") or [])[:6] if refused else [],
        "choice": _Choice(visit.request.url.path, visit.request.query_params.multi_items()),
        "days": [],
        "parts": [],
        "asked_at": asked_at,
        "why": await _why(visit, account_id, chosen or _shortest(services, visit), asked_at, location),
        "why_service": next(iter(chosen or _shortest(services, visit)), None),
        "is_group": any(service.capacity > 1 for service in chosen),
        "dates": shown.dates,
        "preview": None,
        **await _client(visit, account_id),
    }
    if chosen:
        found = await _free(visit, account_id, chosen, person, location, _strip_start(day, zone))
        values["days"] = days.days_of(found)
        slots = next((one.slots for one in found.days if one.date == day), [])
        values["parts"] = days.parts_of(slots, str(zone))
        if shown.preview_at:
            at = shown.preview_at
            offered = next((slot for slot in slots if slot.starts_at == at), None)
            who = (
                person.id if person else next(iter(offered.staff_member_ids if offered else [a.id for a in able]), None)
            )
            where = location or (locations[0] if locations else None)
            if who and where:
                values["preview"] = await preview_of_new(
                    visit,
                    account_id,
                    chosen,
                    location_id=offered.location_id if offered else where.id,
                    staff_member_id=who,
                    starts_at=at,
                    client=shown.client,
                )
    return visit.page("desk/new.html.jinja", refused.status if refused else 200, **values)


def wanted_ids(visit: Visit) -> list[UUID]:
    """Services in the address: from one field with commas or from several."""
    return uuids(",".join(visit.request.query_params.getlist("services")).split(","))


class _Choice:
    """The address of this page with another day: what the strip of days asks for."""

    def __init__(self, path: str, query: Sequence[tuple[str, str]]) -> None:
        self._path = path
        self._query = [(name, value) for name, value in query if name not in ("lang", "theme", "at")]

    def to(self, **changes: object) -> str:
        """The address; values that are none are left out."""
        pairs = [(name, value) for name, value in self._query if name not in changes]
        pairs += [(name, str(value)) for name, value in changes.items() if value is not None]
        return f"{self._path}?{urlencode(pairs)}"

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The choice so far, for another form to carry."""
        return self._query


async def _client(visit: Visit, account_id: UUID) -> dict[str, Any]:
    """The card in the address, and what a search found."""
    asked = visit.query.get("q", "").strip()[:100]
    card_id = next(iter(uuids([visit.query.get("client", "")])), None)
    values: dict[str, Any] = {"card": None, "asked": asked, "found_clients": []}
    with contextlib.suppress(Refused):
        if card_id:
            values["card"] = await visit.api.booking.client(account_id, card_id)
        elif asked:
            values["found_clients"] = (await visit.api.booking.clients(account_id, q=asked)).items[:8]
    return values


def _asked_at(visit: Visit, day: date, zone: ZoneInfo) -> datetime | None:
    """The moment of the cell that was pressed."""
    try:
        return datetime.combine(day, time.fromisoformat(visit.query.get("from", "")), zone)
    except ValueError:
        return None


def _shortest(services: list[ServiceAnswer], visit: Visit) -> list[ServiceAnswer]:
    """What fits soonest into a cell: the shortest that its person does."""
    wanted = visit.query.get("staff", "")
    mine = [one for one in services if not wanted or wanted in map(str, one.staff_member_ids)]
    return sorted(mine, key=lambda one: one.duration_min)[:1]


async def _why(
    visit: Visit,
    account_id: UUID,
    services: list[ServiceAnswer],
    at: datetime | None,
    location: LocationAnswer | None,
) -> ExplanationAnswer | None:
    """Why the pressed time is not offered; none where it is, or where nothing was pressed."""
    if at is None or not services:
        return None
    with contextlib.suppress(Refused):
        found = await visit.api.booking.explanation(
            account_id,
            [one.id for one in services],
            at,
            staff_member_id=next(iter(uuids([visit.query.get("staff", "")])), None),
            location_id=location.id if location else None,
        )
        return None if found.offered else found
    return None


async def _free(
    visit: Visit,
    account_id: UUID,
    chosen: list[ServiceAnswer],
    person: StaffMemberAnswer | None,
    location: LocationAnswer | None,
    start: date,
) -> AvailabilityAnswer:
    return await visit.api.booking.availability(
        account_id,
        [one.id for one in chosen],
        since=start,
        until=start + timedelta(days=days.DAYS - 1),
        staff_member_id=person.id if person else None,
        location_id=location.id if location else None,
    )


def _chosen_services(visit: Visit, services: list[ServiceAnswer]) -> list[ServiceAnswer]:
    known = {one.id: one for one in services}
    return [known[one] for one in wanted_ids(visit) if one in known]


def _strip_start(day: date, zone: ZoneInfo) -> date:
    return days.strip_start(datetime.now(zone).date(), None, day)
