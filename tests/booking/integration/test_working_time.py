"""Schedules, absences, closed days: what they do to bookings, and who may touch them."""

from datetime import timedelta

import pytest

from contracts.permissions import Permission
from tests.booking.salon import ALL_DAYS, every_day, hours


@pytest.mark.row("S63")
async def test_a_day_off_over_two_bookings_is_refused_with_them_and_nothing_is_saved(salon):
    made = [await salon.booked(salon.at(at)) for at in ("10:00", "14:00")]
    weekday = ALL_DAYS[salon.day().weekday()]
    plan = {"pattern": "weekly", "days": {day: hours(("09:00", "18:00")) for day in ALL_DAYS if day != weekday}}
    where = f"/staff-members/{salon.staff}/schedule"
    before = await salon.ok("GET", where)
    refused = await salon.call("PUT", where, plan)
    assert (refused.status_code, refused.json()["code"]) == (409, "booking.schedule_conflict")
    assert [one["booking_id"] for one in refused.json()["conflicts"]] == [one["id"] for one in made]
    assert await salon.ok("GET", where) == before
    dry = await salon.ok("PUT", where, plan, params={"dry_run": "true"})
    assert (dry["saved"], len(dry["conflicts"])) == (False, 2)
    assert await salon.ok("GET", where) == before
    kept = await salon.ok("PUT", where, plan, params={"on_conflict": "keep"})
    assert (kept["saved"], kept["version"], len(kept["conflicts"])) == (True, before["version"] + 1, 2)
    assert await salon.starts(salon.day()) == []
    assert (await salon.ok("GET", f"/bookings/{made[0]['id']}"))["state"] == "pending"
    again = await salon.ok("PUT", where, plan)  # what was kept once does not stand in the way again
    assert again["conflicts"] == []


@pytest.mark.row("S63")
async def test_an_absence_over_a_booking_follows_the_same_rule(salon):
    made = await salon.booked(salon.at("10:00"))
    where = f"/staff-members/{salon.staff}/time-off"
    off = {"starts_at": salon.at("10:30"), "ends_at": salon.at("12:00"), "reason": "лікар"}
    refused = await salon.call("POST", where, off)
    assert refused.status_code == 409
    assert [one["booking_id"] for one in refused.json()["conflicts"]] == [made["id"]]
    assert (await salon.ok("GET", where))["items"] == []
    taken = await salon.ok("POST", where, off, params={"on_conflict": "keep"})
    assert "11:00" not in await salon.starts(salon.day())
    await salon.ok("DELETE", f"{where}/{taken['id']}")
    assert "11:00" in await salon.starts(salon.day())
    free = {"starts_at": salon.at("15:00"), "ends_at": salon.at("16:00")}
    assert (await salon.call("POST", where, free)).status_code == 201


@pytest.mark.row("N43")
async def test_a_holiday_offers_nothing_and_says_so(salon):
    body = {"date": salon.day().isoformat(), "name": "День Незалежності", "kind": "holiday"}
    made = await salon.ok("POST", "/closed-days", body)
    assert await salon.starts(salon.day()) == []
    told = await salon.ok(
        "GET", "/availability/explain", params={"service_ids": salon.service, "at": salon.at("10:00")}
    )
    assert [reason["code"] for reason in told["reasons"]] == ["holiday"]
    assert [one["id"] for one in (await salon.ok("GET", "/closed-days"))["items"]] == [made["id"]]
    assert (await salon.call("POST", "/closed-days", body)).json()["code"] == "booking.day_already_closed"


async def test_a_closed_day_hits_what_touches_it_and_not_its_neighbours(open_another):
    salon = await open_another(schedule=every_day(("00:00", "24:00")))
    await salon.booked(salon.at("23:00", 2))
    into = await salon.booked(salon.at("23:30", 3))
    await salon.booked(salon.at("00:00", 5))
    refused = await salon.call("POST", "/closed-days", {"date": str(salon.day(4))})
    assert [one["booking_id"] for one in refused.json()["conflicts"]] == [into["id"]]
    assert (await salon.call("POST", "/closed-days", {"date": str(salon.day(6))})).status_code == 201


async def test_closing_a_day_with_bookings_asks_first(salon):
    await salon.booked(salon.at("10:00"))
    body = {"date": salon.day().isoformat()}
    assert (await salon.call("POST", "/closed-days", body)).status_code == 409
    assert (await salon.ok("GET", "/closed-days"))["items"] == []
    assert (await salon.call("POST", "/closed-days", body, params={"on_conflict": "keep"})).status_code == 201


@pytest.mark.row("N68")
async def test_a_cycle_works_from_its_anchor(salon):
    anchor = salon.day(1)
    plan = {"pattern": "cycle", "anchor": anchor.isoformat(), "on": 2, "off": 2, "hours": hours(("10:00", "20:00"))}
    await salon.ok("PUT", f"/staff-members/{salon.staff}/schedule", plan)
    working = [bool(await salon.starts(anchor + timedelta(days=n))) for n in range(1, 9)]
    assert working == [True, False, False, True, True, False, False, True]


@pytest.mark.row("N69")
async def test_odd_days_work_and_even_ones_do_not(salon):
    plan = {"pattern": "odd_days", "hours": hours(("10:00", "20:00"))}
    await salon.ok("PUT", f"/staff-members/{salon.staff}/schedule", plan)
    for n in range(2, 12):
        assert bool(await salon.starts(salon.day(n))) == (salon.day(n).day % 2 == 1)


async def test_a_dated_exception_replaces_its_day(salon):
    exceptions = [
        {"date": salon.day(2).isoformat(), "hours": []},
        {"date": salon.day(3).isoformat(), "hours": hours(("20:00", "22:00"))},
    ]
    plan = every_day(("09:00", "18:00"), exceptions=exceptions)
    saved = await salon.ok("PUT", f"/staff-members/{salon.staff}/schedule", plan)
    assert saved["schedule"]["exceptions"][0]["date"] == exceptions[0]["date"]
    assert await salon.starts(salon.day(2)) == []
    assert (await salon.starts(salon.day(3)))[0] == "20:00"


@pytest.mark.row("S62")
async def test_own_hours_need_their_right_and_others_a_greater_one(salon):
    where = f"/staff-members/{salon.staff}/schedule"
    plan = every_day(("10:00", "17:00"))
    from uuid import UUID

    without = await salon.member(Permission.BOOKING_VIEW, staff_member_id=UUID(salon.staff))
    refused = await salon.call("PUT", where, plan, by=without)
    assert (refused.status_code, refused.json()["permission"]) == (403, "schedule.edit_own")
    own = await salon.member(Permission.SCHEDULE_EDIT_OWN, staff_member_id=UUID(salon.staff))
    assert (await salon.call("PUT", where, plan, by=own)).status_code == 200
    other = await salon.add_staff("Софія")
    refused = await salon.call("PUT", f"/staff-members/{other}/schedule", plan, by=own)
    assert (refused.status_code, refused.json()["permission"]) == (403, "schedule.edit_all")


@pytest.mark.parametrize(
    ("plan", "pointer", "code"),
    [
        ({"pattern": "weekly", "days": {"mon": hours(("18:00", "09:00"))}}, "/days/mon/0/to", "from_before_to"),
        (
            {"pattern": "weekly", "days": {"mon": hours(("09:00", "12:00"), ("11:00", "15:00"))}},
            "/days/mon",
            "hours_overlap",
        ),
        ({"pattern": "cycle", "on": 2, "off": 2, "hours": []}, "/anchor", "missing"),
        ({"pattern": "weekly", "days": {}, "hours": []}, "/hours", "unknown"),
        ({"pattern": "odd_days", "hours": [{"from": "9", "to": "18:00"}]}, "/hours/0/from", "clock_time"),
    ],
)
async def test_a_wrong_schedule_names_its_field(salon, plan, pointer, code):
    answer = await salon.call("PUT", f"/staff-members/{salon.staff}/schedule", plan)
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert error["pointer"] == pointer
    assert code in (None, error["code"])
