"""When somebody receives clients in a location: what a passer-by calls opening hours."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from booking.domain.intervals import common, merged, without
from booking.domain.wall_clock import clock_of, day_of, minute_of, moment_of
from booking.tables import AccountCopy
from contracts.http.catalogue import LocationHours, WorkSpan
from kit.db import Tx

from .accounts import locations_of
from .windows import Days, load_people

_DAYS = 7


async def hours_of(tx: Tx, account: AccountCopy, now: datetime) -> tuple[date, list[LocationHours]]:
    """The first day and, for each location, the time in which at least one bookable person works, closed days out.

    Time that is kept for bookings by staff counts: somebody is there.
    """
    found = []
    for place in await locations_of(tx, account.account_id):
        clock = clock_of(place.time_zone)
        first = day_of(minute_of(now), clock.zone)
        days = Days(clock, first, first + timedelta(days=_DAYS - 1))
        people = await load_people(tx, account.account_id, days, now, location_id=place.id, everybody=True)
        shifts = [
            (shift.start, shift.end)
            for person in people.by_id.values()
            if person.accepts_bookings and person.working is not None and people.work_at(person.id, place.id)
            for shift in person.working.shifts
        ]
        closed = merged(one.interval for one in people.closed)
        open_time = without(common(merged(shifts), [days.window]), closed)
        spans = [
            WorkSpan(starts_at=moment_of(start, clock.zone), ends_at=moment_of(end, clock.zone))
            for start, end in open_time
        ]
        found.append(LocationHours(location_id=place.id, time_zone=place.time_zone, spans=spans))
    return day_of(minute_of(now), ZoneInfo(account.time_zone)), found
