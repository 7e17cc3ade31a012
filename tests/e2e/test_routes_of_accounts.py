"""Routes of the public API, walked through the gateway as its description says: people, accounts and what they set."""

from datetime import datetime
from typing import Any

from tests.e2e.shapes import (
    NEW_ACCOUNT,
    MakeVisitor,
    booked,
    has,
    has_status,
    other_code,
)
from tests.support.people import WHOLE_WEEK, Salon, new_phone
from tests.support.waiting import eventually


async def test_signing_in_and_out(visitor: MakeVisitor) -> None:
    person = visitor()
    answer = await person.ask("POST", "/auth/codes", {"phone": person.phone}, expect=202)
    has(answer, "expires_at", "resend_at")
    again = await person.call("POST", "/auth/codes", {"phone": person.phone})
    assert again.status_code == 429
    assert int(again.headers["Retry-After"]) > 0
    code = next(word for word in (await person.next_sms(0)).split() if word.strip(".:").isdigit()).strip(".:")
    wrong = await person.call(
        "POST", "/auth/sessions", {"phone": person.phone, "code": other_code(code), "device": "x"}
    )
    assert (wrong.status_code, wrong.json()["code"]) == (401, "identity.code_wrong")
    entered = await person.call("POST", "/auth/sessions", {"phone": person.phone, "code": code, "device": "a phone"})
    assert entered.status_code == 201
    assert "HttpOnly" in entered.headers["set-cookie"]
    session = entered.json()
    has(session, "access_token", "expires_in", "refresh_token", "user")
    has(session["user"], "id", "phone", "memberships")
    assert session["user"]["phone"] == person.phone
    used = await person.call("POST", "/auth/sessions", {"phone": person.phone, "code": code, "device": "a phone"})
    assert (used.status_code, used.json()["code"]) == (401, "identity.code_used")

    person.http.cookies.clear()
    pair = await person.ask("POST", "/auth/sessions/refresh", {"refresh_token": session["refresh_token"]})
    has(pair, "access_token", "expires_in", "refresh_token")
    person.token = pair["access_token"]
    devices = await person.ask("GET", "/auth/sessions")
    assert [device["device"] for device in devices["items"]] == ["a phone"]
    answer = await person.ask("PATCH", "/me", {"name": "Оля", "language": "en", "channels": {"sms": True}})
    assert (answer["name"], answer["language"], answer["channels"]["sms"]) == ("Оля", "en", True)
    assert (await person.ask("GET", "/me"))["phone"] == person.phone
    await person.ask("DELETE", f"/auth/sessions/{devices['items'][0]['id']}", expect=204)
    await eventually(lambda: has_status(person, "GET", "/me", 401))


async def test_an_account_its_members_and_rights(salon: Salon, visitor: MakeVisitor) -> None:
    owner, root = salon.owner, f"/accounts/{salon.account}"
    account = await owner.ask("GET", root)
    has(account, "id", "name", "vanity_address", "time_zone", "country", "currency", "language", "city", "unlisted")
    taken = await owner.call("POST", "/accounts", {**NEW_ACCOUNT, "vanity_address": salon.vanity})
    assert (taken.status_code, taken.json()["code"]) == (409, "identity.vanity_address_taken")
    assert taken.json()["suggestions"]
    rules = {"lead_time_min": 30, "phone_confirmation": True}
    changed = await owner.ask("PATCH", root, {"city": "Львів", "unlisted": True, "booking_rules": rules})
    assert (changed["city"], changed["unlisted"], changed["booking_rules"]["lead_time_min"]) == ("Львів", True, 30)

    body = {
        "phone": new_phone(),
        "name": "Олег",
        "role": "master",
        "location_ids": None,
        "accepts_bookings": True,
    }
    member = await owner.ask("POST", f"{root}/members", body, expect=201)
    has(member, "id", "staff_member_id", "name", "role", "location_ids", "permissions")
    assert member["id"] in [one["id"] for one in (await owner.ask("GET", f"{root}/members"))["items"]]
    path = f"{root}/members/{member['id']}"
    changed = await owner.ask("PATCH", path, {"permissions": {"booking.cancel_paid": True}})
    assert "booking.cancel_paid" in changed["permissions"]
    await owner.ask("DELETE", path)
    assert member["id"] not in [one["id"] for one in (await owner.ask("GET", f"{root}/members"))["items"]]
    await owner.ask("POST", f"{path}/restore")
    assert member["id"] in [one["id"] for one in (await owner.ask("GET", f"{root}/members"))["items"]]
    rights = await owner.ask("GET", f"{root}/permissions")
    assert all({"key", "name", "dangerous", "why"} <= right.keys() for right in rights["items"])
    assert all(right["why"] for right in rights["items"] if right["dangerous"])


async def test_what_is_sold_where_and_by_whom(salon: Salon) -> None:
    owner, root = salon.owner, f"/accounts/{salon.account}"
    body: dict[str, Any] = {"name": "На Печерську", "address": "вул. Московська, 7", "phone": "+380441000020"}
    place = await owner.ask("POST", f"{root}/locations", {**body, "time_zone": "Europe/Kyiv"}, expect=201)
    has(place, "id", "name", "address", "phone", "time_zone")
    assert len((await owner.ask("GET", f"{root}/locations"))["items"]) == 2
    chair = {"name": "Крісло", "location_ids": [place["id"]], "service_ids": [], "accepts_bookings": True}
    person = await owner.ask("POST", f"{root}/staff-members", chair, expect=201)
    body = {
        "name": "Манікюр",
        "duration_min": 45,
        "price": {"amount": 50000, "currency": "UAH"},
        "bookable_online": False,
        "buffer_before_min": 5,
        "buffer_after_min": 10,
        "staff_member_ids": [person["id"]],
        "location_ids": [place["id"]],
    }
    service = await owner.ask("POST", f"{root}/services", body, expect=201)
    assert {name: service[name] for name in body} == body
    assert len((await owner.ask("GET", f"{root}/services"))["items"]) == 2
    changed = await owner.ask("PATCH", f"{root}/staff-members/{person['id']}", {"name": "Крісло біля вікна"})
    assert (changed["name"], changed["service_ids"]) == ("Крісло біля вікна", [service["id"]])
    names = [one["name"] for one in (await owner.ask("GET", f"{root}/staff-members"))["items"]]
    assert set(names) == {"Софія", "Крісло біля вікна"}
    page = await owner.ask("GET", f"/public/{salon.vanity}")
    has(page, "account", "locations", "services", "staff")
    assert [one["name"] for one in page["services"]] == ["Стрижка"]  # the other one is not bookable online


async def test_working_time_and_what_stands_in_its_way(salon: Salon, visitor: MakeVisitor) -> None:
    owner, root = salon.owner, f"/accounts/{salon.account}"
    person = f"{root}/staff-members/{salon.staff_member}"
    booking = await booked(visitor(), salon)
    day = booking["items"][0]["starts_at"][:10]
    one_span = [{"from": "09:00", "to": "18:00", "manual_only": False}]
    weekly: dict[str, Any] = {"pattern": "weekly", "days": dict.fromkeys(WHOLE_WEEK, one_span)}
    weekly["breaks"] = [{"from": "13:00", "to": "14:00"}]
    cycle = {"pattern": "cycle", "anchor": "2026-05-01", "on": 2, "off": 2, "hours": one_span}
    for plan in (weekly, cycle, {"pattern": "even_days", "hours": one_span}, {"pattern": "odd_days", "hours": []}):
        effect = await owner.ask("PUT", f"{person}/schedule?dry_run=true", plan)
        assert effect["saved"] is False
    hit = await owner.call("PUT", f"{person}/schedule", {"pattern": "weekly", "days": {}})
    assert hit.status_code == 409
    assert [one["booking_id"] for one in hit.json()["conflicts"]] == [booking["id"]]
    kept = await owner.ask("PUT", f"{person}/schedule?on_conflict=keep", weekly)
    assert kept["saved"] is True

    starts, ends = (datetime.fromisoformat(booking["items"][0][edge]) for edge in ("starts_at", "ends_at"))
    absence = {"starts_at": starts.isoformat(), "ends_at": ends.isoformat(), "reason": "Лікар"}
    assert (await owner.call("POST", f"{person}/time-off", absence)).status_code == 409
    taken = await owner.ask("POST", f"{person}/time-off?on_conflict=keep", absence, expect=201)
    has(taken, "id", "starts_at", "ends_at", "reason")
    assert len((await owner.ask("GET", f"{person}/time-off"))["items"]) == 1
    closed = {"date": day, "name": "Ремонт"}
    assert (await owner.call("POST", f"{root}/closed-days", closed)).status_code == 409
    await owner.ask("POST", f"{root}/closed-days?on_conflict=keep", closed, expect=201)
    assert [one["date"] for one in (await owner.ask("GET", f"{root}/closed-days"))["items"]] == [day]
