"""Routes of the public API, walked through the gateway as its description says: times, bookings and clients."""

from datetime import date, timedelta
from urllib.parse import urlencode

from tests.e2e.shapes import (
    MakeVisitor,
    booked,
    has,
    is_booking,
)
from tests.support.people import Salon, first_slots, new_phone


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
