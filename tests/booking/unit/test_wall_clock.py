"""Working time in the location's wall clock, on the days of the clock change above all."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.schedules import Cycle, Parity, Schedule, Weekly, days_between, working_time
from booking.domain.wall_clock import WallClock, moment_of

from .wall import KYIV, clock, every_day, kyiv, plan, shown

ZONES = [KYIV, ZoneInfo("America/New_York"), ZoneInfo("Africa/Cairo"), ZoneInfo("Australia/Lord_Howe")]


@pytest.mark.parametrize(
    ("day", "length_h"),
    [("2026-03-29", 23), ("2026-10-25", 25), ("2027-03-28", 23), ("2027-10-31", 25), ("2026-06-01", 24)],
)
def test_a_kyiv_day_has_as_many_hours_as_its_clock_says(day, length_h):
    wall = WallClock(KYIV)
    which = date.fromisoformat(day)
    assert wall.end_of(which) - wall.start_of(which) == length_h * 60


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        ("2026-03-29", "02:59", "2026-03-29T00:59+00:00"),
        ("2026-03-29", "03:00", "2026-03-29T01:00+00:00"),  # skipped: the moment of the change
        ("2026-03-29", "03:30", "2026-03-29T01:00+00:00"),  # skipped
        ("2026-03-29", "04:00", "2026-03-29T01:00+00:00"),  # the same moment
        ("2026-03-29", "09:00", "2026-03-29T06:00+00:00"),
        ("2027-03-28", "03:30", "2027-03-28T01:00+00:00"),
        ("2027-03-28", "09:00", "2027-03-28T06:00+00:00"),
        ("2026-10-25", "03:30", "2026-10-25T00:30+00:00"),  # comes twice: the first one
        ("2026-10-25", "04:00", "2026-10-25T02:00+00:00"),
        ("2026-10-25", "24:00", "2026-10-25T22:00+00:00"),
        ("2027-10-31", "03:30", "2027-10-31T00:30+00:00"),
        ("2027-10-31", "09:00", "2027-10-31T07:00+00:00"),
    ],
)
def test_wall_time_of_a_clock_change_in_kyiv(day, at, utc):
    minute = WallClock(KYIV).minute(date.fromisoformat(day), clock(at))
    assert moment_of(minute).isoformat(timespec="minutes") == utc


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [("2027-03-14", "02:30", "2027-03-14T07:00+00:00"), ("2027-11-07", "01:30", "2027-11-07T05:30+00:00")],
)
def test_wall_time_of_a_clock_change_in_new_york(day, at, utc):
    minute = WallClock(ZoneInfo("America/New_York")).minute(date.fromisoformat(day), clock(at))
    assert moment_of(minute).isoformat(timespec="minutes") == utc


@pytest.mark.parametrize("day", ["2026-03-28", "2026-03-29", "2026-10-25", "2027-03-28", "2027-10-31"])
def test_work_from_9_to_18_is_nine_hours_on_every_day(day):
    which = date.fromisoformat(day)
    [shift] = working_time(every_day(plan("09:00-18:00")), WallClock(KYIV), which, which).shifts
    assert shift.end - shift.start == 9 * 60
    assert shown(shift.start)[11:16] == "09:00"
    assert shown(shift.end)[11:16] == "18:00"


@pytest.mark.parametrize(("day", "hours"), [("2026-03-28", 8), ("2026-10-24", 10), ("2026-06-01", 9)])
def test_a_night_shift_loses_or_gains_the_hour_of_the_change(day, hours):
    night = every_day(plan("00:00-07:00", "22:00-24:00"))
    which = date.fromisoformat(day)
    working = working_time(night, WallClock(KYIV), which, which + timedelta(days=1))
    assert (kyiv(f"{day}T22:00"), kyiv(f"{day}T22:00") + hours * 60) in working.covered


@given(
    st.sampled_from(ZONES), st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.lists(st.integers(0, 1440), min_size=2)
)
def test_later_on_the_wall_is_never_earlier_in_time(zone, day, times):
    wall = WallClock(zone)
    minutes = [wall.minute(day, at) for at in sorted(times)]
    assert minutes == sorted(minutes)
    assert wall.minute(day, 1440) == wall.start_of(day + timedelta(days=1))


@given(st.sampled_from(ZONES), st.dates(date(2024, 1, 1), date(2030, 12, 31)))
def test_days_follow_each_other_without_a_gap(zone, day):
    wall = WallClock(zone)
    assert wall.end_of(day) == WallClock(zone).start_of(day + timedelta(days=1))
    assert wall.end_of(day) - wall.start_of(day) > 0


@pytest.mark.row("N68")
def test_two_days_on_two_off_from_the_first_of_may():
    two_two = Cycle(date(2026, 5, 1), 2, 2, plan("10:00-20:00"))
    working = [day.day for day in days_between(date(2026, 5, 1), date(2026, 5, 31)) if two_two.plan(day).hours]
    assert working[:6] == [1, 2, 5, 6, 9, 10]
    assert [day for day in (date(2026, 4, 29), date(2026, 4, 30)) if two_two.plan(day).hours] == []
    assert two_two.plan(date(2026, 4, 28)).hours


@pytest.mark.row("N69")
def test_two_odd_days_meet_at_the_end_of_a_long_month():
    odd = Parity(False, plan("10:00-20:00"))
    assert [odd.plan(day).hours != () for day in (date(2026, 5, 31), date(2026, 6, 1), date(2026, 6, 2))] == [
        True,
        True,
        False,
    ]


def test_an_exception_replaces_the_whole_day():
    week = Weekly((plan("09:00-18:00"),) * 7)
    schedule = Schedule(week, {date(2026, 5, 4): plan(), date(2026, 5, 5): plan("12:00-14:00")})
    working = working_time(schedule, WallClock(KYIV), date(2026, 5, 4), date(2026, 5, 6))
    assert [(shown(s.start)[5:16], shown(s.end)[11:16]) for s in working.shifts] == [
        ("05-05T12:00", "14:00"),
        ("05-06T09:00", "18:00"),
    ]
