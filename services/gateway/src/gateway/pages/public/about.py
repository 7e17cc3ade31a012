"""What the first page of a firm says besides the booking: who they are, where, when, what others think."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import quote

from contracts.http.catalogue import HoursAnswer, LocationAnswer, PublicPage, WorkSpan
from contracts.http.reviews import PublicReviewList
from gateway.clients import Refused
from gateway.pages import formats
from gateway.pages.visit import Visit
from kit.markup import clean_html

from .firm_page import page_address

_REVIEWS = 3
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class DayHours:
    """One day of a location; `times` is empty where nobody is there."""

    date: date
    times: list[str]


@dataclass(frozen=True)
class Place:
    """A location as a passer-by asks about it."""

    location: LocationAnswer
    map_address: str | None
    days: list[DayHours]
    open_until: str | None
    """Clock time; none where it is closed now, or where it is not known."""


@dataclass(frozen=True)
class Firm:
    """Everything beside the steps of the booking."""

    about: str
    """Cleaned HTML."""
    places: list[Place]
    reviews: PublicReviewList | None
    linked: dict[str, Any]
    """For search engines, as JSON-LD."""


async def about_firm(visit: Visit, page: PublicPage) -> Firm:
    """Reviews and hours are left out where booking does not tell them: the page is of use without."""
    vanity = page.account.vanity_address
    reviews, hours = await asyncio.gather(_reviews(visit, vanity, page), _hours(visit, vanity))
    places = [_place(location, hours) for location in page.locations]
    about = clean_html(page.site.about_html) if page.site.about_html else ""
    return Firm(about, places, reviews, _linked(visit, page))


async def _reviews(visit: Visit, vanity: str, page: PublicPage) -> PublicReviewList | None:
    if not page.rating.count:
        return None
    try:
        return await visit.api.site.reviews(vanity, limit=_REVIEWS)
    except Refused:
        return None


async def _hours(visit: Visit, vanity: str) -> HoursAnswer | None:
    try:
        return await visit.api.site.hours(vanity)
    except Refused:
        return None


def _place(location: LocationAnswer, hours: HoursAnswer | None) -> Place:
    found = next((one for one in hours.items if one.location_id == location.id), None) if hours else None
    days: list[DayHours] = []
    open_until = None
    if found is not None and found.spans:
        by_day = {day: list(spans) for day, spans in groupby(found.spans, lambda one: _day_of(one, location.time_zone))}
        now = datetime.now(UTC)
        days = [
            DayHours(day, _times(by_day.get(day, []), location.time_zone))
            for day in _week(by_day, now, location.time_zone)
        ]
        current = next((one for one in found.spans if one.starts_at <= now < one.ends_at), None)
        open_until = formats.clock(current.ends_at, location.time_zone) if current else None
    return Place(location, map_of(location.address), days, open_until)


def _week(told: Iterable[date], now: datetime, zone: str) -> list[date]:
    """The days up to the last one that is told of, from today on, those without hours among them."""
    days = sorted(told)
    today = formats.at(now, zone).date()
    first = today if timedelta(0) <= days[0] - today < _WEEK else days[0]
    last = max(days[-1], first + _WEEK - timedelta(days=1))
    return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]


def map_of(address: str | None) -> str | None:
    """Where the address is found on a map."""
    return f"https://www.google.com/maps/search/?api=1&query={quote(address)}" if address else None


def _day_of(span: WorkSpan, zone: str) -> date:
    return formats.at(span.starts_at, zone).date()


def _times(spans: Sequence[WorkSpan], zone: str) -> list[str]:
    return [formats.clock_range(one.starts_at, one.ends_at, zone) for one in spans]


def _linked(visit: Visit, page: PublicPage) -> dict[str, Any]:
    """The firm in the words of schema.org."""
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "LocalBusiness",
        "name": page.account.name,
        "url": page_address(visit, page),
    }
    first = page.locations[0] if page.locations else None
    if first is not None and first.address:
        told["address"] = {
            "@type": "PostalAddress",
            "streetAddress": first.address,
            "addressLocality": page.account.city or "",
            "addressCountry": page.account.country,
        }
    if first is not None and first.phone:
        told["telephone"] = first.phone
    if page.rating.count and page.rating.average is not None:
        told["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": page.rating.average,
            "reviewCount": page.rating.count,
        }
    told["potentialAction"] = {"@type": "ReserveAction", "target": page_address(visit, page)}
    return told
