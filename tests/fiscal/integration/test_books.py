"""Discounts, tips, goods, refunds in part; the ledger that adds up whatever happens."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from contracts.base import Money
from contracts.booking import BookingChanged, BookingGoods
from contracts.fiscal import BookingReversed, BookingSettled
from contracts.permissions import Permission
from kit.ids import new_id
from kit.testing import Bench
from tests.fiscal.salon import EVERYTHING, Salon, TestDesk
from zapys_dev import databases

KYIV = ZoneInfo("Europe/Kyiv")


def day(back: int = 0) -> str:
    return (datetime.now(KYIV) - timedelta(days=back)).date().isoformat()


@pytest.fixture
async def as_app(database_urls: databases.Urls) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_urls.app_url.replace("+asyncpg", ""))
    yield connection
    await connection.close()


async def lies(salon: Salon, register: str) -> int:
    shown = await salon.get(f"/cash-registers/{register}")
    return sum(money["amount"] for money in shown["balances"])


async def adds_up(salon: Salon, as_app: asyncpg.Connection) -> None:
    """What every reader of the books may rely on, asked of the rows themselves."""
    async with as_app.transaction():
        await as_app.execute("SELECT set_config('app.account_id', $1, true)", str(salon.account_id))
        entries = await as_app.fetch(
            "SELECT cash_register_id, payment_type, sum(amount)::bigint AS amount FROM cash_operation GROUP BY 1, 2"
        )
        turnover = await as_app.fetch(
            "SELECT cash_register_id, payment_type, sum(amount)::bigint AS amount FROM register_turnover GROUP BY 1, 2"
        )
        assert sorted(map(tuple, entries)) == sorted(map(tuple, turnover))
        assert not await as_app.fetch(
            """
            SELECT s.id FROM settlement s
            WHERE s.amount <> (SELECT coalesce(sum(amount), 0) FROM settlement_line l WHERE l.settlement_id = s.id)
               OR s.amount <> (SELECT coalesce(sum(amount), 0) FROM settlement_payment p WHERE p.settlement_id = s.id)
            """
        )
        assert not await as_app.fetch(
            """
            SELECT b.booking_id FROM booking_copy b WHERE b.paid <>
                (SELECT coalesce(sum(amount), 0) FROM settlement s WHERE s.booking_id = b.booking_id)
            """
        )


async def test_a_discount_in_per_cent_is_split_over_the_lines_to_the_kopeck(salon: Salon, bench: Bench) -> None:
    await salon.register("Усе", "cash", "card")
    booking = await salon.booking(10_001, prices=(3_333, 3_334, 3_334))
    body = {
        "payments": [{"payment_type": "card", "amount": 8_501}],
        "discount": {"percent": 15, "reason": "постійна клієнтка"},
    }
    act = await salon.ask("POST", f"/bookings/{booking}/settlement", body)
    assert act.status_code == 201, act.text
    said = act.json()
    assert (said["discount"]["amount"], said["payment_state"], said["due"]["amount"]) == (1_500, "settled", 0)
    assert sum(line["amount"]["amount"] for line in said["lines"]) == 8_501
    assert [line["name"] for line in said["lines"]] == ["Послуга 1", "Послуга 2", "Послуга 3"]
    assert said["lines"][0]["staff_member_name"] == "Майстриня"
    [event] = await bench.said(BookingSettled, account_id=salon.account_id)
    assert (event.settlement.paid.amount, event.settlement.due.amount) == (8_501, 0)
    assert event.settlement.discounted == Money(amount=1_500)


async def test_a_discount_is_rounded_as_the_account_wants(salon: Salon) -> None:
    await salon.register()
    changed = await salon.ask("PATCH", "/finance/rules", {"discount_rounding": 100})
    assert changed.status_code == 200, changed.text
    booking = await salon.booking(33_350)
    body = {"payments": [{"payment_type": "cash", "amount": 30_000}], "discount": {"percent": "10"}}
    act = (await salon.ask("POST", f"/bookings/{booking}/settlement", body)).json()
    assert (act["discount"]["amount"], act["payment_state"]) == (3_350, "settled")  # 30 015 left, rounded to 30 000


async def test_a_discount_of_all_settles_without_a_payment_and_is_taken_back_with_it(salon: Salon) -> None:
    await salon.register()
    booking = await salon.booking(50_000)
    free = await salon.ask("POST", f"/bookings/{booking}/settlement", {"payments": [], "discount": {"amount": 50_000}})
    assert (free.status_code, free.json()["payment_state"]) == (201, "settled")
    assert (await salon.get("/cash-operations"))["items"] == []
    back = await salon.ask("POST", f"/bookings/{booking}/settlement/reverse")
    assert (back.status_code, back.json()["due"]["amount"]) == (201, 50_000)
    again = await salon.ask("POST", f"/bookings/{booking}/settlement/reverse")
    assert again.json()["code"] == "fiscal.nothing_to_reverse"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"payments": []}, "/payments"),
        ({"payments": [], "discount": {}}, "/discount/amount"),
        ({"payments": [], "discount": {"amount": 1, "percent": 1}}, "/discount/amount"),
        ({"payments": [], "discount": {"percent": 0}}, "/discount/percent"),
        ({"payments": [], "discount": {"percent": 101}}, "/discount/percent"),
        ({"payments": [], "discount": {"percent": "0.001"}}, "/discount/percent"),
        ({"payments": [], "discount": {"amount": 1.5}}, "/discount/amount"),
        ({"payments": [], "tips": [{"payment_type": "cash", "amount": -1}]}, "/tips/0/amount"),
    ],
)
async def test_a_wrong_discount_or_tip_names_its_field(salon: Salon, body: dict[str, Any], pointer: str) -> None:
    answer = await salon.ask("POST", f"/bookings/{await salon.booking()}/settlement", body)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not answer.json()["errors"][0]["text"].startswith("field.")


async def test_a_discount_needs_the_right_to_edit_prices_and_has_a_limit(salon: Salon, bench: Bench) -> None:
    await salon.register()
    booking = await salon.booking(100)
    cashier = await bench.make_member(
        salon.account_id, EVERYTHING - {Permission.BOOKING_EDIT_PRICE}, phone_e164="+380500000009"
    )
    body = {"payments": [], "discount": {"amount": 100}}
    refused = await salon.ask("POST", f"/bookings/{booking}/settlement", body, by=cashier)
    assert (refused.status_code, refused.json()["permission"]) == (403, "booking.edit_price")
    body = {"payments": [], "discount": {"amount": 101}}
    refused = await salon.ask("POST", f"/bookings/{booking}/settlement", body)
    assert (refused.json()["code"], refused.json()["due"]) == ("fiscal.discount_above_due", 100)


async def test_a_tip_belongs_to_a_person_and_to_no_receipt(salon: Salon, desk: TestDesk, worker: None) -> None:
    register = await salon.fiscal_register(desk)
    await salon.open_shift(register)
    booking = await salon.booking(50_000)
    body = {
        "payments": [{"payment_type": "cash", "amount": 100_000}],
        "tips": [{"payment_type": "card", "amount": 5_000}],
    }
    act = (await salon.ask("POST", f"/bookings/{booking}/settlement", body)).json()
    assert (act["change"]["amount"], act["tips"][0]["amount"]["amount"]) == (50_000, 5_000)
    assert act["tips"][0]["staff_member_name"] == "Майстриня"
    [receipt] = await salon.receipts_become("registered")
    assert receipt["total"]["amount"] == 50_000
    assert await lies(salon, register) == 55_000
    tip = next(line for line in (await salon.get("/cash-operations"))["items"] if line["kind"] == "tip")
    undone = await salon.ask("DELETE", f"/cash-operations/{tip['id']}")
    assert undone.json()["amount"]["amount"] == -5_000
    assert await lies(salon, register) == 50_000
    assert (await salon.get(f"/bookings/{booking}/settlement"))["payment_state"] == "settled"


@pytest.mark.row("S66")
async def test_goods_stand_on_the_receipt_beside_the_services(
    salon: Salon, bench: Bench, desk: TestDesk, worker: None, simulators: Any
) -> None:
    await salon.open_shift(await salon.fiscal_register(desk))
    shampoo = BookingGoods(
        id=new_id(),
        stock_item_id=new_id(),
        name="Шампунь",
        quantity=2,
        unit_price=Money(amount=16_400),
        price=Money(amount=32_800),
    )
    event = salon.booking_event(82_800, prices=(50_000,), goods=(shampoo,))
    await bench.deliver(event)
    act = await salon.settled(event.booking.id, ("card", 82_800))
    assert [(line["kind"], line["name"], line["amount"]["amount"]) for line in act["lines"]] == [
        ("service", "Послуга 1", 50_000),
        ("goods", "Шампунь", 32_800),
    ]
    [receipt] = await salon.receipts_become("registered")
    assert receipt["total"]["amount"] == 82_800
    sold = await salon.get(f"/finance/reports/service?from={day()}&to={day()}")
    assert {row["name"]: row["net"] for row in sold["items"]} == {"Послуга 1": 50_000, "Шампунь": 32_800}


async def test_a_part_goes_back_with_a_return_receipt_of_that_part(
    salon: Salon, bench: Bench, desk: TestDesk, worker: None
) -> None:
    await salon.open_shift(await salon.fiscal_register(desk))
    booking = await salon.booking(50_000, prices=(30_000, 20_000))
    await salon.settled(booking, ("cash", 20_000), ("card", 30_000))
    await salon.receipts_become("registered")
    refund = {"amount": 10_000, "payment_type": "card", "reason": "не сподобалось"}
    back = await salon.ask("POST", f"/bookings/{booking}/settlement/reverse", refund)
    assert back.status_code == 201, back.text
    assert (back.json()["payment_state"], back.json()["paid"]["amount"]) == ("part_paid", 40_000)
    [act] = back.json()["items"]
    assert [(line["name"], line["amount"]["amount"]) for line in act["lines"]] != []
    assert sum(line["amount"]["amount"] for line in act["lines"]) == -10_000
    sale, returned = await salon.receipts_become("registered", "registered")
    assert (returned["kind"], returned["total"]["amount"]) == ("return", 10_000)
    above = await salon.ask("POST", f"/bookings/{booking}/settlement/reverse", {**refund, "amount": 20_001})
    assert (above.status_code, above.json()["code"], above.json()["refundable"]) == (
        422,
        "fiscal.refund_above_paid",
        20_000,
    )
    rest = await salon.ask("POST", f"/bookings/{booking}/settlement/reverse")
    assert (rest.json()["payment_state"], rest.json()["paid"]["amount"]) == ("reversed", 0)
    receipts = await salon.receipts_become("reversed", "registered", "registered")
    assert [one["total"]["amount"] for one in receipts] == [50_000, 10_000, 40_000]
    assert sale["total"]["amount"] == 50_000
    said = await bench.said(BookingReversed, account_id=salon.account_id)
    assert [event.settlement.paid.amount for event in said] == [40_000, 0]
    kinds = [line["kind"] for line in (await salon.get("/cash-operations"))["items"]]
    assert sorted(kinds) == ["refund", "refund", "reversal", "sale", "sale"]


@pytest.mark.row("S38")
async def test_a_raised_price_reopens_a_visit_that_was_settled_at_nothing(salon: Salon, bench: Bench) -> None:
    await salon.register()
    event = salon.booking_event(0)
    await bench.deliver(event)
    shown = await salon.get(f"/bookings/{event.booking.id}/settlement")
    assert (shown["payment_state"], shown["due"]["amount"]) == ("settled", 0)
    refused = await salon.settle(event.booking.id, ("cash", 100))
    assert refused.json()["code"] == "fiscal.nothing_due"
    raised = event.booking.model_copy(update={"price": Money(amount=100)})
    await bench.deliver(BookingChanged(account_id=salon.account_id, version=2, booking=raised))
    shown = await salon.get(f"/bookings/{event.booking.id}/settlement")
    assert (shown["payment_state"], shown["due"]["amount"]) == ("unpaid", 100)


async def test_a_transfer_is_two_lines_that_come_to_nothing_and_go_back_together(salon: Salon) -> None:
    till, safe = await salon.register("Каса"), await salon.register("Сейф")
    put = {"kind": "deposit", "cash_register_id": till, "amount": 1_000}
    await salon.ask("POST", "/cash-operations", put)
    move = {"kind": "transfer", "cash_register_id": till, "to_cash_register_id": safe, "amount": 700}
    moved = await salon.ask("POST", "/cash-operations", move)
    assert moved.status_code == 201, moved.text
    assert (await lies(salon, till), await lies(salon, safe)) == (300, 700)
    too_much = await salon.ask("POST", "/cash-operations", {**move, "amount": 301})
    assert (too_much.json()["code"], too_much.json()["balance"]) == ("fiscal.not_enough_cash", 300)
    corrected = await salon.ask("PATCH", f"/cash-operations/{moved.json()['id']}", {"amount": 600})
    assert corrected.status_code == 200, corrected.text
    assert (await lies(salon, till), await lies(salon, safe)) == (400, 600)
    collected = await salon.ask(
        "POST", "/cash-operations", {"kind": "collection", "cash_register_id": safe, "amount": 600}
    )
    assert collected.json()["amount"]["amount"] == -600
    itself = await salon.ask("POST", "/cash-operations", {**move, "to_cash_register_id": till})
    assert itself.json()["code"] == "fiscal.transfer_to_itself"
    [lost] = (await salon.ask("POST", "/cash-operations", {**move, "to_cash_register_id": None})).json()["errors"]
    assert lost["pointer"] == "/to_cash_register_id"
    foreign = await salon.ask("POST", "/cash-operations", {**move, "to_cash_register_id": str(new_id())})
    assert foreign.status_code == 404


async def test_the_database_itself_refuses_to_change_a_line_or_to_leave_one_out(
    salon: Salon, database_urls: databases.Urls, servers: Any
) -> None:
    register = await salon.register()
    await salon.settled(await salon.booking(500), ("cash", 500))
    name = database_urls.app_url.rsplit("/", 1)[1]
    root = await asyncpg.connect(f"{servers.postgres_url.rsplit('/', 1)[0]}/{name}")
    try:
        for table in ("cash_operation", "settlement", "settlement_payment", "settlement_line", "day_close"):
            for statement in (
                f"UPDATE {table} SET account_id = account_id",
                f"DELETE FROM {table}",
                f"TRUNCATE {table} CASCADE",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only ever added to"):
                    await root.execute(statement)
        with pytest.raises(asyncpg.CheckViolationError, match="ledger"):
            await root.execute(
                """
                INSERT INTO settlement SELECT account_id, gen_random_uuid(), booking_id, act + 1, kind, reverses_id,
                    reason, amount, change, currency, price_then, paid_after, payment_state, operating_day,
                    is_back_dated, created_at, created_by, created_by_name
                FROM settlement WHERE account_id = $1
                """,
                salon.account_id,
            )
    finally:
        await root.close()
    assert await lies(salon, register) == 500


async def test_balances_are_the_sum_of_entries_whoever_writes_at_the_same_time(
    salon: Salon, as_app: asyncpg.Connection
) -> None:
    chance = random.Random(20261122)
    tills = [await salon.register(f"Каса {number}", "cash", "card") for number in range(3)]
    bookings = [await salon.booking(chance.randrange(100, 5_000), prices=(100, 200)) for _ in range(6)]
    for till in tills:
        await salon.ask("POST", "/cash-operations", {"kind": "deposit", "cash_register_id": till, "amount": 5_000})

    async def act() -> int:
        till, other = chance.sample(tills, 2)
        amount = chance.randrange(1, 3_000)
        kind = chance.choice(["deposit", "withdrawal", "transfer", "settle", "refund", "delete"])
        if kind == "settle":
            payment = {"payment_type": chance.choice(["cash", "card"]), "cash_register_id": till, "amount": amount}
            return (await salon.settle(chance.choice(bookings), payment)).status_code
        if kind == "refund":
            path = f"/bookings/{chance.choice(bookings)}/settlement/reverse"
            return (await salon.ask("POST", path, {"amount": amount})).status_code
        if kind == "delete":
            lines = (await salon.get("/cash-operations?limit=20"))["items"]
            return (await salon.ask("DELETE", f"/cash-operations/{chance.choice(lines)['id']}")).status_code
        target = {"to_cash_register_id": other} if kind == "transfer" else {}
        body = {"kind": kind, "cash_register_id": till, "amount": amount, **target}
        return (await salon.ask("POST", "/cash-operations", body)).status_code

    for _ in range(6):
        answers = await asyncio.gather(*(act() for _ in range(6)))
        assert set(answers) <= {200, 201, 409, 422}, answers
        await adds_up(salon, as_app)
    found = await salon.get(f"/finance/reconciliation?from={day(1)}&to={day()}")
    # A deposit may be taken back after its money went on: that is told, not forbidden.
    assert {item["code"] for item in found["items"]} <= {"negative_balance"}, found["items"]


async def test_money_is_not_taken_out_twice_at_once(salon: Salon) -> None:
    till = await salon.register()
    await salon.ask("POST", "/cash-operations", {"kind": "deposit", "cash_register_id": till, "amount": 1_000})
    body = {"kind": "withdrawal", "cash_register_id": till, "amount": 600}
    answers = await asyncio.gather(*(salon.ask("POST", "/cash-operations", body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert await lies(salon, till) == 400


async def test_a_doubled_submit_has_one_effect(salon: Salon) -> None:
    till = await salon.register()
    body = {"kind": "deposit", "cash_register_id": till, "amount": 1_000}
    key = "once-and-no-more"
    answers = await asyncio.gather(
        *(salon.ask("POST", "/cash-operations", body, idempotency_key=key) for _ in range(4))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = await salon.ask("POST", "/cash-operations", {**body, "amount": 1_001}, idempotency_key=key)
    assert other.json()["code"] == "request.idempotency_key_reused"
    assert await lies(salon, till) == 1_000
