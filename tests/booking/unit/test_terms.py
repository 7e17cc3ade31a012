"""An account's rules at their exact moments: how soon, how far ahead, and until when a client may change their mind."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking.domain.wall_clock import WallClock, minute_of
from booking.errors import CutoffPassed
from booking.queries.visits import Visit
from booking.queries.windows import terms
from booking.tables import AccountCopy, BookingRow, LocationRow
from booking.usecases.bookings.cancel_booking import require_before_cutoff

KYIV = ZoneInfo("Europe/Kyiv")


def account(**rules):
    return AccountCopy(rules=rules)


def asked(now, **rules):
    return terms(account(**rules), WallClock(KYIV), now, is_public=True)


@pytest.mark.parametrize(
    ("now", "earliest"),
    [("12:00:00", "13:30"), ("12:00:00.000001", "13:31"), ("12:00:59", "13:31"), ("12:01:00", "13:31")],
)
def test_the_first_start_is_the_lead_time_away_to_the_second(now, earliest):
    found = asked(datetime.fromisoformat(f"2026-06-01T{now}+00:00"), lead_time_min=90)
    assert found.earliest == minute_of(datetime.fromisoformat(f"2026-06-01T{earliest}+00:00"))


@pytest.mark.parametrize(
    ("now", "window_days", "first_not_bookable"),
    [
        ("2026-06-01T12:00+03:00", 7, "2026-06-09T00:00+03:00"),
        ("2026-06-01T23:59+03:00", 7, "2026-06-09T00:00+03:00"),
        ("2026-06-02T00:00+03:00", 7, "2026-06-10T00:00+03:00"),
        ("2026-10-24T12:00+03:00", 1, "2026-10-26T00:00+02:00"),
        ("2026-03-28T12:00+02:00", 1, "2026-03-30T00:00+03:00"),
    ],
)
def test_the_booking_window_ends_with_its_last_day_on_the_wall(now, window_days, first_not_bookable):
    found = asked(datetime.fromisoformat(now), booking_window_days=window_days)
    assert found.latest == minute_of(datetime.fromisoformat(first_not_bookable))


def test_at_the_very_moment_of_the_cut_off_a_client_may_still_change_and_a_moment_later_not():
    starts_at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    place = LocationRow(time_zone="Europe/Kyiv", phone_e164="+380441112233")
    visit = Visit(BookingRow(starts_at=starts_at), [], place, None, {})
    until = starts_at - timedelta(minutes=90)
    require_before_cutoff(account(cancel_cutoff_min=90), visit, until)
    with pytest.raises(CutoffPassed) as refused:
        require_before_cutoff(account(cancel_cutoff_min=90), visit, until + timedelta(microseconds=1))
    assert refused.value.params() == {"until": "01.06.2026 13:30", "phone": "+380441112233"}
