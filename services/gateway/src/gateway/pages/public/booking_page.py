"""`/{vanity}`: the page of a firm. Each step is a GET whose whole state is in its address."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from starlette.responses import Response

from contracts.http.booking import AvailabilityAnswer
from gateway.clients import Refused
from gateway.pages import codes
from gateway.pages.errors import PageUnknown
from gateway.pages.forms import Form
from gateway.pages.route import page_router
from gateway.pages.visit import Visit, VisitDep
from gateway.pages.words import duration, t

from . import booked, days
from .about import about_firm
from .choice import ANY, Choice
from .firm_page import firm_page
from .way import Way, find_way

router = page_router()

_SEARCH_FROM = 10
"""More services than this get a search field."""
_FARTHEST_DAYS = 60
_MOST_REASONS = 3
_RIVALRY = frozenset({"taken", "held", "too_short_gap", "buffer", "resource_busy", "capacity_full"})
"""Reasons that say: other people have the time."""
_MOST_SERVICES = 5
_MOST_SEATS = 10
_REVIEWS = 20
_PUZZLE_FOR_CODE = frozenset({"identity.captcha_required"})
_WAITS_DAYS = 7
"""The longest that somebody waits who does not say how long."""


@router.get("/{vanity}/reviews")
async def reviews(visit: VisitDep, vanity: str) -> Response:
    """Everything that clients wrote."""
    way = await way_of(visit, vanity)
    found = await visit.api.site.reviews(vanity, limit=_REVIEWS, cursor=visit.query.get("cursor"))
    following = visit.here(cursor=found.next_cursor) if found.next_cursor else None
    return firm_page(visit, "public/reviews.html.jinja", way.page, way.choice, reviews=found, following=following)


@router.get("/{vanity}")
async def page(visit: VisitDep, vanity: str) -> Response:
    """The step that a person stands at; before the first choice also everything about the firm."""
    keep_prefilled(visit)
    way = await way_of(visit, vanity)
    if way.page.account.vanity_address != vanity:
        return visit.moved(Choice.read(way.page.account.vanity_address, visit.query).address())
    if address := booked.found(visit, way.choice):
        return visit.go(address)
    return await show(visit, way)


def keep_prefilled(visit: Visit) -> None:
    """Name and phone out of a link from elsewhere wait for the contact step, out of sight of later addresses."""
    name, phone = (visit.query.get(field, "").strip()[:120] for field in ("name", "phone"))
    if (name or phone) and codes.pending(visit) is None:
        codes.remember(visit, codes.Pending(phone, name=name))


async def way_of(visit: Visit, vanity: str) -> Way:
    """The firm's page with the choice in the address."""
    try:
        found = await visit.api.catalogue.public_page(vanity)
    except Refused as refused:
        if refused.status in (404, 422):
            raise PageUnknown from refused
        raise
    return find_way(found, Choice.read(found.account.vanity_address, visit.query), is_signed_in=visit.is_signed_in)


async def show(
    visit: Visit, way: Way, *, form: Form | None = None, status: int = 200, own_css: str = "", **more: Any
) -> Response:
    """The page of the step; `own_css`, cleaned, is styles that are only tried out."""
    visit.address = way.choice.address()
    values = await _STEPS[way.step](visit, way, form, more)
    is_first = status == 200 and Choice.read("", visit.query).is_bare and not way.choice.embed
    firm = await about_firm(visit, way.page) if is_first else None
    template = f"public/{way.step}.html.jinja" if way.step != "location" else "public/locations.html.jinja"
    return firm_page(
        visit,
        template,
        way.page,
        way.choice,
        status,
        firm=firm,
        steps=way.steps,
        step=way.step,
        chosen=way.lines(),
        zone=way.zone,
        own_css=own_css,
        **({"page_scripts": []} if own_css else {}),
        **values,
    )


async def _locations(_: Visit, way: Way, __: Form | None, ___: dict[str, Any]) -> dict[str, Any]:
    return {"locations": way.page.locations}


async def _services(visit: Visit, way: Way, _: Form | None, __: dict[str, Any]) -> dict[str, Any]:
    query = visit.query.get("q", "").strip()[:100]
    taken = set(way.choice.service_ids) if way.choice.add else set()
    offered = [one for one in way.services if one.id not in taken]
    found = [one for one in offered if query.casefold() in f"{one.name} {one.description or ''}".casefold()]
    return {
        "services": found,
        "adding": bool(way.choice.add),
        "searchable": len(offered) > _SEARCH_FROM,
        "query": query,
    }


async def _staff(visit: Visit, way: Way, _: Form | None, __: dict[str, Any]) -> dict[str, Any]:
    found = await _free(visit, way, 0, days.DAYS - 1)
    people = [
        {"id": one.id, "name": one.name, "nearest": days.nearest(found, staff_member_id=one.id)} for one in way.able
    ]
    return {"people": people, "nearest": days.nearest(found)}


async def _time(visit: Visit, way: Way, _: Form | None, more: dict[str, Any]) -> dict[str, Any]:
    choice, today = way.choice, way.today
    start = days.strip_start(today, choice.strip, choice.day)
    offset = (start - today).days
    found = await _free(visit, way, offset, offset + days.DAYS - 1)
    day = days.chosen_day(found, choice.day)
    chosen = day.date if day else start
    values: dict[str, Any] = {
        "days": days.days_of(found),
        "chosen_day": chosen,
        "parts": days.parts_of(day.slots, way.zone) if day else [],
        "strip": {"strip": choice.strip},
        "earlier": start - timedelta(days=days.DAYS) if start > today else None,
        "later": start + timedelta(days=days.DAYS) if offset + days.DAYS < way.page.rules.booking_window_days else None,
        "zone_words": way.page.account.city or way.zone.rsplit("/", 1)[-1].replace("_", " "),
        "most_seats": min(way.most_seats, _MOST_SEATS),
        "wait": {
            "today": today,
            "first": max(choice.wait_from or chosen, today),
            "last": choice.wait_to or _last_of_wait(found, chosen),
            "until": today + timedelta(days=way.page.rules.booking_window_days),
            "turned_round": choice.wait_from is not None and choice.wait_to is not None,
        },
        "may_add": len(choice.service_ids) < min(len(way.services), _MOST_SERVICES),
        "lost": more.get("lost"),
        "alternatives": more.get("alternatives") or [],
        "held_over": choice.hold_id is not None and not more.get("lost"),
        "reasons": [],
        "nearest": None,
        "other_staff": "staff" in way.steps and choice.staff != ANY,
        "location_phone": way.location.phone if way.location else None,
    }
    if not values["parts"]:
        values["nearest"] = days.nearest(found, after=chosen) or await _nearest_later(visit, way, offset + days.DAYS)
        values["reasons"] = await _reasons(visit, way, chosen)
    return values


def _last_of_wait(found: AvailabilityAnswer, chosen: date) -> date:
    """How long somebody waits who does not say: up to the next day that is free, for that one they can book."""
    week = chosen + timedelta(days=_WAITS_DAYS)
    return min([week, *(one.date - timedelta(days=1) for one in found.days if one.date > chosen and one.slots)])


async def _contact(visit: Visit, way: Way, form: Form | None, _: dict[str, Any]) -> dict[str, Any]:
    waiting = codes.pending(visit)
    user = await visit.profile() if visit.is_signed_in else None
    if form is None:
        known_name = (waiting.name if waiting else "") or (user.name if user else None)
        form = Form.of(
            name=known_name or None,
            phone=waiting.phone if waiting else None,
            comment=waiting.comment if waiting else None,
        )
    by_code = way.page.rules.phone_confirmation or way.choice.is_waiting
    return {
        "form": form,
        "user": user,
        "cutoff_words": duration(way.page.rules.cancel_cutoff_min),
        "by_code": by_code,
        "puzzle": puzzle_of(way, form) if user is None else None,
    }


def puzzle_of(way: Way, form: Form) -> str | None:
    """Where the browser gets the puzzle that this contact form has to be sent with; none where none is asked for."""
    if form.code in _PUZZLE_FOR_CODE:
        return "/api/v1/auth/captcha"
    if way.page.rules.phone_confirmation or way.choice.is_waiting:
        return None
    return f"/api/v1/public/{way.choice.vanity}/captcha"


async def _code(visit: Visit, way: Way, form: Form | None, more: dict[str, Any]) -> dict[str, Any]:
    waiting = codes.pending(visit)
    if waiting is None:
        return await _contact(visit, way, form, more)
    return {"form": form or Form(), "contact": waiting, "resend_at": waiting.resend, "code_submit": None}


_STEPS = {
    "location": _locations,
    "services": _services,
    "staff": _staff,
    "time": _time,
    "contact": _contact,
    "code": _code,
}


async def _free(visit: Visit, way: Way, first: int, last: int) -> AvailabilityAnswer:
    """Free times from the `first` to the `last` day, counted from today."""
    return await visit.api.booking.public_availability(
        way.choice.vanity,
        way.choice.service_ids,
        since=way.today + timedelta(days=first),
        until=way.today + timedelta(days=last),
        staff_member_id=way.choice.staff_member_id,
        location_id=way.choice.location_id,
        seats=way.choice.seats,
    )


async def _nearest_later(visit: Visit, way: Way, first: int) -> datetime | None:
    last = min(first + _FARTHEST_DAYS, way.page.rules.booking_window_days)
    return days.nearest(await _free(visit, way, first, last)) if first <= last else None


async def _reasons(visit: Visit, way: Way, day: date) -> list[str]:
    """Why there is nothing on that day: what stands most against each person, in words for clients, each said once."""
    try:
        told = await visit.api.booking.public_day_explanation(
            way.choice.vanity,
            way.choice.service_ids,
            day,
            staff_member_id=way.choice.staff_member_id,
            location_id=way.choice.location_id,
            seats=way.choice.seats,
        )
    except Refused:
        return []  # the page is of use without the reason
    against = [person.reasons[0] for place in told for person in place.staff if person.reasons]
    said = (t("book.day_full") if reason.code in _RIVALRY else reason.text for reason in against)
    return list(dict.fromkeys(said))[:_MOST_REASONS]
