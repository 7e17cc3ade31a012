"""A schedule is seen as days before it is saved."""

from datetime import timedelta

import pytest

from contracts.permissions import Permission
from tests.booking.salon import ALL_DAYS, hours


async def days(salon, first, last, schedule=None):
    body = {"from": str(first), "to": str(last), "schedule": schedule}
    found = await salon.ok("POST", f"/staff-members/{salon.staff}/schedule/days", body)
    return found["items"]


def spans(day):
    return [(one["from"], one["to"], one["manual_only"]) for one in day["hours"]]


@pytest.mark.row("N68")
@pytest.mark.row("N69")
async def test_a_pattern_is_a_row_of_days_with_its_breaks_absences_and_closed_days(salon):
    first = salon.day(10)
    stored = await salon.ok("GET", f"/staff-members/{salon.staff}/schedule")
    kept = {"from": "14:00", "to": "16:00", "manual_only": True}
    cycle = {
        "pattern": "cycle",
        "anchor": str(first),
        "on": 2,
        "off": 2,
        "hours": [{"from": "09:00", "to": "14:00"}, kept],
        "breaks": [{"from": "12:00", "to": "12:30"}],
        "exceptions": [{"date": str(first + timedelta(days=2)), "hours": [{"from": "10:00", "to": "11:00"}]}],
    }
    off = first + timedelta(days=1)
    zone = salon.at("09:00")[-6:]
    away = {"starts_at": f"{off}T00:00:00{zone}", "ends_at": f"{off}T13:00:00{zone}", "reason": "Навчання"}
    await salon.ok("POST", f"/staff-members/{salon.staff}/time-off", away)
    closed = first + timedelta(days=4)
    await salon.ok("POST", "/closed-days", {"date": str(closed), "name": "Ремонт"})

    shown = await days(salon, first, first + timedelta(days=5), cycle)
    whole = [("09:00", "12:00", False), ("12:30", "14:00", False), ("14:00", "16:00", True)]
    assert [one["cause"] for one in shown] == ["pattern", "time_off", "exception", "day_off", "closed", "pattern"]
    assert spans(shown[0]) == whole
    assert (spans(shown[1])[0], shown[1]["note"]) == (("13:00", "14:00", False), "Навчання")
    assert spans(shown[2]) == [("10:00", "11:00", False)]
    assert (spans(shown[4]), shown[4]["note"]) == ([], "Ремонт")
    assert await salon.ok("GET", f"/staff-members/{salon.staff}/schedule") == stored, "only looked at"

    odd = {"pattern": "odd_days", "hours": hours(("08:30", "17:30"))}
    working = [one["date"][-2:] for one in await days(salon, "2027-01-29", "2027-02-02", odd) if one["hours"]]
    assert working == ["29", "31", "01"], "after a 31st two odd days follow one another"


async def test_without_a_schedule_in_the_request_the_one_in_force_is_shown_and_a_long_period_is_refused(salon):
    week = {"pattern": "weekly", "days": {day: hours(("09:00", "18:00")) for day in ALL_DAYS}}
    await salon.ok("PUT", f"/staff-members/{salon.staff}/schedule", week)
    assert [spans(one) for one in await days(salon, salon.day(3), salon.day(4))] == [[("09:00", "18:00", False)]] * 2
    path = f"/staff-members/{salon.staff}/schedule/days"
    refused = await salon.call("POST", path, {"from": "2027-01-01", "to": "2027-12-31"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/to")


async def test_whoever_may_not_set_a_schedule_sees_the_one_in_force_and_tries_no_other(salon):
    week = {"pattern": "weekly", "days": {day: hours(("09:00", "18:00")) for day in ALL_DAYS}}
    await salon.ok("PUT", f"/staff-members/{salon.staff}/schedule", week)
    path, span = f"/staff-members/{salon.staff}/schedule/days", {"from": str(salon.day(3)), "to": str(salon.day(3))}
    colleague = await salon.member(Permission.BOOKING_VIEW)
    seen = await salon.call("POST", path, span, by=colleague)
    assert [spans(one) for one in seen.json()["items"]] == [[("09:00", "18:00", False)]]
    refused = await salon.call("POST", path, {**span, "schedule": week}, by=colleague)
    assert (refused.status_code, refused.json()["permission"]) == (403, "schedule.edit_all")
