"""Dates of recurring bookings."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from booking.domain.recurrence import Recurrence, dates

MONDAY = date(2026, 5, 4)


def test_every_second_week_on_two_weekdays():
    rule = Recurrence(True, 2, frozenset({0, 3}), count=5)
    assert [day.isoformat() for day in dates(MONDAY, rule, 100)] == [
        "2026-05-04",
        "2026-05-07",
        "2026-05-18",
        "2026-05-21",
        "2026-06-01",
    ]


def test_the_last_day_is_included_and_the_first_visit_counts_on_any_weekday():
    assert len(dates(MONDAY, Recurrence(False, 7, until=date(2026, 5, 18)), 100)) == 3
    assert dates(MONDAY, Recurrence(True, 1, frozenset({2}), count=2), 100) == [MONDAY, date(2026, 5, 6)]


@given(
    st.dates(date(2024, 1, 1), date(2090, 1, 1)),
    st.booleans(),
    st.integers(1, 60),
    st.frozensets(st.integers(0, 6)),
    st.integers(2, 104),
)
def test_dates_grow_begin_with_the_first_and_are_as_many_as_asked(first, is_weekly, every, weekdays, count):
    found = dates(first, Recurrence(is_weekly, every, weekdays if is_weekly else frozenset(), count), 104)
    assert found[0] == first
    assert found == sorted(set(found))
    assert len(found) == count or found[-1].year >= 2080
    if is_weekly and weekdays:
        assert {day.weekday() for day in found[1:]} <= weekdays
