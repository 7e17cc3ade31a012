"""Every route of the public API, walked through the gateway as its description says: names and shapes of answers."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from tests.support.people import WHOLE_WEEK, Salon, Visitor, first_slots, new_phone, open_salon
from tests.support.waiting import eventually
from zapys_dev.stack import Stack

MakeVisitor = Callable[[], Visitor]

BOOKING = {
    "id", "version", "state", "payment_state", "account_id", "location_id", "items", "client", "price", "source",
    "created_by", "created_at",
}  # fmt: skip
BOOKING_ITEM = {"service_id", "staff_member_id", "starts_at", "ends_at", "price"}
PROBLEM = {"type", "title", "status", "code", "detail", "fix", "errors", "trace_id"}
NOTIFICATION = {
    "id", "kind", "recipient", "channel", "provider", "planned_at", "state", "reason_code", "reason_text", "fix",
    "provider_error", "text", "parts", "attempts",
}  # fmt: skip


@pytest.fixture
async def salon(visitor: MakeVisitor) -> Salon:
    """A salon that nobody else uses."""
    return await open_salon(visitor())


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
    await eventually(lambda: has_status(person, "GET", "/me", 401), within_s=5)


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


async def test_availability_and_its_explanation(salon: Salon, visitor: MakeVisitor) -> None:
    owner, client = salon.owner, visitor()
    since = date.today() + timedelta(days=5)  # noqa: DTZ011 - far enough from midnight's edges
    span = {"from": since.isoformat(), "to": (since + timedelta(days=61)).isoformat()}
    query = {"service_ids": salon.service, **span}
    found = await client.ask("GET", f"/public/{salon.vanity}/availability?{urlencode(query)}")
    assert next(day["date"] for day in found["days"]) == span["from"]
    assert [day["date"] for day in found["days"]][-1] == span["to"]
    slot = found["days"][0]["slots"][4]
    assert slot["staff_member_ids"] == [salon.staff_member]
    own = await owner.ask("GET", f"/accounts/{salon.account}/availability?{urlencode(query)}")
    assert own["days"][0]["slots"]
    too_long = {**query, "to": (since + timedelta(days=62)).isoformat()}
    refused = await client.call("GET", f"/public/{salon.vanity}/availability?{urlencode(too_long)}")
    assert refused.json()["errors"][0]["pointer"] == "query/to"
    city = await client.ask("GET", f"/catalogue?{urlencode({'city': 'Київ'})}")
    has(city, "items", "next_cursor")

    at = {"service_ids": salon.service, "staff_member_id": salon.staff_member, "at": slot["starts_at"]}
    for who, path in ((client, f"/public/{salon.vanity}"), (owner, f"/accounts/{salon.account}")):
        open_ = await who.ask("GET", f"{path}/availability/explain?{urlencode(at)}")
        assert (open_["offered"], open_["reasons"]) == (True, [])
    await booked(client, salon, slot["starts_at"])
    for who, path in ((client, f"/public/{salon.vanity}"), (owner, f"/accounts/{salon.account}")):
        shut = await who.ask("GET", f"{path}/availability/explain?{urlencode(at)}")
        assert shut["offered"] is False
        assert shut["reasons"]
        for reason in shut["reasons"]:
            has(reason, "code", "text", "fix", "staff_member_id")


async def test_holding_booking_moving_and_cancelling_as_a_client(salon: Salon, visitor: MakeVisitor) -> None:
    client = visitor()
    slots = await first_slots(client, salon)
    site = f"/public/{salon.vanity}"
    wish = {"service_ids": [salon.service], "staff_member_id": salon.staff_member, "starts_at": slots[0]["starts_at"]}
    hold = await client.ask("POST", f"{site}/holds", wish, expect=201)
    has(hold, "hold_id", "expires_at")
    taken = await client.call("POST", f"{site}/holds", wish)
    assert (taken.status_code, taken.json()["code"]) == (409, "booking.slot_taken")
    body = {"hold_id": hold["hold_id"], "client": {"name": "Ірина", "phone": client.phone}, "comment": "з донькою"}
    assert (await client.call("POST", f"{site}/bookings", body)).status_code == 401
    await client.sign_in()
    booking = await client.ask("POST", f"{site}/bookings", body, expect=201)
    is_booking(booking)
    assert (booking["state"], booking["payment_state"], booking["source"]) == ("pending", "unpaid", "site")
    assert booking["client"]["phone"] == client.phone
    rival = visitor()
    await rival.sign_in()
    lost = await rival.call("POST", f"{site}/bookings", {**wish, "client": {"name": "Оля"}})
    assert (lost.status_code, lost.json()["code"]) == (409, "booking.slot_taken")
    assert lost.json()["alternatives"]

    mine = await client.ask("GET", "/me/bookings")
    assert [one["id"] for one in mine["items"]] == [booking["id"]]
    path = f"/me/bookings/{booking['id']}"
    moved = await client.ask("POST", f"{path}/reschedule", {"starts_at": slots[8]["starts_at"]})
    is_booking(moved)
    assert moved["version"] > booking["version"]
    for verb, sent in (("reschedule", {"starts_at": slots[12]["starts_at"]}), ("cancel", None)):
        assert (await rival.call("POST", f"{path}/{verb}", sent)).status_code == 404
    cancelled = await client.ask("POST", f"{path}/cancel")
    assert cancelled["state"] == "cancelled_by_client"


async def test_bookings_of_staff_with_every_verb(salon: Salon, visitor: MakeVisitor) -> None:
    owner, root = salon.owner, f"/accounts/{salon.account}"
    slots = await first_slots(owner, salon)
    card = await owner.ask("POST", f"{root}/clients", {"name": "Марія", "phone": new_phone()}, expect=201)
    body = {
        "items": [{"service_id": salon.service, "staff_member_id": salon.staff_member}],
        "starts_at": slots[0]["starts_at"],
        "client_id": card["id"],
        "price": {"amount": 40000, "currency": "UAH"},
        "override": False,
    }
    booking = await owner.ask("POST", f"{root}/bookings", body, expect=201)
    is_booking(booking)
    assert booking["price"] == {"amount": 40000, "currency": "UAH"}
    path = f"{root}/bookings/{booking['id']}"
    assert (await owner.ask("GET", path))["id"] == booking["id"]
    changed = await owner.ask("PATCH", path, {"price": {"amount": 41000}, "comment": "Знижка"})
    assert (changed["price"]["amount"], changed["comment"]) == (41000, "Знижка")
    day = booking["items"][0]["starts_at"][:10]
    wanted = {
        "from": day,
        "to": day,
        "staff_member_id": salon.staff_member,
        "location_id": salon.location,
        "client_id": card["id"],
        "state": changed["state"],
    }
    listed = await owner.ask("GET", f"{root}/bookings?{urlencode(wanted)}")
    assert [one["id"] for one in listed["items"]] == [booking["id"]]
    other = await owner.ask("GET", f"{root}/bookings?{urlencode({**wanted, 'state': 'no_show'})}")
    assert (other["items"], other["next_cursor"]) == ([], None)

    move = {"starts_at": slots[8]["starts_at"], "staff_member_id": salon.staff_member}
    await owner.ask("POST", f"{path}/reschedule", move)
    states = [(await owner.ask("POST", f"{path}/{verb}"))["state"] for verb in ("confirm", "arrive", "complete")]
    assert states == ["confirmed", "arrived", "completed"]
    missed = await owner.ask("POST", f"{root}/bookings", {**body, "starts_at": slots[16]["starts_at"]}, expect=201)
    early = await owner.call("POST", f"{root}/bookings/{missed['id']}/no-show")
    assert early.status_code in (200, 409)
    gone = await owner.ask("POST", f"{root}/bookings", {**body, "starts_at": slots[24]["starts_at"]}, expect=201)
    ended = await owner.ask("POST", f"{root}/bookings/{gone['id']}/cancel", {"reason": "Майстер захворіла"})
    assert ended["state"].startswith("cancelled")

    offered = await owner.ask("GET", f"{path}/actions")
    assert all({"action", "allowed", "reason"} <= action.keys() for action in offered["items"])
    assert all(action["reason"]["text"] for action in offered["items"] if not action["allowed"])
    story = await owner.ask("GET", f"{path}/timeline")
    assert len(story["items"]) >= 5
    for entry in story["items"]:
        has(entry, "at", "kind", "text", "actor_name", "source")
    calendar = await owner.ask("GET", f"{root}/calendar?{urlencode({'from': day, 'to': day})}")
    [column] = calendar["columns"]
    has(column, "staff_member_id", "bookings", "free")
    assert {one["id"] for one in column["bookings"]} == {booking["id"], missed["id"]}


async def test_cards_of_clients(salon: Salon) -> None:
    owner, root = salon.owner, f"/accounts/{salon.account}/clients"
    phone = new_phone()
    body = {"name": "Марія", "surname": "Бондар", "phone": phone, "email": "m@example.com", "note": "Алергія"}
    card = await owner.ask("POST", root, body, expect=201)
    assert {name: card[name] for name in body} == body
    twice = await owner.call("POST", root, {"name": "Інша", "phone": phone})
    assert twice.status_code == 409
    changed = await owner.ask("PATCH", f"{root}/{card['id']}", {"name": "Маруся"})
    assert changed["name"] == "Маруся"
    found = await owner.ask("GET", f"{root}?{urlencode({'q': phone})}")
    assert [one["id"] for one in found["items"]] == [card["id"]]
    history = await owner.ask("GET", f"{root}/{card['id']}/history")
    assert (history["visits"], history["items"]) == (0, [])


async def test_messages_of_a_booking_and_their_settings(salon: Salon, visitor: MakeVisitor) -> None:
    owner, root, client = salon.owner, f"/accounts/{salon.account}", visitor()
    booking = await booked(client, salon)
    path = f"{root}/bookings/{booking['id']}/notifications"
    items: list[dict[str, Any]] = []

    async def planned() -> bool:
        items[:] = (await owner.ask("GET", path))["items"]
        return bool(items)

    await eventually(planned, within_s=10)
    for item in items:
        has(item, *NOTIFICATION)
        has(item["recipient"], "type", "id", "name")
        assert item["state"] in ("planned", "held", "sent") or item["reason_text"], item
    states = urlencode({"state": "held,failed,suppressed", "from": "2026-01-01", "to": "2099-12-31"})
    has(await owner.ask("GET", f"{root}/notifications?{states}"), "items", "next_cursor")

    settings = await owner.ask("GET", f"{root}/notification-settings")
    settings["client_kinds"]["reminder_3d"] = False
    saved = await owner.ask("PUT", f"{root}/notification-settings", settings)
    assert saved["client_kinds"]["reminder_3d"] is False
    refuse = {"messages": True, "reminders": False, "changes": True}
    of_card = f"{root}/clients/{booking['client']['id']}/notification-preferences"
    assert refuse.items() <= (await owner.ask("PUT", of_card, refuse)).items()
    assert refuse.items() <= (await client.ask("PUT", "/me/notification-preferences", refuse)).items()


async def test_sms_providers_balance_and_templates(salon: Salon) -> None:
    owner, root = salon.owner, f"/accounts/{salon.account}"
    known = {one["provider"]: one for one in (await owner.ask("GET", f"{root}/sms-providers"))["items"]}
    assert known.keys() == {"turbosms", "alphasms", "integrica"}
    assert known["integrica"]["enabled"]
    bodies = {
        "turbosms": [
            {"kind": "http-token", "token": "good-token", "sender_name": "Salon", "order": 2, "enabled": True},
            {"kind": "soap-login", "login": "salon", "password": "secret", "sender_name": "Salon", "order": 2},
        ],
        "alphasms": [{"kind": "api-key", "key": "good-key", "sender_name": "Salon", "order": 3, "enabled": True}],
    }
    for provider, sent in bodies.items():
        for body in sent:
            saved = await owner.call("PUT", f"{root}/sms-providers/{provider}", body)
            assert saved.status_code == 200
            assert (saved.json()["sender_name"], saved.json()["order"]) == ("Salon", body["order"])
            for secret in ("token", "password", "key"):
                assert f'"{body.get(secret, "no such secret")}"' not in saved.text
            checked = await owner.ask("POST", f"{root}/sms-providers/{provider}/check")
            assert checked["ok"], checked
    wrong = {**bodies["alphasms"][0], "key": "bad-key"}
    await owner.ask("PUT", f"{root}/sms-providers/alphasms", wrong)
    checked = await owner.ask("POST", f"{root}/sms-providers/alphasms/check")
    assert (checked["ok"], bool(checked["reason_text"]), bool(checked["fix"]["text"])) == (False, True, True)

    balance = await owner.ask("GET", f"{root}/sms-balance")
    has(balance, "balance", "ledger", "forecast")
    assert balance["balance"]["amount"] > 0  # the trial credit
    for language in ("uk", "ru", "en"):
        has(await owner.ask("GET", f"{root}/templates/reminder_eve/{language}"), "kind", "language", "text")


@pytest.mark.row("S76")
async def test_money_from_the_register_to_the_receipt(salon: Salon, visitor: MakeVisitor) -> None:
    owner, root = salon.owner, f"/accounts/{salon.account}"
    body = {
        "name": "Готівка",
        "payment_types": ["cash"],
        "location_id": salon.location,
        "checkbox": {"licence_key": "test-licence", "cashier_login": "cashier", "cashier_password": "secret"},
    }
    answer = await owner.call("POST", f"{root}/cash-registers", body)
    assert answer.status_code == 201
    assert "secret" not in answer.text
    register = answer.json()["id"]
    assert [one["id"] for one in (await owner.ask("GET", f"{root}/cash-registers"))["items"]] == [register]
    path = f"{root}/cash-registers/{register}"
    checked = await owner.ask("POST", f"{path}/check")
    assert [(part["part"], part["ok"]) for part in checked["items"]] == [
        ("cashier", True),
        ("licence", True),
        ("signature", True),
    ]
    assert (await owner.ask("POST", f"{path}/fiscal-shift/open"))["state"] in ("opening", "open")

    booking = await booked(visitor(), salon)
    settlement = f"{root}/bookings/{booking['id']}/settlement"
    pay = {"payments": [{"payment_type": "cash", "cash_register_id": register, "amount": 45000}]}
    settled = await owner.ask("POST", settlement, {**pay, "operating_day": today()}, expect=201)
    has(settled, "id", "receipt")
    has(settled["receipt"], "state", "reason_code", "fiscal_code", "url")
    shown: list[dict[str, Any]] = []

    async def registered() -> bool:
        shown[:] = (await owner.ask("GET", f"{root}/receipts?state=registered"))["items"]
        return bool(shown)

    await eventually(registered, within_s=20)
    assert (shown[0]["fiscal_code"] is not None, shown[0]["url"] is not None) == (True, True)
    over = await owner.call("POST", settlement, pay)
    assert over.status_code == 409
    taken_back = await owner.ask("POST", f"{settlement}/reverse", expect=201)
    assert taken_back["payment_state"] == "reversed"

    deposit = {"kind": "deposit", "cash_register_id": register, "amount": 20000, "comment": "Розмін"}
    put_in = await owner.ask("POST", f"{root}/cash-operations", deposit, expect=201)
    corrected = await owner.ask("PATCH", f"{root}/cash-operations/{put_in['id']}", {"amount": 10000})
    assert corrected["amount"]["amount"] == 10000
    await owner.ask("DELETE", f"{root}/cash-operations/{corrected['id']}")
    lines = (await owner.ask("GET", f"{root}/cash-operations"))["items"]
    assert sum(line["amount"]["amount"] for line in lines) == 0
    assert {put_in["id"], corrected["id"]} <= {line["id"] for line in lines}  # nothing is ever removed
    closed = await owner.ask("POST", f"{path}/fiscal-shift/close")
    assert closed["state"] in ("closing", "closed")


@pytest.mark.row("T9")
async def test_no_door_opens_for_strangers(salon: Salon, visitor: MakeVisitor, stack: Stack) -> None:
    """Every operation of the document, with ids that exist: 401 for nobody, 404 for the owner of another account."""
    stranger, nobody = visitor(), visitor()
    await open_salon(stranger)
    booking = await booked(visitor(), salon)
    ids = {
        "account_id": salon.account,
        "booking_id": booking["id"],
        "client_id": booking["client"]["id"],
        "location_id": salon.location,
        "service_id": salon.service,
        "staff_member_id": salon.staff_member,
        "provider": "turbosms",
        "kind": "created",
        "language": "uk",
    }
    document = await nobody.ask("GET", "/openapi.json")
    guarded = [
        (method.upper(), path)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if operation.get("security") == [{"bearer": []}]
        and "{" in path
        and "/me/registration-draft/" not in path  # everybody has an own one
    ]
    assert len(guarded) > 60
    wrong = []
    for method, path in guarded:
        filled = path.removeprefix("/api/v1")
        for name in path_names(path):
            filled = filled.replace(f"{{{name}}}", str(ids.get(name) or uuid4()))
        for who, expected in ((nobody, 401), (stranger, 404)):
            body = WHOLE_BODIES.get(path.rpartition("/")[2], {})
            if path.endswith("/reschedule"):
                body = {"starts_at": booking["items"][0]["starts_at"]}
            answer = await who.call(method, filled, None if method == "GET" else body)
            if answer.status_code != expected:
                wrong.append(f"{method} {path} → {answer.status_code} {answer.text[:200]}")
    assert wrong == []


@pytest.mark.parametrize(
    ("language", "title", "fix"),
    [
        ("uk", "Дані заповнено з помилкою", "Виправте названі поля і надішліть ще раз."),
        ("ru", "В данных есть ошибка", "Исправьте названные поля и отправьте ещё раз."),
        ("en", "Some of the data is wrong", "Correct the named fields and send again."),
    ],
)
@pytest.mark.row("X1")
async def test_every_service_refuses_in_the_language_of_the_reader(
    salon: Salon, language: str, title: str, fix: str
) -> None:
    root = f"/api/v1/accounts/{salon.account}"
    wrong = {
        f"{root}/members": "/phone",
        f"{root}/services": "/duration_min",
        f"{root}/templates/preview": "/kind",
        f"{root}/cash-registers": "/payment_types",
    }
    headers = {"Authorization": f"Bearer {salon.owner.token}", "Accept-Language": language}
    for path, pointer in wrong.items():
        answer = await salon.owner.http.post(path, json={"name": "А"}, headers=headers)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-language"] == language
        problem = answer.json()
        assert problem.keys() >= PROBLEM
        assert (problem["title"], problem["fix"]["text"]) == (title, fix)
        assert pointer in [error["pointer"] for error in problem["errors"]]


WHOLE_BODIES: dict[str, dict[str, Any]] = {"review": {"rating": 5}}
"""Where the booking is looked for once the body is read."""

NEW_ACCOUNT = {
    "name": "Салон",
    "time_zone": "Europe/Kyiv",
    "country": "UA",
    "currency": "UAH",
    "language": "uk",
    "city": "Київ",
}


def has(answer: dict[str, Any], *names: str) -> None:
    """The answer holds these fields, among others."""
    assert set(names) <= answer.keys(), set(names) - answer.keys()


def is_booking(answer: dict[str, Any]) -> None:
    has(answer, *BOOKING)
    has(answer["client"], "id", "name", "phone")
    for item in answer["items"]:
        has(item, *BOOKING_ITEM)
        assert datetime.fromisoformat(item["starts_at"]).utcoffset() is not None


def other_code(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def path_names(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def today() -> str:
    return datetime.now().astimezone().date().isoformat()


async def has_status(person: Visitor, method: str, path: str, status: int) -> bool:
    return bool((await person.call(method, path)).status_code == status)


async def booked(client: Visitor, salon: Salon, starts_at: str | None = None) -> dict[str, Any]:
    """A booking that the client made on the site."""
    if not client.token:
        await client.sign_in()
    body = {
        "service_ids": [salon.service],
        "staff_member_id": salon.staff_member,
        "starts_at": starts_at or (await first_slots(client, salon))[0]["starts_at"],
        "client": {"name": "Ірина"},
    }
    booking: dict[str, Any] = await client.ask("POST", f"/public/{salon.vanity}/bookings", body, expect=201)
    return booking
