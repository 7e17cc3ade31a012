"""Properties of availability that hold for any salon, and a slow reference that counts minute by minute."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from booking.domain.availability import Busy, Closed, Part, Person, Question, Service, Terms
from booking.domain.reasons import Code
from booking.domain.schedules import Shift, WorkingTime

from .wall import uid

SPAN = 12 * 60
"""Half a day is enough for everything to meet everything, and short enough to count by minutes."""


@st.composite
def spans(draw, most: int = 3):
    """Disjoint intervals in order."""
    edges = sorted(draw(st.lists(st.integers(0, SPAN // 5), min_size=0, max_size=2 * most, unique=True)))
    return [(5 * start, 5 * end) for start, end in zip(edges[::2], edges[1::2], strict=False)]


@st.composite
def people(draw, number: int):
    shifts = draw(spans())
    busy = []
    for start, end in draw(spans(4)):
        before, after = draw(st.integers(0, (end - start - 1) // 2)), draw(st.integers(0, (end - start - 1) // 2))
        busy.append(Busy(start, end, start + before, end - after, draw(st.booleans())))
    return Person(
        id=uid(number),
        service_ids=frozenset(draw(st.sets(st.sampled_from([uid(100), uid(101), uid(102)]), min_size=1))),
        working=draw(
            st.one_of(
                st.none(),
                st.builds(
                    lambda kept, pauses: WorkingTime(
                        tuple(Shift(start, end, kept == n) for n, (start, end) in enumerate(shifts)), tuple(pauses)
                    ),
                    st.integers(-1, 2),
                    spans(2),
                ),
            )
        ),
        busy=tuple(busy),
        time_off=tuple(draw(spans(1))),
        accepts_bookings=draw(st.sampled_from([True, True, True, False])),
        is_deleted=draw(st.sampled_from([False, False, False, True])),
    )


@st.composite
def questions(draw):
    team = [draw(people(number)) for number in range(1, draw(st.integers(2, 4)))]
    parts = tuple(
        Part(
            Service(
                uid(100 + number),
                draw(st.sampled_from([5, 15, 30, 45, 60, 90])),
                draw(st.sampled_from([0, 0, 5, 20])),
                draw(st.sampled_from([0, 0, 10, 35])),
                draw(st.sampled_from([True, True, True, False])),
            ),
            tuple(draw(st.lists(st.sampled_from(team), min_size=0, max_size=len(team), unique_by=lambda p: p.id))),
        )
        for number in range(draw(st.integers(1, 3)))
    )
    return Question(
        parts,
        Terms(
            grid_min=draw(st.sampled_from([1, 5, 7, 15, 20, 60])),
            earliest=draw(st.sampled_from([-100, 0, 60, 200])),
            latest=draw(st.sampled_from([SPAN, SPAN + 100, 400])),
            is_public=draw(st.booleans()),
        ),
        tuple(Closed(one, draw(st.sampled_from([Code.CLOSED_DAY, Code.HOLIDAY]))) for one in draw(spans(1))),
    )


@given(questions())
@settings(max_examples=300, deadline=None)
def test_a_start_is_offered_exactly_when_nothing_stands_against_it(asked: Question):
    offers = asked.offers((-30, SPAN + 30))
    for start in range(-30, SPAN + 30):
        assert (start in offers) == (not asked.reasons(start)), start


@given(questions())
@settings(max_examples=300, deadline=None)
def test_the_offers_are_those_of_a_count_by_minutes(asked: Question):
    offers = asked.offers((0, SPAN))
    slow = {start: alone for start in range(SPAN) if (alone := by_minutes(asked, start)) is not None}
    assert {start: set(who) for start, who in offers.items()} == slow


@given(questions())
@settings(max_examples=150, deadline=None)
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
    at, fitting = start, []
    for number, part in enumerate(asked.parts):
        if asked.terms.is_public and not part.service.is_online:
            return None
        fitting.append({p.id for p in part.people if can_serve(asked, p, part.service, at, is_first=number == 0)})
        at += part.service.duration_min
    return set.intersection(*fitting) if all(fitting) else None


def can_serve(asked: Question, who: Person, service: Service, at: int, *, is_first: bool) -> bool:
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
    for minute in range(at - service.buffer_before_min, at + service.duration_min + service.buffer_after_min):
        if any(one.start <= minute < one.end for one in who.busy):
            return False
    if not is_first:
        return True
    [beginning] = [shift.start for shift in who.working.shifts if shift.start <= at < shift.end]
    return (at - beginning) % asked.terms.grid_min == 0
