"""The answer that is put together as text says what the model of the contract would say."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from booking.api.written_slots import written_slots
from booking.domain.wall_clock import WallClock
from booking.queries.slots import Offered
from contracts.http.booking import AvailabilityAnswer

ANNA, BOHDAN, HERE, THERE = (UUID(int=number) for number in (1, 2, 3, 4))


@pytest.mark.parametrize("zone", ["Europe/Kyiv", "UTC", "America/New_York", "Asia/Kathmandu"])
@pytest.mark.parametrize("first", [date(2026, 3, 28), date(2026, 10, 24), date(2026, 7, 1)])
def test_every_start_is_told_with_its_day_and_the_offset_of_its_location(zone, first):
    clock, last = WallClock(ZoneInfo(zone)), first + timedelta(days=3)
    starts = dict.fromkeys(range(clock.start_of(first), clock.end_of(last), 30), 3)
    starts[min(starts)] = 0
    answer = AvailabilityAnswer.model_validate_json(
        written_slots(zone, first, last, [Offered(HERE, clock, [ANNA, BOHDAN], starts)]), strict=False
    )
    told = [slot for day in answer.days for slot in day.slots]
    assert [int(slot.starts_at.timestamp()) // 60 for slot in told] == list(starts)
    assert [slot.staff_member_ids for slot in told] == [[ANNA, BOHDAN] if mask else [] for mask in starts.values()]
    for day in answer.days:
        for slot in day.slots:
            local = slot.starts_at.astimezone(clock.zone)
            assert (local.date(), local.utcoffset()) == (day.date, slot.starts_at.utcoffset())


def test_days_without_a_start_are_there_and_locations_are_told_by_time():
    kyiv, lisbon = WallClock(ZoneInfo("Europe/Kyiv")), WallClock(ZoneInfo("Europe/Lisbon"))
    first = date(2026, 7, 1)
    nine = kyiv.minute(first, 9 * 60)
    offered = [
        Offered(HERE, kyiv, [ANNA, BOHDAN], {nine: 0b01, nine + 120: 0b01}),
        Offered(THERE, lisbon, [ANNA, BOHDAN], {nine + 60: 0b10}),
    ]
    answer = AvailabilityAnswer.model_validate_json(
        written_slots("Europe/Kyiv", first, first + timedelta(days=1), offered)
    )
    assert [(slot.location_id, slot.starts_at) for slot in answer.days[0].slots] == [
        (HERE, datetime(2026, 7, 1, 6, tzinfo=UTC)),
        (THERE, datetime(2026, 7, 1, 7, tzinfo=UTC)),
        (HERE, datetime(2026, 7, 1, 8, tzinfo=UTC)),
    ]
    assert answer.days[1].slots == []
