"""Availability as the site and the desk ask for it, and its explanations."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.booking.salon import every_day, hours


async def explain(salon, at, *, site=False, **query):
    params = {"service_ids": salon.service, "at": at, **query}
    where = f"{salon.site}/availability/explain" if site else f"{salon.base}/availability/explain"
    answer = await salon.bench.http.get(where, params=params, headers={} if site else salon.owner.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.row("S44")
async def test_hours_and_breaks_of_the_schedule_decide(open_another):
    plan = every_day(("10:00", "18:00"), breaks=[{"from": "13:00", "to": "14:00"}])
    salon = await open_another(schedule=plan, rules={"grid_min": 60})
    assert await salon.starts(salon.day()) == ["10:00", "11:00", "12:00", "14:00", "15:00", "16:00", "17:00"]


@pytest.mark.row("S43")
async def test_without_a_schedule_there_are_no_hours_and_the_reason_is_told(open_another):
    salon = await open_another(schedule=False)
    assert await salon.starts(salon.day()) == []
    told = await explain(salon, salon.at("10:00"))
    assert told["offered"] is False
    [reason] = told["reasons"]
    assert (reason["code"], reason["staff_member_id"]) == ("no_schedule", salon.staff)
    assert "Олена" in reason["text"]
    assert reason["fix"]["text"]


@pytest.mark.row("S45")
async def test_a_day_without_hours_is_explained_person_by_person(salon):
    idle = await salon.add_staff("Софія", schedule=False)
    off = {"starts_at": salon.at("00:00"), "ends_at": salon.at("00:00", 3), "reason": "відпустка"}
    await salon.ok("POST", f"/staff-members/{salon.staff}/time-off", off)
    query = {"service_ids": salon.service, "date": salon.day().isoformat()}
    [told] = await salon.ok("GET", "/availability/explain-day", params=query)
    assert told["offered_starts"] == 0
    reasons = {one["staff_member_id"]: one["reasons"][0]["code"] for one in told["staff"]}
    assert reasons == {salon.staff: "time_off", idle: "no_schedule"}


async def test_a_client_reads_of_a_full_day_that_it_is_taken_and_of_a_free_one_who_is_off(open_another):
    days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), hours(("10:00", "11:00")))
    salon = await open_another(schedule={"pattern": "weekly", "days": days})
    await salon.write_down(salon.at("10:00"))
    asked = {"service_ids": salon.service, "date": salon.day().isoformat()}
    [told] = (await salon.bench.http.get(f"{salon.site}/availability/explain-day", params=asked)).json()
    [person] = told["staff"]
    assert (told["offered_starts"], person["reasons"][0]["code"]) == (0, "taken")
    off = {"starts_at": salon.at("00:00", 1), "ends_at": salon.at("00:00", 2), "reason": "відпустка"}
    await salon.ok("POST", f"/staff-members/{salon.staff}/time-off", off)
    asked["date"] = salon.day(1).isoformat()
    [told] = (await salon.bench.http.get(f"{salon.site}/availability/explain-day", params=asked)).json()
    assert told["staff"][0]["reasons"][0]["code"] == "time_off"
    assert "відпустка" not in str(told)


@pytest.mark.row("N51")
@pytest.mark.row("N52")
async def test_hours_kept_for_staff_are_booked_by_staff_alone(open_another):
    days = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
    plan = {
        "pattern": "weekly",
        "days": {day: hours(("09:00", "14:00")) + hours(("14:00", "16:00"), manual_only=True) for day in days},
    }
    salon = await open_another(schedule=plan, rules={"grid_min": 60})
    assert "14:00" not in await salon.starts(salon.day())
    assert "14:00" in await salon.starts(salon.day(), site=False)
    refused = await salon.book(salon.at("14:00"))
    assert (refused.status_code, refused.json()["code"]) == (422, "booking.slot_not_offered")
    assert [reason["code"] for reason in refused.json()["reasons"]] == ["manual_only"]
    assert (await salon.write_down(salon.at("14:00")))["source"] == "staff"


@pytest.mark.row("S41")
@pytest.mark.row("S42")
async def test_a_service_that_is_not_online_is_neither_shown_nor_bookable_until_it_is(salon):
    hidden = await salon.add_service("Весільна зачіска", bookable_online=False)
    page = (await salon.bench.http.get(salon.site)).json()
    assert hidden not in [service["id"] for service in page["services"]]
    refused = await salon.book(salon.at("10:00"), service_ids=[hidden])
    assert refused.status_code == 422
    assert [reason["code"] for reason in refused.json()["reasons"]] == ["service_offline"]
    await salon.ok("PATCH", f"/services/{hidden}", {"bookable_online": True})
    page = (await salon.bench.http.get(salon.site)).json()
    assert hidden in [service["id"] for service in page["services"]]
    assert (await salon.book(salon.at("10:00"), service_ids=[hidden])).status_code == 201


@pytest.mark.row("S33")
async def test_who_does_not_accept_bookings_is_on_neither_page_and_not_bookable(salon):
    await salon.ok("PATCH", f"/staff-members/{salon.staff}", {"accepts_bookings": False})
    page = (await salon.bench.http.get(salon.site)).json()
    assert page["staff"] == []
    day = salon.day().isoformat()
    assert (await salon.ok("GET", f"/calendar?from={day}&to={day}"))["columns"] == []
    assert await salon.starts(salon.day()) == []
    told = await explain(salon, salon.at("10:00"))
    assert [reason["code"] for reason in told["reasons"]] == ["staff_not_bookable"]


@pytest.mark.row("X2")
async def test_offered_and_explained_agree_over_a_whole_day(salon):
    await salon.booked(salon.at("12:00"))
    offered = set(await salon.starts(salon.day()))
    start = datetime.fromisoformat(salon.at("08:00"))
    for step in range(0, 11 * 60, 35):
        at = start + timedelta(minutes=step)
        told = await explain(salon, at.isoformat(), site=True)
        assert told["offered"] == (at.strftime("%H:%M") in offered) == (told["reasons"] == []), at


async def test_the_public_hears_less_than_the_staff(salon):
    await salon.booked(salon.at("12:00"))
    public, full = await explain(salon, salon.at("12:00"), site=True), await explain(salon, salon.at("12:00"))
    assert (
        [reason["code"] for reason in public["reasons"]] == [reason["code"] for reason in full["reasons"]] == ["taken"]
    )
    assert "Олена" in full["reasons"][0]["text"]
    assert "Олена" not in public["reasons"][0]["text"]


def change_of_clocks(zone: str, *, makes_longer: bool) -> date:
    """The next day of which the clocks there make 25 hours, or 23; some days away, so that it can be booked whole."""
    days = [date.today() + timedelta(days=ahead) for ahead in range(4, 400)]  # noqa: DTZ011 - any day of these does
    starts = [datetime.combine(day, time(), ZoneInfo(zone)).timestamp() for day in days]
    length_s = 3600 * (25 if makes_longer else 23)
    return next(day for day, since, until in zip(days, starts, starts[1:], strict=False) if until - since == length_s)


@pytest.mark.parametrize(
    ("zone", "makes_longer", "days_before", "first_utc"),
    [
        ("Europe/Kyiv", False, 1, "07:00"),
        ("Europe/Kyiv", False, 0, "06:00"),
        ("Europe/Kyiv", True, 1, "06:00"),
        ("Europe/Kyiv", True, 0, "07:00"),
        ("America/New_York", False, 0, "13:00"),
    ],
)
async def test_nine_in_the_morning_is_nine_on_the_wall_on_days_of_the_clock_change(
    open_another, zone, makes_longer, days_before, first_utc
):
    day = change_of_clocks(zone, makes_longer=makes_longer) - timedelta(days=days_before)
    salon = await open_another(zone=zone, rules={"booking_window_days": 730, "grid_min": 60})
    starts = await salon.starts(day)
    assert (starts[0], starts[-1], len(starts)) == ("09:00", "17:00", 9)
    booked = await salon.booked(salon.on(day, "09:00"))
    moment = datetime.fromisoformat(booked["starts_at"])
    assert moment.astimezone(tz=None).timestamp() == datetime.fromisoformat(f"{day}T{first_utc}:00+00:00").timestamp()


async def test_both_three_oclocks_of_the_long_night_can_be_booked(open_another):
    salon = await open_another(
        schedule=every_day(("00:00", "06:00")), rules={"booking_window_days": 730, "grid_min": 60}
    )
    night = change_of_clocks("Europe/Kyiv", makes_longer=True)
    starts = await salon.starts(night)
    assert starts == ["00:00", "01:00", "02:00", "03:00", "03:00", "04:00", "05:00"]
    for at in (f"{night}T03:00:00+03:00", f"{night}T03:00:00+02:00"):
        assert (await salon.booked(at))["starts_at"] == at
    assert await salon.starts(night) == ["00:00", "01:00", "02:00", "04:00", "05:00"]


async def test_a_visit_of_two_services_is_offered_where_both_fit(salon):
    second = await salon.add_service("Укладка", duration_min=30)
    await salon.booked(salon.at("12:00"))
    both = f"{salon.service},{second}"
    starts = await salon.starts(salon.day(), service_ids=both)
    assert "10:30" in starts
    assert "10:45" not in starts
    booked = await salon.booked(salon.at("10:30"), service_ids=[salon.service, second])
    assert [(item["service_id"], item["starts_at"]) for item in booked["items"]] == [
        (salon.service, salon.at("10:30")),
        (second, salon.at("11:30")),
    ]
    assert booked["price"]["amount"] == 100000


async def test_each_part_of_a_visit_may_have_its_own_person(salon):
    sofia = await salon.add_staff("Софія")
    second = await salon.add_service("Укладка", duration_min=30, staff_member_ids=[sofia])
    items = [
        {"service_id": salon.service, "staff_member_id": salon.staff},
        {"service_id": second, "staff_member_id": None},
    ]
    answer = await salon.book(salon.at("10:00"), items=items, service_ids=None, staff_member_id=None)
    assert answer.status_code == 201, answer.text
    assert [item["staff_member_id"] for item in answer.json()["items"]] == [salon.staff, sofia]
    assert "10:00" in await salon.starts(salon.day(), staff_member_id=sofia)
    assert "11:00" not in await salon.starts(salon.day(), staff_member_id=sofia)


async def test_buffers_keep_neighbours_apart(salon):
    wide = await salon.add_service("Фарбування", buffer_before_min=15, buffer_after_min=30)
    await salon.booked(salon.at("12:00"), service_ids=[wide])
    starts = await salon.starts(salon.day())
    assert "10:45" in starts
    assert "11:00" not in starts
    assert "13:15" not in starts
    assert "13:30" in starts


async def test_work_goes_to_whom_it_went_least(salon):
    sofia = await salon.add_staff("Софія")
    given = [
        (await salon.booked(salon.at(f"{hour}:00"), staff_member_id=None))["items"][0]["staff_member_id"]
        for hour in (9, 10, 11, 12)
    ]
    assert sorted(given) == sorted([salon.staff, sofia] * 2)
    assert given[0] != given[1]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"service_ids": "nothing"}, "query/service_ids"),
        ({"from": "2026-13-01"}, "query/from"),
        ({"to": "2000-01-01"}, "query/to"),
        ({"to": "2099-01-01"}, "query/to"),
        ({"staff_member_id": "01a00000-0000-7000-8000-000000000000"}, "query/staff_member_id"),
        ({"service_ids": "01a00000-0000-7000-8000-000000000000"}, "query/service_ids"),
        ({"location_id": "01a00000-0000-7000-8000-000000000000"}, "query/location_id"),
        ({"seats": "0"}, "query/seats"),
        ({"seats": "2"}, "query/seats"),
        ({"staff_member_ids": "any,any"}, "query/staff_member_ids"),
    ],
)
async def test_a_wrong_question_names_its_field(salon, query, pointer):
    day = salon.day().isoformat()
    params = {"service_ids": salon.service, "from": day, "to": day, **query}
    answer = await salon.bench.http.get(f"{salon.site}/availability", params=params)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
