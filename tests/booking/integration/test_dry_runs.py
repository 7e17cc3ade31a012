"""Whatever may hit bookings is seen first: which ones, where they could go, and what becomes of each."""

import asyncio
from datetime import date, datetime
from typing import Any

import pytest

from contracts.booking import BookingCancelled, BookingRescheduled, StaffMemberChanged
from contracts.permissions import Permission
from tests.booking.salon import ALL_DAYS, every_day, hours


def free_that_day(salon, ahead=2):
    weekday = ALL_DAYS[salon.day(ahead).weekday()]
    return {"pattern": "weekly", "days": {day: hours(("09:00", "18:00")) for day in ALL_DAYS if day != weekday}}


async def changed(salon, change, **more):
    return await salon.call("POST", "/changes", {"change": change, **more})


def schedule_change(salon, ahead=2):
    return {"kind": "schedule", "staff_member_id": salon.staff, "schedule": free_that_day(salon, ahead)}


@pytest.mark.row("X8")
@pytest.mark.row("S63")
async def test_a_dry_run_shows_the_hit_bookings_with_free_times_that_really_are_free(salon):
    made = [await salon.booked(salon.at(at)) for at in ("10:00", "14:00")]
    before = await salon.ok("GET", f"/staff-members/{salon.staff}/schedule")
    told = (await changed(salon, schedule_change(salon), dry_run=True)).json()
    assert (told["saved"], [one["booking_id"] for one in told["conflicts"]]) == (False, [one["id"] for one in made])
    assert await salon.ok("GET", f"/staff-members/{salon.staff}/schedule") == before
    for hit in told["conflicts"]:
        assert len(hit["alternatives"]) == 3
        for free in hit["alternatives"]:
            assert datetime.fromisoformat(free["starts_at"]).date() != salon.day()
            assert free["staff_member_ids"] == [salon.staff]
    chosen = told["conflicts"][0]["alternatives"][1]["starts_at"]
    choices = [
        {"booking_id": made[0]["id"], "choice": "move", "starts_at": chosen},
        {"booking_id": made[1]["id"], "choice": "cancel"},
    ]
    done = (await changed(salon, schedule_change(salon), choices=choices, seen=told["seen"])).json()
    assert done["saved"] is True
    assert [one["choice"] for one in done["outcome"]] == ["move", "cancel"]
    assert (await salon.ok("GET", f"/bookings/{made[0]['id']}"))["starts_at"] == chosen
    assert (await salon.ok("GET", f"/bookings/{made[1]['id']}"))["state"] == "cancelled_by_staff"
    assert await salon.starts(salon.day()) == []
    [moved] = await salon.bench.said(BookingRescheduled, account_id=salon.account_id)
    [cancelled] = await salon.bench.said(BookingCancelled, account_id=salon.account_id)
    assert moved.tell_client
    assert cancelled.tell_client


@pytest.mark.row("X8")
async def test_a_booking_that_came_meanwhile_stops_the_change_and_nothing_is_half_done(salon):
    first = await salon.booked(salon.at("10:00"))
    seen = (await changed(salon, schedule_change(salon), dry_run=True)).json()["seen"]
    late = await salon.booked(salon.at("12:00"))
    before = await salon.ok("GET", f"/staff-members/{salon.staff}/schedule")
    refused = await changed(salon, schedule_change(salon), on_conflict="cancel", seen=seen)
    assert (refused.status_code, refused.json()["code"]) == (409, "booking.schedule_conflict")
    assert [one["booking_id"] for one in refused.json()["conflicts"]] == [first["id"], late["id"]]
    assert await salon.ok("GET", f"/staff-members/{salon.staff}/schedule") == before
    assert (await salon.ok("GET", f"/bookings/{first['id']}"))["state"] == "pending"
    await salon.ok("POST", f"/bookings/{late['id']}/reschedule", {"starts_at": salon.at("14:00")})
    moved = await changed(salon, schedule_change(salon), on_conflict="cancel", seen=refused.json()["seen"])
    assert moved.status_code == 409, "the same bookings, and one of them is another now"
    again = await changed(salon, schedule_change(salon), on_conflict="cancel", seen=moved.json()["seen"])
    assert again.status_code == 200


async def test_a_booking_without_a_choice_of_its_own_stops_the_change(salon):
    made = [await salon.booked(salon.at(at)) for at in ("10:00", "14:00")]
    one = [{"booking_id": made[0]["id"], "choice": "keep"}]
    refused = await changed(salon, schedule_change(salon), choices=one)
    assert refused.status_code == 409
    assert (await changed(salon, schedule_change(salon), choices=one, on_conflict="move")).status_code == 200
    assert (await salon.ok("GET", f"/bookings/{made[0]['id']}"))["starts_at"] == salon.at("10:00")
    assert (await salon.ok("GET", f"/bookings/{made[1]['id']}"))["starts_at"] != salon.at("14:00")


async def test_when_one_cannot_be_moved_none_is_and_the_schedule_stays(salon):
    made = [await salon.booked(salon.at(at)) for at in ("10:00", "14:00")]
    never = {"kind": "schedule", "staff_member_id": salon.staff, "schedule": {"pattern": "weekly", "days": {}}}
    before = await salon.ok("GET", f"/staff-members/{salon.staff}/schedule")
    choices = [{"booking_id": made[0]["id"], "choice": "cancel"}]
    refused = await changed(salon, never, choices=choices, on_conflict="move")
    assert (refused.status_code, refused.json()["code"]) == (409, "booking.nothing_free")
    assert refused.json()["booking_id"] == made[1]["id"]
    assert await salon.ok("GET", f"/staff-members/{salon.staff}/schedule") == before
    assert (await salon.ok("GET", f"/bookings/{made[0]['id']}"))["state"] == "pending"
    assert await salon.bench.said(BookingCancelled, account_id=salon.account_id) == []


async def test_all_are_moved_to_different_times_however_many_there_are(salon):
    for at in ("09:00", "10:00", "11:00", "12:00", "13:00"):
        await salon.booked(salon.at(at))
    off = {"starts_at": salon.at("00:00"), "ends_at": salon.at("00:00", 3), "reason": "хвороба"}
    where = f"/staff-members/{salon.staff}/time-off"
    done = await salon.ok("POST", where, off, params={"on_conflict": "move"})
    assert len({one["starts_at"] for one in done["outcome"]}) == 5
    assert all(datetime.fromisoformat(one["starts_at"]).date() != salon.day() for one in done["outcome"])


async def test_the_same_hour_with_somebody_else_is_the_nearest_alternative(salon):
    sofia = await salon.add_staff("Софія")
    await salon.booked(salon.at("10:00"))
    off = {"starts_at": salon.at("09:00"), "ends_at": salon.at("12:00")}
    where = f"/staff-members/{salon.staff}/time-off"
    seen = await salon.ok("POST", where, off, params={"dry_run": "true"})
    nearest = seen["conflicts"][0]["alternatives"][0]
    assert (nearest["starts_at"], nearest["staff_member_ids"]) == (salon.at("10:00"), [sofia])
    done = await salon.ok("POST", where, off, params={"on_conflict": "move", "seen": seen["seen"]})
    assert done["outcome"][0]["staff_member_ids"] == [sofia]


@pytest.mark.row("S33")
async def test_who_stops_accepting_bookings_is_asked_about_those_ahead(salon):
    made = await salon.booked(salon.at("10:00"))
    where = f"/staff-members/{salon.staff}"
    refused = await salon.call("PATCH", where, {"accepts_bookings": False})
    assert (refused.status_code, refused.json()["code"]) == (409, "booking.schedule_conflict")
    assert [one["booking_id"] for one in refused.json()["conflicts"]] == [made["id"]]
    assert (await salon.ok("GET", where))["accepts_bookings"] is True
    kept = await salon.ok("PATCH", where, {"accepts_bookings": False}, params={"on_conflict": "keep"})
    assert kept["accepts_bookings"] is False
    assert (await salon.ok("PATCH", where, {"name": "Олена К."}))["name"] == "Олена К."


async def test_a_service_that_goes_off_line_or_loses_its_person_asks_first(salon):
    await salon.booked(salon.at("10:00"))
    where = f"/services/{salon.service}"
    patches: tuple[dict[str, Any], ...] = ({"bookable_online": False}, {"staff_member_ids": []})
    for patch in patches:
        assert (await salon.call("PATCH", where, patch)).status_code == 409
        dry = await salon.call("PATCH", where, patch, params={"dry_run": "true"})
        assert dry.status_code == 200
    service = next(one for one in (await salon.ok("GET", "/services"))["items"] if one["id"] == salon.service)
    assert (service["bookable_online"], service["staff_member_ids"]) == (True, [salon.staff])
    assert (await salon.call("PATCH", where, {"name": "Стрижка й укладка"})).status_code == 200
    kept = await salon.ok("PATCH", where, {"bookable_online": False}, params={"on_conflict": "keep"})
    assert kept["bookable_online"] is False


@pytest.mark.row("S48")
@pytest.mark.row("S47")
@pytest.mark.row("X11")
async def test_somebody_with_bookings_leaves_only_with_a_choice_and_comes_back_as_they_were(salon):
    made = [await salon.booked(salon.at(at)) for at in ("10:00", "12:00", "14:00")]
    where, before = f"/staff-members/{salon.staff}", await salon.ok("GET", f"/staff-members/{salon.staff}")
    schedule = await salon.ok("GET", f"{where}/schedule")
    refused = await salon.call("DELETE", where)
    assert (refused.status_code, len(refused.json()["conflicts"])) == (409, 3)
    assert (await salon.ok("GET", where))["version"] == before["version"]
    gone = await salon.ok("DELETE", where, params={"on_conflict": "keep", "seen": refused.json()["seen"]})
    assert gone["saved"] is True
    assert (await salon.call("GET", where)).status_code == 404
    assert (await salon.ok("GET", f"/bookings/{made[0]['id']}"))["items"][0]["staff_member_name"] == "Олена"
    told = await salon.bench.said(StaffMemberChanged, account_id=salon.account_id)
    assert told[-1].staff_member.is_deleted
    explained = await salon.ok(
        "GET",
        "/availability/explain",
        params={"service_ids": salon.service, "at": salon.at("16:00"), "staff_member_id": salon.staff},
    )
    assert "staff_deleted" in [reason["code"] for reason in explained["reasons"]]
    weak = await salon.member(Permission.STAFF_DELETE)
    assert (await salon.call("POST", f"{where}/restore", by=weak)).status_code == 403
    back = await salon.ok("POST", f"{where}/restore")
    assert {**back, "version": 0} == {**before, "version": 0}
    assert await salon.ok("GET", f"{where}/schedule") == schedule
    day = salon.day().isoformat()
    [column] = (await salon.ok("GET", f"/calendar?from={day}&to={day}"))["columns"]
    assert [one["id"] for one in column["bookings"]] == [one["id"] for one in made]


async def test_holidays_of_the_country_are_a_proposal_until_the_owner_confirms(salon):
    year = salon.day().year + 1
    told = await salon.ok("GET", f"/holidays/{year}", headers={"Accept-Language": "uk"})
    assert (told["country"], told["confirmed"]) == ("UA", False)
    days = {one["date"]: one for one in told["items"]}
    assert {f"{year}-01-01", f"{year}-08-24", f"{year}-12-25"} <= set(days)
    assert days[f"{year}-08-24"]["closed"] is None
    assert "незалежності" in days[f"{year}-08-24"]["name"].lower()
    assert (await salon.ok("GET", "/closed-days"))["items"] == []
    chosen = await salon.ok("PUT", f"/holidays/{year}", {"dates": [f"{year}-01-01", f"{year}-12-25"]})
    assert chosen["confirmed"] is True
    assert {one["date"]: one["closed"] for one in chosen["items"]}[f"{year}-08-24"] is False
    closed = (await salon.ok("GET", "/closed-days"))["items"]
    assert {(one["date"], one["kind"]) for one in closed} == {
        (f"{year}-01-01", "holiday"),
        (f"{year}-12-25", "holiday"),
    }
    await salon.ok("PUT", f"/holidays/{year}", {"dates": [f"{year}-01-01"]})
    assert len((await salon.ok("GET", "/closed-days"))["items"]) == 1
    strange = await salon.call("PUT", f"/holidays/{year}", {"dates": [f"{year}-02-03"]})
    assert (strange.status_code, strange.json()["errors"][0]["code"]) == (422, "not_a_holiday")
    [day] = (await salon.ok("GET", "/closed-days"))["items"]
    assert (await salon.call("DELETE", f"/closed-days/{day['id']}")).status_code == 204
    assert (await salon.call("DELETE", f"/closed-days/{day['id']}")).status_code == 404


@pytest.mark.row("N43")
async def test_a_chosen_holiday_with_bookings_asks_first_and_then_offers_nothing(open_another):
    salon = await open_another(rules={"booking_window_days": 730, "grid_min": 60})
    day = date(salon.day().year + 1, 8, 24)
    made = await salon.booked(salon.on(day, "10:00"))
    body = {"dates": [day.isoformat()]}
    refused = await salon.call("PUT", f"/holidays/{day.year}", body)
    assert [one["booking_id"] for one in refused.json()["conflicts"]] == [made["id"]]
    await salon.ok("PUT", f"/holidays/{day.year}", body, params={"on_conflict": "cancel"})
    assert await salon.starts(day) == []
    at = {"service_ids": salon.service, "at": salon.on(day, "11:00")}
    told = await salon.ok("GET", "/availability/explain", params=at)
    assert [reason["code"] for reason in told["reasons"]] == ["holiday"]


async def test_bookings_that_come_while_hours_are_taken_away_are_hit_or_refused(salon):
    where = f"/staff-members/{salon.staff}/time-off"
    off = {"starts_at": salon.at("00:00"), "ends_at": salon.at("00:00", 3)}
    answers = await asyncio.gather(
        *(salon.book(salon.at(f"{hour}:00")) for hour in range(9, 18)),
        salon.call("POST", where, off, params={"on_conflict": "cancel"}),
        *(salon.book(salon.at(f"{hour}:00")) for hour in range(9, 18)),
    )
    assert {answer.status_code for answer in answers} <= {201, 409, 422}
    assert answers[9].status_code == 201
    won = [answer.json()["id"] for number, answer in enumerate(answers) if answer.status_code == 201 and number != 9]
    states = {(await salon.ok("GET", f"/bookings/{booking}"))["state"] for booking in won}
    assert states <= {"cancelled_by_staff"}


async def test_choices_need_the_rights_of_the_act(salon):
    await salon.booked(salon.at("10:00"))
    weak = await salon.member(Permission.SCHEDULE_EDIT_ALL, Permission.BOOKING_VIEW)
    body = {"change": schedule_change(salon), "on_conflict": "cancel"}
    refused = await salon.call("POST", "/changes", body, by=weak)
    assert (refused.status_code, refused.json()["code"]) == (403, "access.missing_permission")
    body["on_conflict"] = "keep"
    assert (await salon.call("POST", "/changes", body, by=weak)).status_code == 200


async def test_hours_in_two_places_are_worked_where_they_are(salon, open_another):
    second = (await salon.ok("POST", "/locations", {"name": "На Печерську"}))["id"]
    own = [
        {"from": "09:00", "to": "12:00", "location_id": salon.location},
        {"from": "14:00", "to": "18:00", "location_id": second},
    ]
    plan = {"pattern": "weekly", "days": dict.fromkeys(ALL_DAYS, own)}
    await salon.ok("PUT", f"/staff-members/{salon.staff}/schedule", plan)
    first_starts = await salon.starts(salon.day(), location_id=salon.location)
    assert (first_starts[0], first_starts[-1]) == ("09:00", "11:00")
    second_starts = await salon.starts(salon.day(), location_id=second)
    assert (second_starts[0], second_starts[-1]) == ("14:00", "17:00")
    strange = {**plan, "days": {"mon": [{**own[0], "location_id": (await open_another()).location}]}}
    refused = await salon.call("PUT", f"/staff-members/{salon.staff}/schedule", strange)
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/days/mon/0/location_id"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"change": {"kind": "magic"}}, "/change/kind"),
        ({"change": {"kind": "staff_removal"}}, "/change/staff_member_id"),
        ({"change": {"kind": "holidays", "year": 99999, "dates": []}}, "/change/year"),
        ({"change": {"kind": "hand_over", "staff_member_id": "STAFF"}, "on_conflict": "burn"}, "/on_conflict"),
        (
            {
                "change": {"kind": "hand_over", "staff_member_id": "STAFF"},
                "choices": [{"booking_id": "01a00000-0000-7000-8000-000000000000", "choice": "keep"}] * 2,
            },
            "/choices",
        ),
        (
            {
                "change": {
                    "kind": "time_off",
                    "staff_member_id": "STAFF",
                    "time_off": {"starts_at": "2027-01-02T10:00:00+02:00", "ends_at": "2027-01-01T10:00:00+02:00"},
                }
            },
            "/change/time_off/ends_at",
        ),
        ({"change": {"kind": "schedule", "staff_member_id": "STAFF", "schedule": every_day(("9", "10:00"))}}, None),
    ],
)
async def test_a_wrong_change_names_its_field(salon, body, pointer):
    if body["change"].get("staff_member_id") == "STAFF":
        body["change"] = {**body["change"], "staff_member_id": salon.staff}
    answer = await salon.call("POST", "/changes", body)
    assert answer.status_code == 422, answer.text
    assert pointer in (None, answer.json()["errors"][0]["pointer"])


@pytest.mark.row("X11")
async def test_what_is_sold_no_more_leaves_a_choice_for_every_booking_of_it(salon):
    made = [await salon.booked(salon.at(at)) for at in ("10:00", "12:00", "14:00")]
    change = {"kind": "service_removal", "service_id": salon.service}
    seen = (await changed(salon, change, dry_run=True)).json()
    assert [one["booking_id"] for one in seen["conflicts"]] == [one["id"] for one in made]
    assert all(one["alternatives"] for one in seen["conflicts"])
    assert (await salon.ok("GET", "/services"))["items"], "looking changes nothing"
    weak = await salon.member(Permission.CATALOGUE_EDIT)
    refused = await salon.call("POST", "/changes", {"change": change, "on_conflict": "cancel"}, by=weak)
    assert (refused.status_code, refused.json()["permission"]) == (403, "booking.cancel")
    acts = [{"booking_id": one["id"], "choice": act} for one, act in zip(made, ("keep", "move", "cancel"), strict=True)]
    done = await changed(salon, change, choices=acts, seen=seen["seen"])
    assert done.status_code == 200, done.text
    assert (await salon.ok("GET", "/services"))["items"] == []
    after = [await salon.ok("GET", f"/bookings/{one['id']}") for one in made]
    assert after[0]["starts_at"] == made[0]["starts_at"]
    assert (after[1]["starts_at"] != made[1]["starts_at"], after[1]["state"]) == (True, "pending")
    assert after[2]["state"] == "cancelled_by_staff"


async def test_a_place_is_closed_with_a_choice_for_its_bookings_and_none_of_them_moves(salon):
    change = {"kind": "location_removal", "location_id": salon.location}
    refused = await changed(salon, change, dry_run=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "booking.last_location")
    second = await salon.ok("POST", "/locations", {"name": "На Печерську", "address": "Московська, 7"})
    made = await salon.write_down(salon.at("10:00"), location_id=second["id"])
    change["location_id"] = second["id"]
    refused = (await changed(salon, change)).json()
    assert (refused["code"], refused["choices"]) == ("booking.schedule_conflict", ["keep", "cancel"])
    assert [one["alternatives"] for one in refused["conflicts"]] == [[]]
    assert (await changed(salon, change, on_conflict="move")).json()["code"] == "booking.nothing_free"
    assert (await changed(salon, change, on_conflict="cancel", seen=refused["seen"])).status_code == 200
    assert [one["id"] for one in (await salon.ok("GET", "/locations"))["items"]] == [salon.location]
    assert (await salon.ok("GET", f"/bookings/{made['id']}"))["state"] == "cancelled_by_staff"
