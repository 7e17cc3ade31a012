"""No test begins on one day and ends on the next, unless it is about that."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

_ZONES = (UTC, ZoneInfo("Europe/Kyiv"))
_A_TEST_S = 20.0
"""Longer than nearly all tests take on a crowded machine; the few longer ones look at no day of today."""


def left_of_the_day_s(now: datetime) -> float:
    """Seconds until the nearest midnight of those whose days the tests speak of."""
    here = (now.astimezone(zone) for zone in _ZONES)
    ends = (datetime.combine(at.date() + timedelta(days=1), datetime.min.time(), at.tzinfo) for at in here)
    return min(end.timestamp() for end in ends) - now.timestamp()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """What a test calls today has to be today when the product is asked: the last seconds of a day are waited out."""
    left_s = left_of_the_day_s(datetime.now(UTC))
    if left_s < _A_TEST_S:
        time.sleep(left_s)
