"""Rows of the trade that go through several doors: branches, addresses, staff's own acts, one rule behind all doors."""

import pytest

from contracts.booking import BookingCancelled, BookingCreated, BookingRescheduled
from tests.booking.integration.test_links_and_site import key_of, site, solved, wish
from tests.booking.salon import a_phone, every_day, hours


@pytest.mark.row("N59")
@pytest.mark.row("N81")
async def test_a_firms_page_opens_by_its_address_without_signing_in(salon):
    page = await site(salon, "GET", salon.vanity.upper())
    assert page.status_code == 200
    told = page.json()
    assert told["account"]["vanity_address"] == salon.vanity
    assert [one["name"] for one in told["services"]] == ["Стрижка"]
    assert await salon.starts(salon.day()) != []


@pytest.mark.row("N82")
async def test_listed_firms_are_in_the_list_and_unlisted_ones_are_not(open_another):
    city = f"Містечко {a_phone()}"
    listed = {str((await open_another(city=city)).account_id) for _ in range(3)}
    hidden = await open_another(city=city, unlisted=True)
    told = (await hidden.bench.http.get("/api/v1/catalogue", params={"city": city.upper()})).json()
    assert {one["id"] for one in told["items"]} == listed


@pytest.mark.row("N61")
async def test_staff_book_a_client_who_has_no_phone(salon):
    made = await salon.write_down(salon.at("10:00"), client={"name": "Баба Параска"})
    assert (made["client"]["name"], made["client"]["phone"]) == ("Баба Параска", None)
    [said] = await salon.bench.said(BookingCreated, account_id=salon.account_id)
    assert said.booking.client.phone_e164 is None
    other = await salon.write_down(salon.at("12:00"), client={"name": "Баба Параска"})
    assert other["client"]["id"] != made["client"]["id"]  # no phone, no sameness


@pytest.mark.row("N70")
@pytest.mark.row("N71")
async def test_a_branch_has_hours_address_and_phone_of_its_own(salon):
    phone = a_phone()
    second = await salon.ok("POST", "/locations", {"name": "На Печерську", "address": "Московська, 7", "phone": phone})
    plan = {
        "pattern": "weekly",
        "days": {
            day: [
                {**hours(("09:00", "13:00"))[0], "location_id": salon.location},
                {**hours(("14:00", "18:00"))[0], "location_id": second["id"]},
            ]
            for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        },
    }
    await salon.ok("PUT", f"/staff-members/{salon.staff}/schedule", plan)
    there = await salon.starts(salon.day(), location_id=second["id"])
    here = await salon.starts(salon.day(), location_id=salon.location)
    assert (there[0], here[0], here[-1]) == ("14:00", "09:00", "12:00")
    made = await salon.booked(salon.at("15:00"), location_id=second["id"])
    assert made["location_id"] == second["id"]
    mine = (await site(salon, "GET", f"b/{made['code']}")).json()
    assert (mine["location"]["address"], mine["location"]["phone"]) == ("Московська, 7", phone)
    [said] = await salon.bench.said(BookingCreated, account_id=salon.account_id)
    assert said.booking.location_name == "На Печерську"


@pytest.mark.row("N79")
async def test_staff_move_a_booking_and_the_old_time_is_free(salon):
    made = await salon.booked(salon.at("10:00"))
    await salon.write_down(salon.at("14:00"))
    taken = await salon.call("POST", f"/bookings/{made['id']}/reschedule", {"starts_at": salon.at("14:00")})
    assert (taken.status_code, bool(taken.json()["alternatives"])) == (409, True)
    moved = await salon.ok("POST", f"/bookings/{made['id']}/reschedule", {"starts_at": salon.at("12:00")})
    assert moved["starts_at"] == salon.at("12:00")
    starts = await salon.starts(salon.day())
    assert ("10:00" in starts, "12:00" in starts) == (True, False)
    outside = {"starts_at": salon.at("20:00")}
    refused = await salon.call("POST", f"/bookings/{made['id']}/reschedule", outside)
    assert (refused.status_code, refused.json()["overridable"]) == (422, True)
    over = await salon.ok("POST", f"/bookings/{made['id']}/reschedule", {**outside, "override": True})
    assert over["overridden"] == ["outside_schedule"]
    last = (await salon.ok("GET", f"/bookings/{made['id']}/timeline"))["items"][-1]
    assert (last["kind"], last["actor_name"], last["details"]["overridden"]) == (
        "rescheduled",
        "Олена",
        ["outside_schedule"],
    )
    said = await salon.bench.said(BookingRescheduled, account_id=salon.account_id)
    assert [one.rescheduled_by for one in said] == ["staff", "staff"]


@pytest.mark.row("N80")
async def test_staff_cancel_a_booking_with_the_reason_kept(salon):
    made = await salon.booked(salon.at("10:00"))
    ended = await salon.ok("POST", f"/bookings/{made['id']}/cancel", {"reason": "майстер захворіла"})
    assert ended["state"] == "cancelled_by_staff"
    last = (await salon.ok("GET", f"/bookings/{made['id']}/timeline"))["items"][-1]
    assert (last["details"]["reason"], last["actor_name"]) == ("майстер захворіла", "Олена")
    [said] = await salon.bench.said(BookingCancelled, account_id=salon.account_id)
    assert said.reason == "майстер захворіла"


@pytest.mark.row("X20")
async def test_every_door_obeys_the_same_rule_and_says_the_same_event(open_another):
    """Site signed in, site by puzzle, a hold, staff, the client's move, the link: one refusal, one event."""
    salon = await open_another(
        rules={"phone_confirmation": False},
        schedule=every_day(("09:00", "18:00"), breaks=[{"from": "13:00", "to": "14:00"}]),
    )
    client, lunch = salon.client(), salon.at("13:00")
    made = await salon.booked(salon.at("10:00"), by=client)
    key = await key_of(salon, made)
    body = {"service_ids": [salon.service], "staff_member_id": salon.staff, "starts_at": lunch}
    guest = {**wish(salon), "starts_at": lunch, "captcha": await solved(salon)}
    doors = [
        await salon.book(lunch, by=client),
        await site(salon, "POST", f"{salon.vanity}/bookings", guest),
        await site(salon, "POST", f"{salon.vanity}/holds", body),
        await salon.call("POST", "/bookings", body),
        await salon.call("POST", f"/bookings/{made['id']}/reschedule", {"starts_at": lunch}),
        await salon.call("POST", f"/api/v1/me/bookings/{made['id']}/reschedule", {"starts_at": lunch}, by=client),
        await site(salon, "POST", f"b/{made['code']}/reschedule", {"key": key, "starts_at": lunch}),
    ]
    said = {(one.status_code, one.json()["code"], tuple(r["code"] for r in one.json()["reasons"])) for one in doors}
    assert said == {(422, "booking.slot_not_offered", ("break",))}
    before = len(await salon.bench.said(BookingCreated, account_id=salon.account_id))
    assert before == 1
    await salon.booked(salon.at("14:00"), by=client)
    await site(salon, "POST", f"{salon.vanity}/bookings", {**guest, "starts_at": salon.at("15:00")})
    hold = await site(salon, "POST", f"{salon.vanity}/holds", {**body, "starts_at": salon.at("16:00")})
    held = {"hold_id": hold.json()["hold_id"], "client": {"name": "Оля"}}
    await salon.call("POST", f"{salon.site}/bookings", held, by=client)
    await salon.write_down(salon.at("17:00"))
    made_by_all = (await salon.bench.said(BookingCreated, account_id=salon.account_id))[1:]
    assert [one.booking.state for one in made_by_all] == ["pending"] * 4
    assert [one.booking.source for one in made_by_all] == ["site", "site", "site", "staff"]
    assert {type(one.booking.items[0].price.amount) for one in made_by_all} == {int}


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/services", {"name": "А", "duration_min": 60, "price": {"amount": -1}}, "/price/amount"),
        ("/services", {"name": "х" * 121, "duration_min": 60}, "/name"),
        ("/services", {"name": "\u202eзаписку", "duration_min": 60}, "/name"),
        ("/services", {"name": "А", "duration_min": 0}, "/duration_min"),
        ("/stock", {"name": "", "price": {"amount": 1}}, "/name"),
        ("/stock", {"name": "А", "price": {"amount": 10**11}}, "/price/amount"),
        ("/clients", {"name": "\u200b"}, "/name"),
        ("/clients", {"name": "А", "phone": "дзвони"}, "/phone"),
        ("/clients", {"name": "А", "email": "не пошта"}, "/email"),
        ("/client-fields", {"name": "А", "kind": "choice"}, "/choices"),
        ("/client-imports", {"file_name": "а", "content_base64": ""}, "/content_base64"),
        ("/bookings", {"starts_at": "2026-02-30T10:00:00Z", "service_ids": []}, "/starts_at"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_field_and_a_cure(salon, path, body, pointer):
    answer = await salon.call("POST", path, body)
    assert answer.status_code == 422, answer.text
    told = answer.json()
    assert pointer in [one["pointer"] for one in told["errors"]]
    assert all(one["text"] and not one["text"].startswith("field.") for one in told["errors"])
    assert told["fix"]["text"]


@pytest.mark.parametrize("name", ["💇‍♀️ Стрижка", "قص الشعر", "תספורת", "Stærk Ærø", "理髪"])
async def test_names_in_any_script_are_kept_as_they_are(salon, name):
    service = await salon.add_service(name)
    made = await salon.write_down(salon.at("10:00"), service_ids=[service], client={"name": name, "phone": a_phone()})
    assert (made["items"][0]["service_name"], made["client"]["name"]) == (name, name)
    found = await salon.ok("GET", "/clients", params={"q": name.split()[0]})
    assert [one["name"] for one in found["items"]] == [name]
