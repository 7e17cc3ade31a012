"""Money for a booking: payment types, registers, change, parts, rights, repeats."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from contracts.booking import BookingChanged
from contracts.fiscal import BookingReversed, BookingSettled
from contracts.permissions import Permission
from kit.ids import new_id
from kit.testing import Bench
from tests.fiscal.salon import EVERYTHING, Salon
from tests.support.waiting import a_copy_is_waited_for

KYIV = ZoneInfo("Europe/Kyiv")


@pytest.mark.row("S54")
async def test_a_card_payment_at_a_card_register_settles_the_booking_and_makes_a_cash_operation(salon: Salon) -> None:
    register = await salon.register("Термінал", "card")
    booking = await salon.booking(50_000)
    act = await salon.settled(
        booking, {"payment_type": "card", "cash_register_id": register, "amount": {"amount": 50_000, "currency": "UAH"}}
    )
    assert act["payment_state"] == "settled"
    assert act["paid"] == {"amount": 50_000, "currency": "UAH"}
    assert act["due"]["amount"] == 0
    assert act["receipt"] == {
        "id": None,
        "state": "none",
        "reason_code": None,
        "reason_text": None,
        "fix": None,
        "fiscal_code": None,
        "url": None,
    }
    [line] = (await salon.get("/cash-operations"))["items"]
    assert line["kind"] == "sale"
    assert line["amount"]["amount"] == 50_000
    assert line["booking_id"] == str(booking)
    assert line["settlement_id"] == act["id"]
    [register_shown] = (await salon.get("/cash-registers"))["items"]
    assert register_shown["balances"] == [{"amount": 50_000, "currency": "UAH"}]


@pytest.mark.row("S55")
async def test_a_cash_register_for_cash_is_not_offered_for_a_card(salon: Salon) -> None:
    cash = await salon.register("Готівка", "cash")
    card = await salon.register("Термінал", "card")
    offered = (await salon.get("/cash-registers?payment_type=card"))["items"]
    assert [register["id"] for register in offered] == [card]
    refused = await salon.settle(
        await salon.booking(), {"payment_type": "card", "cash_register_id": cash, "amount": 50_000}
    )
    assert refused.status_code == 422
    assert refused.json()["code"] == "fiscal.register_unsuitable"


@pytest.mark.row("S56")
async def test_without_a_register_for_the_type_settlement_is_refused_with_a_link_to_create_one(salon: Salon) -> None:
    await salon.register("Готівка", "cash")
    refused = await salon.settle(await salon.booking(), ("card", 50_000), accept_language="en")
    assert refused.status_code == 422
    said = refused.json()
    assert said["code"] == "fiscal.no_register_for_payment_type"
    assert said["reason_code"] == "no_register_for_payment_type"
    assert said["fix"]["text"] == "Create a cash register for this payment type, or choose another type."
    page = f"/manage/{salon.account_id}/cash-registers?payment_type=card#f-payment_types"
    assert said["fix"]["url"].endswith(page)


@pytest.mark.row("S57")
async def test_a_new_card_register_is_offered_at_once(salon: Salon) -> None:
    booking = await salon.booking(10_000)
    assert (await salon.settle(booking, ("card", 10_000))).status_code == 422
    await salon.register("Термінал", "card")
    assert (await salon.settled(booking, ("card", 10_000)))["payment_state"] == "settled"


async def test_two_registers_of_one_type_must_be_chosen_between(salon: Salon) -> None:
    await salon.register("Ліва", "cash")
    await salon.register("Права", "cash")
    refused = await salon.settle(await salon.booking(), ("cash", 50_000))
    assert refused.json()["code"] == "fiscal.choose_register"
    assert sorted(choice["name"] for choice in refused.json()["registers"]) == ["Ліва", "Права"]


async def test_a_register_of_another_location_does_not_serve_the_booking(salon: Salon, bench: Bench) -> None:
    elsewhere = await salon.ask(
        "POST", "/cash-registers", {"name": "Інша", "payment_types": ["cash"], "location_id": str(uuid4())}
    )
    assert elsewhere.status_code == 422
    assert elsewhere.json()["errors"][0]["pointer"] == "/location_id"
    await salon.register("Своя", "cash", location_id=str(salon.location_id))
    foreign = await salon.booking(location_id=new_id())
    assert (await salon.settle(foreign, ("cash", 50_000))).json()["code"] == "fiscal.no_register_for_payment_type"
    assert (await salon.settled(await salon.booking(), ("cash", 50_000)))["payment_state"] == "settled"


async def test_cash_gives_change_and_a_card_does_not(salon: Salon) -> None:
    await salon.register("Усе", "cash", "card")
    refused = await salon.settle(await salon.booking(50_000), ("card", 50_001))
    assert refused.json()["code"] == "fiscal.amount_above_due"
    act = await salon.settled(await salon.booking(50_000), ("cash", 100_000))
    assert act["paid"]["amount"] == 50_000
    assert act["change"]["amount"] == 50_000
    assert act["payments"][0]["tendered"]["amount"] == 100_000


async def test_parts_are_counted_until_nothing_is_due(salon: Salon, bench: Bench) -> None:
    await salon.register("Усе", "cash", "card")
    booking = await salon.booking(50_000)
    first = await salon.settled(booking, ("card", 20_000))
    assert (first["payment_state"], first["due"]["amount"]) == ("part_paid", 30_000)
    second = await salon.settled(booking, ("cash", 10_000), ("card", 20_000))
    assert (second["payment_state"], second["due"]["amount"]) == ("settled", 0)
    third = await salon.settle(booking, ("cash", 1))
    assert (third.status_code, third.json()["code"]) == (409, "fiscal.nothing_due")
    said = await bench.said(BookingSettled, account_id=salon.account_id)
    assert [(event.version, event.settlement.payment_state, event.settlement.paid.amount) for event in said] == [
        (1, "part_paid", 20_000),
        (2, "settled", 50_000),
    ]


@pytest.mark.row("S38")
async def test_a_booking_of_nothing_is_settled_already(salon: Salon) -> None:
    await salon.register()
    booking = await salon.booking(0)
    assert (await salon.get(f"/bookings/{booking}/settlement"))["payment_state"] == "settled"
    assert (await salon.settle(booking, ("cash", 1))).json()["code"] == "fiscal.nothing_due"


@pytest.mark.row("S39")
async def test_a_raised_price_reopens_the_booking(salon: Salon, bench: Bench) -> None:
    await salon.register()
    created = salon.booking_event(0)
    await bench.deliver(created)
    raised = created.booking.model_copy(update={"price": created.booking.price.model_copy(update={"amount": 100})})
    await bench.deliver(BookingChanged(account_id=salon.account_id, version=2, booking=raised))
    shown = await salon.get(f"/bookings/{created.booking.id}/settlement")
    assert (shown["payment_state"], shown["due"]["amount"]) == ("unpaid", 100)
    await bench.deliver(created)  # an old event that comes again changes nothing
    assert (await salon.settled(created.booking.id, ("cash", 100)))["payment_state"] == "settled"


@pytest.mark.parametrize("state", ["cancelled_by_client", "cancelled_by_staff", "expired", "held"])
async def test_a_booking_that_is_over_takes_no_money(salon: Salon, state: str) -> None:
    await salon.register()
    refused = await salon.settle(await salon.booking(state=state), ("cash", 50_000))
    assert (refused.status_code, refused.json()["code"]) == (409, "fiscal.booking_not_payable")


async def test_five_equal_requests_with_one_key_take_the_money_once(salon: Salon) -> None:
    await salon.register()
    booking = await salon.booking(50_000)
    answers = await asyncio.gather(
        *(salon.settle(booking, ("cash", 20_000), idempotency_key="one-payment") for _ in range(5))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len((await salon.get("/cash-operations"))["items"]) == 1
    other = await salon.settle(booking, ("cash", 20_001), idempotency_key="one-payment")
    assert other.json()["code"] == "request.idempotency_key_reused"


async def test_parallel_payments_without_a_key_never_take_more_than_is_due(salon: Salon) -> None:
    await salon.register("Термінал", "card")
    booking = await salon.booking(50_000)
    answers = await asyncio.gather(*(salon.settle(booking, ("card", 30_000)) for _ in range(6)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201, 422, 422, 422, 422, 422]
    assert (await salon.get(f"/bookings/{booking}/settlement"))["paid"]["amount"] == 30_000


async def test_a_booking_whose_event_is_under_way_is_waited_for(salon: Salon, bench: Bench) -> None:
    await salon.register()
    event = salon.booking_event(50_000)

    async def arrive_late() -> None:
        await a_copy_is_waited_for()
        await bench.deliver(event)

    late = asyncio.create_task(arrive_late())
    act = await salon.settled(event.booking.id, ("cash", 50_000))
    await late
    assert act["payment_state"] == "settled"


async def test_a_price_that_was_changed_a_moment_ago_is_waited_for(salon: Salon, bench: Bench) -> None:
    await salon.register()
    created = salon.booking_event(50_000)
    await bench.deliver(created)
    cheaper = created.booking.model_copy(update={"price": created.booking.price.model_copy(update={"amount": 45_000})})

    async def arrive_late() -> None:
        await a_copy_is_waited_for()
        await bench.deliver(BookingChanged(account_id=salon.account_id, version=2, booking=cheaper))

    late = asyncio.create_task(arrive_late())
    act = await salon.settled(created.booking.id, ("cash", 45_000), if_match='"2"')
    await late
    assert act["payment_state"] == "settled"
    stale = await salon.settle(created.booking.id, ("cash", 45_000), if_match='"1"')
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)


async def test_a_booking_that_nobody_knows_is_not_found(salon: Salon) -> None:
    await salon.register()
    assert (await salon.settle(uuid4(), ("cash", 1))).status_code == 404
    assert (await salon.ask("GET", f"/bookings/{uuid4()}/settlement")).status_code == 404


async def test_a_reversal_gives_everything_back_and_keeps_what_was_written(salon: Salon, bench: Bench) -> None:
    await salon.register("Усе", "cash", "card")
    booking = await salon.booking(50_000)
    await salon.settled(booking, ("cash", 20_000))
    await salon.settled(booking, ("cash", 10_000), ("card", 20_000))
    answer = await salon.ask("POST", f"/bookings/{booking}/settlement/reverse", {"reason": "не прийшла"})
    assert answer.status_code == 201, answer.text
    assert (answer.json()["payment_state"], answer.json()["paid"]["amount"]) == ("reversed", 0)
    lines = (await salon.get("/cash-operations"))["items"]
    assert sorted(line["amount"]["amount"] for line in lines) == [-20_000, -20_000, -10_000, 10_000, 20_000, 20_000]
    assert (await salon.get("/cash-registers"))["items"][0]["balances"] == [{"amount": 0, "currency": "UAH"}]
    said = await bench.said(BookingReversed, account_id=salon.account_id)
    assert [(event.version, event.settlement.payment_state) for event in said] == [(3, "part_paid"), (4, "reversed")]
    again = await salon.ask("POST", f"/bookings/{booking}/settlement/reverse")
    assert (again.status_code, again.json()["code"]) == (409, "fiscal.nothing_to_reverse")
    assert (await salon.settled(booking, ("cash", 50_000)))["payment_state"] == "settled"


@pytest.mark.row("S64")
async def test_another_operating_day_needs_the_right_to_choose_it(salon: Salon, bench: Bench) -> None:
    await salon.register()
    yesterday = (datetime.now(KYIV) - timedelta(days=1)).date().isoformat()
    tomorrow = (datetime.now(KYIV) + timedelta(days=1)).date().isoformat()
    cashier = await bench.make_member(
        salon.account_id, {Permission.SETTLEMENT_CREATE}, role="administrator", phone_e164="+380500000001"
    )
    booking = await salon.booking()
    refused = await salon.settle(booking, ("cash", 50_000), by=cashier, operating_day=yesterday)
    assert refused.status_code == 403
    assert refused.json()["permission"] == "operating_day.choose"
    assert refused.json()["holders"] == ["Олена"]
    ahead = await salon.settle(booking, ("cash", 50_000), operating_day=tomorrow)
    assert ahead.json()["code"] == "fiscal.operating_day_in_future"
    today = await salon.settled(
        booking, ("cash", 20_000), by=cashier, operating_day=datetime.now(KYIV).date().isoformat()
    )
    assert today["is_back_dated"] is False


@pytest.mark.row("S65")
async def test_a_back_dated_operation_shows_both_dates_and_is_listed_for_the_owner(salon: Salon) -> None:
    await salon.register()
    yesterday = (datetime.now(KYIV) - timedelta(days=1)).date().isoformat()
    await salon.settled(await salon.booking(), ("cash", 50_000))
    await salon.settled(await salon.booking(), ("cash", 40_000), operating_day=yesterday)
    [line] = (await salon.get("/cash-operations?back_dated=true"))["items"]
    assert line["operating_day"] == yesterday
    assert line["amount"]["amount"] == 40_000
    assert datetime.fromisoformat(line["created_at"]).astimezone(KYIV).date().isoformat() > yesterday


@pytest.mark.parametrize(
    ("missing", "method", "path", "body"),
    [
        (
            "settlement.create",
            "POST",
            "/bookings/{booking}/settlement",
            {"payments": [{"payment_type": "cash", "amount": 1}]},
        ),
        ("settlement.reverse", "POST", "/bookings/{booking}/settlement/reverse", None),
        ("booking.view", "GET", "/bookings/{booking}/settlement", None),
        ("cash.view", "GET", "/cash-operations", None),
        ("cash.create", "POST", "/cash-operations", {"kind": "deposit", "cash_register_id": "{booking}", "amount": 1}),
        ("cash.edit", "PATCH", "/cash-operations/{booking}", {"amount": 1}),
        ("cash.delete", "DELETE", "/cash-operations/{booking}", None),
        ("settings.integrations", "POST", "/cash-registers", {"name": "Каса", "payment_types": ["cash"]}),
    ],
)
async def test_each_act_needs_its_own_right(
    salon: Salon, bench: Bench, missing: str, method: str, path: str, body: dict[str, str] | None
) -> None:
    booking = await salon.booking()
    member = await bench.make_member(salon.account_id, EVERYTHING - {missing}, phone_e164="+380500000002")
    filled = {k: v.replace("{booking}", str(booking)) if isinstance(v, str) else v for k, v in (body or {}).items()}
    refused = await salon.ask(method, path.format(booking=booking), filled or None, by=member)
    assert refused.status_code == 403, refused.text
    assert refused.json()["permission"] == missing


async def test_a_member_of_another_location_may_not_settle_here(salon: Salon, bench: Bench) -> None:
    await salon.register()
    booking = await salon.booking()
    stranger = await bench.make_member(
        salon.account_id, EVERYTHING, phone_e164="+380500000003", location_ids=frozenset({new_id()})
    )
    refused = await salon.settle(booking, ("cash", 50_000), by=stranger)
    assert (refused.status_code, refused.json()["code"]) == (403, "access.missing_scope")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"payments": []}, "/payments"),
        ({"payments": [{"payment_type": "cash", "amount": 0}]}, "/payments/0/amount"),
        ({"payments": [{"payment_type": "cash", "amount": -5}]}, "/payments/0/amount"),
        ({"payments": [{"payment_type": "cash", "amount": 10.5}]}, "/payments/0/amount"),
        ({"payments": [{"payment_type": "cash", "amount": True}]}, "/payments/0/amount"),
        ({"payments": [{"payment_type": "shells", "amount": 1}]}, "/payments/0/payment_type"),
        ({"payments": [{"payment_type": "cash", "amount": 1, "tip": 1}]}, "/payments/0/tip"),
        (
            {"payments": [{"payment_type": "cash", "amount": {"amount": 1, "currency": "грн"}}]},
            "/payments/0/amount/currency",
        ),
        ({"payments": [{"payment_type": "cash", "amount": 1}], "operating_day": "учора"}, "/operating_day"),
        ({"payments": [{"payment_type": "cash", "amount": 1}], "operating_day": "0001-01-01"}, "/operating_day"),
        ({"payments": [{"payment_type": "cash", "amount": 10**30}]}, "/payments/0/amount"),
    ],
)
async def test_a_wrong_field_is_named(salon: Salon, body: dict[str, object], pointer: str) -> None:
    answer = await salon.ask("POST", f"/bookings/{await salon.booking()}/settlement", body)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_an_amount_in_another_currency_is_refused(salon: Salon) -> None:
    await salon.register()
    refused = await salon.settle(
        await salon.booking(), {"payment_type": "cash", "amount": {"amount": 50_000, "currency": "EUR"}}
    )
    assert refused.json()["code"] == "fiscal.currency_mismatch"
