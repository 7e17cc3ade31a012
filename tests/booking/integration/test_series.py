"""Visits that repeat."""

from datetime import date, datetime, timedelta

import pytest

from contracts.booking import BookingCancelled, BookingCreated, BookingRescheduled
from contracts.permissions import Permission
from tests.booking.salon import a_phone


def series(salon, at, repeat, **more):
    return {
        "service_ids": [salon.service],
        "staff_member_id": salon.staff,
        "starts_at": at,
        "client": {"name": "Тарас", "phone": a_phone()},
        "repeat": repeat,
        **more,
    }


def weekly(count=4):
    return {"unit": "week", "count": count}


def local(answer):
    return [datetime.fromisoformat(one["starts_at"]).strftime("%Y-%m-%d %H:%M") for one in answer["dates"]]


async def test_every_week_at_the_same_hour(salon):
    made = await salon.ok("POST", "/booking-series", series(salon, salon.at("10:00"), weekly()))
    expected = [f"{salon.day() + timedelta(weeks=n)} 10:00" for n in range(4)]
    assert local(made) == expected
    told = await salon.ok("GET", f"/booking-series/{made['id']}")
    assert [one["series_id"] for one in told["items"]] == [made["id"]] * 4
    said = await salon.bench.said(BookingCreated, account_id=salon.account_id)
    assert [str(one.booking.series_id) for one in said] == [made["id"]] * 4
    assert len({one.booking.client.id for one in said}) == 1


async def test_conflicts_are_shown_before_anything_is_saved(salon):
    third = salon.day() + timedelta(weeks=2)
    taken = await salon.booked(salon.on(third, "10:30"))
    body = series(salon, salon.at("10:00"), weekly())
    shown = await salon.ok("POST", "/booking-series", {**body, "dry_run": True})
    assert (shown["id"], shown["saved"]) == (None, False)
    assert [one["possible"] for one in shown["dates"]] == [True, True, False, True]
    assert shown["dates"][2]["reasons"]
    assert shown["dates"][2]["alternatives"]
    assert all(one["booking_id"] is None for one in shown["dates"])
    refused = await salon.call("POST", "/booking-series", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "booking.series_conflict")
    assert [one["possible"] for one in refused.json()["dates"]] == [True, True, False, True]
    listed = (await salon.ok("GET", "/bookings"))["items"]
    assert [one["id"] for one in listed] == [taken["id"]]
    skipped = await salon.ok("POST", "/booking-series", {**body, "skip_conflicts": True})
    assert [one["booking_id"] is not None for one in skipped["dates"]] == [True, True, False, True]


async def test_the_hour_on_the_wall_stays_over_the_change_of_the_clock(open_another):
    salon = await open_another(rules={"booking_window_days": 730})
    before = date(salon.day().year + 1, 3, 20)
    every_ten_days = {"unit": "day", "every": 10, "until": f"{before.year}-04-10"}
    made = await salon.ok("POST", "/booking-series", series(salon, salon.on(before, "10:00"), every_ten_days))
    assert local(made) == [f"{before.year}-03-20 10:00", f"{before.year}-03-30 10:00", f"{before.year}-04-09 10:00"]
    offsets = {datetime.fromisoformat(one["starts_at"]).utcoffset() for one in made["dates"]}
    assert offsets == {timedelta(hours=2), timedelta(hours=3)}


async def test_a_series_of_staff_may_reach_past_the_window_of_clients(open_another):
    salon = await open_another(rules={"booking_window_days": 10})
    made = await salon.ok("POST", "/booking-series", series(salon, salon.at("10:00"), weekly(8)))
    assert all(one["possible"] for one in made["dates"])


async def test_one_is_moved_alone_and_all_that_follow_move_together(salon):
    made = await salon.ok("POST", "/booking-series", series(salon, salon.at("10:00"), weekly()))
    ids = [one["booking_id"] for one in made["dates"]]
    await salon.ok("POST", f"/bookings/{ids[0]}/reschedule", {"starts_at": salon.at("15:00")})
    second = salon.day() + timedelta(weeks=1)
    to = {"starts_at": salon.on(second, "10:30")}
    shown = await salon.ok("POST", f"/bookings/{ids[1]}/following/reschedule", {**to, "dry_run": True})
    assert shown["saved"] is False
    assert (await salon.ok("GET", f"/bookings/{ids[1]}"))["starts_at"] == salon.on(second, "10:00")
    moved = await salon.ok("POST", f"/bookings/{ids[1]}/following/reschedule", to)
    assert local(moved) == [f"{salon.day() + timedelta(weeks=n)} 10:30" for n in (1, 2, 3)]
    assert (await salon.ok("GET", f"/bookings/{ids[0]}"))["starts_at"] == salon.at("15:00")
    assert len(await salon.bench.said(BookingRescheduled, account_id=salon.account_id)) == 4


async def test_a_daily_series_does_not_stand_in_its_own_way_when_it_moves_by_a_day(salon):
    daily = {"unit": "day", "count": 5}
    made = await salon.ok("POST", "/booking-series", series(salon, salon.at("10:00"), daily))
    first = made["dates"][0]["booking_id"]
    for to, days in ((salon.at("10:00", 3), (3, 4, 5, 6, 7)), (salon.at("10:00", 2), (2, 3, 4, 5, 6))):
        moved = await salon.ok("POST", f"/bookings/{first}/following/reschedule", {"starts_at": to})
        assert local(moved) == [f"{salon.day(n)} 10:00" for n in days]


async def test_when_one_of_them_cannot_move_none_does(salon):
    made = await salon.ok("POST", "/booking-series", series(salon, salon.at("10:00"), weekly(3)))
    first = made["dates"][0]["booking_id"]
    await salon.booked(salon.on(salon.day() + timedelta(weeks=2), "12:00"))
    refused = await salon.call("POST", f"/bookings/{first}/following/reschedule", {"starts_at": salon.at("12:00")})
    assert (refused.status_code, refused.json()["code"]) == (409, "booking.series_conflict")
    assert [one["possible"] for one in refused.json()["dates"]] == [True, True, False]
    assert (await salon.ok("GET", f"/bookings/{first}"))["starts_at"] == salon.at("10:00")


async def test_this_one_and_all_that_follow_are_cancelled_and_the_time_is_free(salon):
    made = await salon.ok("POST", "/booking-series", series(salon, salon.at("10:00"), weekly()))
    ids = [one["booking_id"] for one in made["dates"]]
    ended = await salon.ok("POST", f"/bookings/{ids[1]}/following/cancel", {"reason": "переїзд"})
    assert [one["booking_id"] for one in ended["dates"]] == ids[1:]
    assert (await salon.ok("GET", f"/bookings/{ids[0]}"))["state"] == "pending"
    assert len(await salon.bench.said(BookingCancelled, account_id=salon.account_id)) == 3
    assert "10:00" in await salon.starts(salon.day() + timedelta(weeks=1))
    alone = await salon.booked(salon.at("15:00"))
    refused = await salon.call("POST", f"/bookings/{alone['id']}/following/cancel", {})
    assert refused.json()["code"] == "booking.no_series"


async def test_a_settled_visit_is_not_cancelled_with_its_series_without_the_right_for_that(salon):
    made = await salon.ok("POST", "/booking-series", series(salon, salon.at("10:00"), weekly(2), price={"amount": 0}))
    first = f"/bookings/{made['dates'][0]['booking_id']}"
    master = await salon.member(*(set(Permission) - {Permission.BOOKING_CANCEL_PAID}))
    for door in ("/cancel", "/following/cancel"):
        refused = await salon.call("POST", first + door, {}, by=master)
        assert (refused.status_code, refused.json()["permission"]) == (403, "booking.cancel_paid")
    await salon.ok("POST", f"{first}/following/cancel", {})


async def test_a_visit_that_is_cancelled_still_says_by_how_much_the_others_move(salon):
    made = await salon.ok("POST", "/booking-series", series(salon, salon.at("10:00"), weekly(3)))
    ids = [one["booking_id"] for one in made["dates"]]
    await salon.ok("POST", f"/bookings/{ids[0]}/cancel", {})
    to = {"starts_at": salon.at("11:00")}
    moved = await salon.ok("POST", f"/bookings/{ids[0]}/following/reschedule", to)
    assert local(moved) == [f"{salon.day() + timedelta(weeks=n)} 11:00" for n in (1, 2)]
    await salon.ok("POST", f"/bookings/{ids[1]}/following/cancel", {})
    nothing = await salon.call("POST", f"/bookings/{ids[0]}/following/reschedule", to)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "booking.wrong_state")


@pytest.mark.parametrize(
    ("repeat", "pointer"),
    [
        ({"unit": "week"}, "/repeat/until"),
        ({"unit": "week", "count": 3, "until": "2030-01-01"}, "/repeat/until"),
        ({"unit": "day", "count": 3, "weekdays": ["mon"]}, "/repeat/weekdays"),
        ({"unit": "month", "count": 3}, "/repeat/unit"),
        ({"unit": "day", "every": 0, "count": 3}, "/repeat/every"),
        ({"unit": "day", "count": 10000}, "/repeat/count"),
        ({"unit": "day", "until": "2098-01-01"}, "/repeat/until"),
        ({"unit": "day", "until": "2001-01-01"}, "/repeat/until"),
        ({"unit": "day", "until": "2027-02-30"}, "/repeat/until"),
    ],
)
async def test_a_wrong_repetition_names_its_field(salon, repeat, pointer):
    answer = await salon.call("POST", "/booking-series", series(salon, salon.at("10:00"), repeat))
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
