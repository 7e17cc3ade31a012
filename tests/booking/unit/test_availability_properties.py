"""Properties of availability that hold for any salon, and a slow reference that counts minute by minute."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.domain.availability import (
    Busy,
    BusyTimes,
    Closed,
    Need,
    Part,
    Person,
    Question,
    Resource,
    Service,
    Terms,
)
from booking.domain.reasons import Code
from booking.domain.schedules import Shift, WorkingTime

from .wall import uid

SPAN = 4 * 60
"""Four hours are enough for everything to meet everything, and short enough to count by minutes."""


def seldom(strategy, otherwise):
    """What is drawn once in eight times; else the usual value, so that most salons do have something to offer."""
    return st.integers(0, 7).flatmap(lambda number: strategy if number == 7 else st.just(otherwise))


@st.composite
def spans(draw, most: int):
    """Disjoint intervals in order; their edges need not lie on any grid."""
    edges = sorted(draw(st.lists(st.integers(0, SPAN), max_size=2 * most, unique=True)))
    return list(zip(edges[::2], edges[1::2], strict=False))


@st.composite
def busy_times(draw):
    busy = []
    for start, end in draw(spans(2)):
        before, after = draw(st.sampled_from([0, 0, 3, 10])), draw(st.sampled_from([0, 0, 4, 15]))
        if before + after < end - start:
            group = draw(seldom(st.sampled_from([uid(100), uid(101)]), None))
            held, seats = draw(seldom(st.just(True), False)), draw(st.integers(1, 4))
            busy.append(Busy(start, end, start + before, end - after, held, group, seats))
    return tuple(busy)


@st.composite
def working_times(draw):
    shifts = draw(st.one_of(st.just([(0, SPAN)]), st.just([(7, 100), (100, SPAN - 3)]), spans(2)))
    kept = draw(seldom(st.integers(0, 1), -1))
    pauses = draw(seldom(spans(2), []))
    return WorkingTime(tuple(Shift(start, end, kept == n) for n, (start, end) in enumerate(shifts)), tuple(pauses))


@st.composite
def resources(draw, resource_id):
    units = draw(st.integers(1, 3))
    return Resource(resource_id, units, tuple(tuple(draw(spans(2))) for _ in range(draw(st.integers(0, units)))))


@st.composite
def people(draw, number: int):
    every = frozenset({uid(100), uid(101), uid(102)})
    return Person(
        id=uid(number),
        service_ids=draw(seldom(st.frozensets(st.sampled_from(sorted(every))), every)),
        working=draw(seldom(st.none(), True)) and draw(working_times()),
        busy=BusyTimes.of(draw(busy_times())),
        time_off=tuple(draw(seldom(spans(1), []))),
        accepts_bookings=draw(seldom(st.just(False), True)),
        is_deleted=draw(seldom(st.just(True), False)),
    )


@st.composite
def questions(draw):
    team = [draw(people(number)) for number in range(1, draw(st.sampled_from([2, 2, 3, 4])))]
    groups = [busy for one in team for busy in one.busy if busy.service_id]
    lengths = [busy.service_end - busy.service_start for busy in groups] or [30]
    rooms = {uid(500 + n): draw(resources(uid(500 + n))) for n in range(draw(st.sampled_from([0, 0, 1, 2])))}
    parts = tuple(
        Part(
            Service(
                uid(100 + number),
                draw(st.one_of(st.integers(1, 50), st.sampled_from(lengths))),
                draw(st.sampled_from([0, 0, 5, 12])),
                draw(st.sampled_from([0, 0, 8, 20])),
                draw(seldom(st.just(False), True)),
                draw(st.sampled_from([1, 1, 2, 5])),
                tuple(
                    Need(room, draw(st.integers(1, 2)))
                    for room in draw(st.lists(st.sampled_from(sorted(rooms)), unique=True))
                    if rooms
                )
                if rooms
                else (),
            ),
            tuple(draw(seldom(st.lists(st.sampled_from(team), unique_by=lambda one: one.id), team))),
            draw(st.sampled_from([1, 1, 2])),
        )
        for number in range(draw(st.sampled_from([1, 1, 2, 3])))
    )
    return Question(
        parts,
        Terms(
            grid_min=draw(st.sampled_from([1, 1, 5, 7, 15])),
            earliest=draw(seldom(st.integers(0, SPAN), -100)),
            latest=draw(seldom(st.integers(0, SPAN), SPAN + 100)),
            is_public=draw(st.booleans()),
            client_full=tuple(draw(seldom(spans(1), []))),
        ),
        tuple(
            Closed(one, draw(st.sampled_from([Code.CLOSED_DAY, Code.HOLIDAY]))) for one in draw(seldom(spans(1), []))
        ),
        rooms,
    )


@given(questions())
@settings(max_examples=120, deadline=None)
@pytest.mark.row("X2")
def test_a_start_is_offered_exactly_when_nothing_stands_against_it(asked: Question):
    offers = asked.offers((-30, SPAN + 30))
    for start in range(-30, SPAN + 30):
        assert (start in offers) == (not asked.reasons(start)), start


@given(questions())
@settings(max_examples=120, deadline=None)
def test_the_offers_are_those_of_a_count_by_minutes(asked: Question):
    offers = asked.offers((0, SPAN))
    slow = {start: alone for start in range(SPAN) if (alone := by_minutes(asked, start)) is not None}
    assert {start: set(who) for start, who in offers.items()} == slow


@given(questions())
@settings(max_examples=80, deadline=None)
def test_whoever_is_offered_alone_fits_every_part(asked: Question):
    for start, alone in asked.offers((0, SPAN)).items():
        fitting = asked.fitting(start)
        assert all(fitting)
        for who in alone:
            assert all(who in one for one in fitting)


def by_minutes(asked: Question, start: int):
    """The same question answered the obvious way: who could do all alone, or none when the start is not offered."""
    if not asked.terms.earliest <= start < asked.terms.latest:
        return None
    if any(since <= start < until for since, until in asked.terms.client_full):
        return None
    at, fitting = start, []
    for number, part in enumerate(asked.parts):
        if asked.terms.is_public and not part.service.is_online:
            return None
        fitting.append({p.id for p in part.people if can_serve(asked, p, part, at, is_first=number == 0)})
        at += part.service.duration_min
    return set.intersection(*fitting) if all(fitting) else None


def can_serve(asked: Question, who: Person, part: Part, at: int, *, is_first: bool) -> bool:
    return works(asked, who, part.service, at) and has_room(asked, who, part, at, is_first=is_first)


def works(asked: Question, who: Person, service: Service, at: int) -> bool:
    if who.is_deleted or not who.accepts_bookings or service.id not in who.service_ids or who.working is None:
        return False
    shifts = [s for s in who.working.shifts if not (asked.terms.is_public and s.manual_only)]
    for minute in range(at, at + service.duration_min):
        if not any(shift.start <= minute < shift.end for shift in shifts):
            return False
        if any(start <= minute < end for start, end in who.working.breaks):
            return False
        if any(start <= minute < end for start, end in who.time_off):
            return False
        if any(day.interval[0] <= minute < day.interval[1] for day in asked.closed):
            return False
    return True


def has_room(asked: Question, who: Person, part: Part, at: int, *, is_first: bool) -> bool:
    service = part.service
    for group in who.busy:
        is_same = group.service_id == service.id and group.service_end - group.service_start == service.duration_min
        if is_same and group.service_start == at:
            return group.seats + part.seats <= service.capacity
    lasts = range(at - service.buffer_before_min, at + service.duration_min + service.buffer_after_min)
    for need in service.needs:
        room = asked.resources[need.resource_id]
        taken = sum(any(s <= minute < e for minute in lasts for s, e in unit) for unit in room.busy)
        if room.units - taken < need.units:
            return False
    for minute in range(at - service.buffer_before_min, at + service.duration_min + service.buffer_after_min):
        if any(one.start <= minute < one.end for one in who.busy):
            return False
    if not is_first:
        return True
    assert who.working is not None
    [beginning] = [shift.start for shift in who.working.shifts if shift.start <= at < shift.end]
    return (at - beginning) % asked.terms.grid_min == 0
