"""Offered starts as the JSON of `AvailabilityAnswer`.

A month of ten people is ten thousand ids. Made into objects, checked by models and taken apart again they would cost
several times what finding them does, so the text is put together as it goes; everything in it is an id, a date or a
time, none of which needs escaping.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from operator import itemgetter

from booking.domain.availability import chosen
from booking.domain.schedules import days_between
from booking.domain.wall_clock import DAY_MIN, moment_of
from booking.queries.slots import Offered

CLOCK_TIMES = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(DAY_MIN)]
_OFFSET = slice(len("2026-05-01T00:00:00"), None)


def written_slots(time_zone: str, first: date, last: date, offered: Sequence[Offered]) -> str:
    """The whole answer: every day asked for, also those without a slot."""
    places = [_slots_by_day(place, first, last) for place in offered]
    days = ",".join(
        f'{{"date":"{day}","slots":[{",".join(_together([place[day] for place in places]))}]}}'
        for day in days_between(first, last)
    )
    return f'{{"time_zone":{json.dumps(time_zone)},"days":[{days}]}}'


def _together(places: Sequence[tuple[Sequence[int], Sequence[str]]]) -> Sequence[str]:
    """The slots of one day in all places, by moment: on the night of a clock change 03:30 comes twice."""
    if len(places) == 1:
        return places[0][1]
    every = [slot for starts, slots in places for slot in zip(starts, slots, strict=True)]
    return [slot for _, slot in sorted(every, key=itemgetter(0))]


def _slots_by_day(place: Offered, first: date, last: date) -> dict[date, tuple[list[int], list[str]]]:
    """The slots of one location with their minutes."""
    clock, starts, masks, since = place.clock, list(place.starts), list(place.starts.values()), 0
    people = [f'"{person_id}"' for person_id in place.people]
    where = f'","location_id":"{place.location_id}","staff_member_ids":['
    ends = {mask: f"{where}{','.join(chosen(people, mask))}]}}" for mask in set(masks)}
    found = {}
    for day in days_between(first, last):
        begins = clock.start_of(day)
        until = bisect_left(starts, clock.end_of(day), since)
        today, who = starts[since:until], masks[since:until]
        if clock.is_plain(day):
            offset = moment_of(begins, clock.zone).isoformat()[_OFFSET]
            head, tail = f'{{"starts_at":"{day}T', f":00{offset}"
            slots = [f"{head}{CLOCK_TIMES[at - begins]}{tail}{ends[mask]}" for at, mask in zip(today, who, strict=True)]
        else:
            slots = [
                f'{{"starts_at":"{moment_of(at, clock.zone).isoformat()}{ends[mask]}'
                for at, mask in zip(today, who, strict=True)
            ]
        found[day] = today, slots
        since = until
    return found
