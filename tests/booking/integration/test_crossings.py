"""Two acts at the same moment: the second sees what the first has done."""

from __future__ import annotations

import base64
from functools import partial
from unittest.mock import AsyncMock, Mock
from uuid import UUID

import pytest

from booking.tables import AccountCopy
from booking.usecases.actors import SYSTEM
from booking.usecases.bookings.create_booking import Order, book_hold
from booking.usecases.catalogue.recycle import delete_location, delete_service
from booking.usecases.changes.carry_out import Desk
from booking.usecases.clients.erase_card import erase_card
from booking.usecases.clients.find_card import Known, find_card
from booking.usecases.clients.merge_cards import merge_cards
from booking.usecases.copies.copy_account import copy_account
from contracts.identity import BookingRules
from contracts.permissions import Permission
from tests.booking.integration.test_links_and_site import changed
from tests.booking.salon import a_phone, utc_now
from tests.support.rivals import while_saved


async def a_card(salon, phone, name="Олена"):
    return UUID((await salon.ok("POST", "/clients", {"name": name, "phone": phone}))["id"])


def at_the_desk(salon, **more):
    body = {"service_ids": [salon.service], "staff_member_id": salon.staff, "starts_at": salon.at("12:00"), **more}
    return salon.call("POST", "/bookings", body)


async def test_who_books_while_the_own_card_is_merged_is_booked_on_the_card_that_stays(salon):
    phones = [a_phone() for _ in range(3)]
    kept, double, other = [await a_card(salon, phone) for phone in phones]

    def merging(double_id):
        return lambda tx: merge_cards(tx, salon.account_id, kept, double_id, SYSTEM, utc_now())

    asked = salon.book(salon.at("10:00"), by=salon.bench.mint.person(phones[1]))
    by_hand = await while_saved(salon.bench.service.db, salon.account_id, merging(double), asked)
    asked = at_the_desk(salon, client_id=str(other))
    at_desk = await while_saved(salon.bench.service.db, salon.account_id, merging(other), asked)
    for answer in (by_hand, at_desk):
        assert (answer.status_code, answer.json()["client"]["id"]) == (201, str(kept))


async def test_who_books_while_being_forgotten_is_a_new_client(salon):
    phone = a_phone()
    card = await a_card(salon, phone)
    erasing = partial(erase_card, account_id=salon.account_id, client_id=card, now=utc_now())
    asked = salon.book(salon.at("10:00"), by=salon.bench.mint.person(phone))
    answer = await while_saved(salon.bench.service.db, salon.account_id, erasing, asked)
    client = answer.json()["client"]
    assert (answer.status_code, client["phone"], client["id"] != str(card)) == (201, phone, True)


async def test_a_file_is_applied_although_one_of_its_people_books_at_that_moment(salon):
    phone, other = a_phone(), a_phone()
    lines = f"Name,Phone,Email\nОлена,{phone},o@i.ua\nТарас,{other},\n"
    body = {"file_name": "clients.csv", "content_base64": base64.b64encode(lines.encode()).decode()}
    read = await salon.ok("POST", "/client-imports", body)
    assert read["create"] == 2
    known = Known("Лена", None, phone, None, "uk")
    booking = partial(find_card, account_id=salon.account_id, known=known, now=utc_now())
    asked = salon.call("POST", f"/client-imports/{read['id']}/apply")
    answer = await while_saved(salon.bench.service.db, salon.account_id, booking, asked)
    assert (answer.status_code, answer.json()["result"]) == (200, {"created": 1, "filled": 1, "left": 0})
    cards = (await salon.ok("GET", "/clients"))["items"]
    assert {(one["name"], one["phone"], one["email"]) for one in cards} == {
        ("Лена", phone, "o@i.ua"),
        ("Тарас", other, None),
    }


@pytest.mark.parametrize("what", ["service", "location"])
async def test_nobody_books_what_is_put_away_at_that_moment(salon, what):
    await salon.ok("POST", "/locations", {"name": "На Печерську"})
    await salon.ok("PATCH", f"/staff-members/{salon.staff}", {"location_ids": [salon.location]})

    async def putting_away(tx):
        desk = Desk(await tx.get_one(AccountCopy, salon.account_id), SYSTEM, show=Mock(), permit=Mock())
        put_away = {"service": delete_service, "location": delete_location}[what]
        await put_away(tx, desk, UUID(getattr(salon, what)), None, utc_now())

    asked = salon.book(salon.at("10:00"), location_id=salon.location)
    refused = await while_saved(salon.bench.service.db, salon.account_id, putting_away, asked)
    assert refused.status_code == 422, refused.text
    assert (await salon.ok("GET", "/bookings"))["items"] == []


async def held(salon, at):
    body = {"service_ids": [salon.service], "staff_member_id": salon.staff, "starts_at": at}
    answer = await salon.bench.http.post(f"{salon.site}/holds", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["hold_id"]


def book_held(salon, hold_id):
    body = {"hold_id": hold_id, "client": {"name": "Наталія"}}
    return salon.bench.http.post(f"{salon.site}/bookings", json=body, headers=salon.client().headers)


def closing(salon):
    return salon.call("POST", "/closed-days", {"date": str(salon.day())})


async def test_a_change_of_the_rules_knows_the_hold_that_is_being_booked(salon):
    hold_id = await held(salon, salon.at("10:00"))

    async def booking(tx):
        account = await tx.get_one(AccountCopy, salon.account_id)
        nobody = Order(client=AsyncMock(return_value=None), comment=None, actor=SYSTEM)
        await book_hold(tx, account, UUID(hold_id), nobody, utc_now())

    refused = await while_saved(salon.bench.service.db, salon.account_id, booking, closing(salon))
    assert (refused.status_code, len(refused.json()["conflicts"])) == (409, 1)


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("POST", "/closed-days", {"date": "{day}"}, "closed_day"),
        ("POST", "/staff-members/{staff}/time-off", {"starts_at": "{since}", "ends_at": "{until}"}, "time_off"),
        ("PATCH", "/staff-members/{staff}", {"accepts_bookings": False}, "staff_not_bookable"),
        ("PATCH", "/services/{service}", {"bookable_online": False}, "service_offline"),
        ("DELETE", "/services/{service}", None, None),
    ],
)
async def test_what_was_held_is_not_booked_when_it_is_offered_no_more(salon, method, path, body, code):
    facts = {
        "day": salon.day(), "staff": salon.staff, "service": salon.service,
        "since": salon.at("09:00"), "until": salon.at("18:00"),
    }  # fmt: skip
    hold_id = await held(salon, salon.at("10:00"))
    filled = {name: value.format(**facts) if isinstance(value, str) else value for name, value in (body or {}).items()}
    await salon.ok(method, path.format(**facts), filled or None)
    refused = await book_held(salon, hold_id)
    if code is None:
        assert (refused.status_code, refused.json()["code"]) == (409, "booking.hold_expired")
    else:
        assert (refused.status_code, refused.json()["code"]) == (422, "booking.slot_not_offered")
        assert [one["code"] for one in refused.json()["reasons"]] == [code]
    assert (await salon.ok("GET", "/bookings"))["items"] == []


async def test_what_was_held_in_time_is_booked_although_the_rules_for_new_visits_are_others_now(salon):
    hold_id = await held(salon, salon.at("10:00"))
    state = changed(
        salon, 2, booking_rules=BookingRules(lead_time_min=60 * 24 * 10, grid_min=50, booking_window_days=1)
    )
    await salon.bench.deliver(state)
    assert (await salon.book(salon.at("12:00"))).status_code == 422
    assert (await book_held(salon, hold_id)).status_code == 201


async def test_an_address_that_was_held_for_a_moment_only_leads_on_too(salon):
    names = [f"{salon.vanity}-{n}" for n in (1, 2)]
    first, second = [changed(salon, n, vanity_address=name) for n, name in enumerate(names, start=2)]
    await while_saved(
        salon.bench.service.db, salon.account_id, partial(copy_account, first), salon.bench.deliver(second)
    )
    for address in (salon.vanity, *names):
        page = await salon.bench.http.get(f"/api/v1/public/{address}")
        assert page.json()["account"]["vanity_address"] == names[1], address


async def test_what_is_paid_is_not_cancelled_with_its_service_without_the_right_for_that(salon):
    made = await salon.write_down(salon.at("10:00"), price={"amount": 0})
    assert made["payment_state"] == "settled"
    manager = await salon.member(*(set(Permission) - {Permission.BOOKING_CANCEL_PAID}))
    for path in (f"/services/{salon.service}", f"/locations/{salon.location}"):
        await salon.ok("POST", "/locations", {"name": "На Печерську"})
        refused = await salon.call("DELETE", f"{path}?on_conflict=cancel", by=manager)
        assert (refused.status_code, refused.json()["permission"]) == (403, "booking.cancel_paid")
    assert (await salon.ok("GET", f"/bookings/{made['id']}"))["state"] == "pending"
