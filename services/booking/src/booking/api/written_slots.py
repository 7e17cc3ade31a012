"""Offered starts as the JSON of `AvailabilityAnswer`.

A month of ten people is ten thousand ids. Made into objects, checked by models and taken apart again they would cost
several times what finding them does, so the text is put together as it goes; everything in it is an id, a date or a
time, none of which needs escaping.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from booking.domain.schedules import days_between
from booking.domain.wall_clock import DAY_MIN, moment_of
from booking.queries.slots import Offered

CLOCK_TIMES = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(DAY_MIN)]
_OFFSET = slice(len("2026-05-01T00:00:00"), None)


def written_slots(time_zone: str, first: date, last: date, offered: Sequence[Offered]) -> str:
    """The whole answer: every day asked for, also those without a slot."""
    by_day: dict[date, list[tuple[int, str]]] = {day: [] for day in days_between(first, last)}
    for place in offered:
        for day, start, slot in _slots(place, by_day):
            by_day[day].append((start, slot))
    if len(offered) > 1:
        for slots in by_day.values():  # by moment, not by its text: on the night of a clock change 03:30 comes twice
            slots.sort(key=lambda pair: pair[0])
    days = ",".join(
        f'{{"date":"{day}","slots":[{",".join([slot for _, slot in slots])}]}}' for day, slots in by_day.items()
    )
    return f'{{"time_zone":{json.dumps(time_zone)},"days":[{days}]}}'


def _slots(place: Offered, days: dict[date, list[tuple[int, str]]]) -> Iterator[tuple[date, int, str]]:
    """The slots of one location with their days and minutes."""
    clock, people = place.clock, dict[tuple[UUID, ...], str]()
    following = iter(days)
    day, begins, ends, plain = date.min, 0, 0, False
    offset = ""
    for start, who in place.starts.items():
        while start >= ends:
            day = next(following)
            begins, ends, plain = clock.start_of(day), clock.end_of(day), clock.is_plain(day)
            offset = moment_of(begins, clock.zone).isoformat()[_OFFSET] if plain else ""
        at = f"{day}T{CLOCK_TIMES[start - begins]}:00{offset}" if plain else moment_of(start, clock.zone).isoformat()
        able = tuple(who)
        ids = people.get(able)
        if ids is None:
            quoted = ",".join([f'"{person_id}"' for person_id in able])
            ids = people[able] = f'","location_id":"{place.location_id}","staff_member_ids":[{quoted}]}}'
        yield day, start, f'{{"starts_at":"{at}{ids}'
