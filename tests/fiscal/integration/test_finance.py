"""Reports from the ledger, counted days, back-dating, second persons, the subscription."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from sqlalchemy import text

from contracts.fiscal import CashActRefused, WeeklyDigestPrepared
from contracts.permissions import Permission
from fiscal.exports import as_csv
from fiscal.usecases.prepare_digests import last_week, prepare_digests
from kit.testing import Bench, Person
from tests.fiscal.salon import EVERYTHING, Salon, open_salon

KYIV = ZoneInfo("Europe/Kyiv")
KINDS = ("day", "register", "payment_type", "staff_member", "service")


def day(back: int = 0) -> str:
    return (datetime.now(KYIV) - timedelta(days=back)).date().isoformat()


def span(back: int = 7) -> str:
    return f"from={day(back)}&to={day()}"


@pytest.fixture
async def second(salon: Salon, bench: Bench) -> Person:
    """Somebody else with every right."""
    return await bench.make_member(salon.account_id, EVERYTHING, name="Марко", phone_e164="+380500000031")


@pytest.fixture
async def busy(salon: Salon) -> Salon:
    """A week of a salon: two registers, parts, tips, a discount, a deleted payment, a refund, money by hand."""
    till, terminal = await salon.register("Каса", "cash"), await salon.register("Термінал", "card")
    await salon.ask("POST", "/cash-operations", {"kind": "deposit", "cash_register_id": till, "amount": 100_000})
    first = await salon.booking(50_001, prices=(20_000, 30_001))
    await salon.settled(first, ("cash", 20_000), ("card", 30_001), operating_day=day(2))
    second = await salon.booking(30_000)
    await salon.settled(second, ("cash", 30_000))
    line = next(one for one in (await salon.get("/cash-operations"))["items"] if one["kind"] == "sale")
    await salon.ask("DELETE", f"/cash-operations/{line['id']}?reason=помилка")
    third = await salon.booking(10_000, prices=(3_333, 3_333, 3_334))
    body = {
        "payments": [{"payment_type": "card", "amount": 9_000}],
        "discount": {"percent": 10},
        "tips": [{"payment_type": "cash", "amount": 700, "cash_register_id": till}],
    }
    answer = await salon.ask("POST", f"/bookings/{third}/settlement", body)
    assert answer.status_code == 201, answer.text
    await salon.ask("POST", f"/bookings/{third}/settlement/reverse", {"amount": 1_000, "reason": "=1+1"})
    assert terminal
    return salon


@pytest.mark.row("S70")
async def test_a_deleted_payment_is_no_revenue_and_is_listed(busy: Salon) -> None:
    report = await busy.get(f"/finance/reports/register?{span()}")
    [total] = report["totals"]
    assert (total["sold"], total["given_back"], total["net"], total["tips"]) == (89_001, -31_000, 58_001, 700)
    assert {(one["kind"], one["amount"]["amount"], one["reason"]) for one in report["reversals"]} == {
        ("reversal", -30_000, "помилка"),
        ("refund", -1_000, "=1+1"),
    }
    assert all(one["created_by_name"] == "Олена" for one in report["reversals"])


async def test_reports_agree_with_one_another_and_with_the_registers(busy: Salon) -> None:
    totals: list[Any] = []
    for kind in KINDS:
        report = await busy.get(f"/finance/reports/{kind}?{span()}")
        for figure in ("sold", "given_back", "net", "tips"):
            assert sum(row[figure] for row in report["items"]) == report["totals"][0][figure], (kind, figure)
        totals.append(report["totals"])
    assert all(total == totals[0] for total in totals)
    days = await busy.get(f"/finance/reports/day?{span()}")
    assert [(row["key"], row["net"]) for row in days["items"]] == [(day(2), 50_001), (day(), 8_000)]
    lies = sum(money["amount"] for one in (await busy.get("/cash-registers"))["items"] for money in one["balances"])
    assert lies == 100_000 + totals[0][0]["net"] + totals[0][0]["tips"]


async def test_the_figures_of_a_day_go_from_morning_to_evening(busy: Salon) -> None:
    report = await busy.get(f"/finance/days/{day()}")
    figures = {(one["cash_register_name"], one["payment_type"]): one for one in report["items"]}
    till = figures["Каса", "cash"]
    shown = {key: till[key]["amount"] for key in ("opening", "sold", "given_back", "tips", "paid_in", "closing")}
    assert shown == {
        "opening": 20_000,
        "sold": 30_000,
        "given_back": -30_000,
        "tips": 700,
        "paid_in": 100_000,
        "closing": 120_700,
    }
    before = await busy.get(f"/finance/days/{day(3)}")
    assert before["items"] == []


async def test_files_hold_the_same_sums_and_no_formula(busy: Salon) -> None:
    asked = await busy.ask("GET", f"/finance/reports/payment_type?{span()}&format=csv", accept_language="uk")
    assert asked.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(asked.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["Назва", "Валюта", "Отримано"]
    assert {row[0]: Decimal(row[4]) for row in rows[1:]} == {
        "Готівка": Decimal("200.00"),
        "Картка": Decimal("380.01"),
        "Усього": Decimal("580.01"),
    }
    asked = await busy.ask("GET", f"/finance/reports/day?{span()}&format=xlsx", accept_language="en")
    book = openpyxl.load_workbook(io.BytesIO(asked.content))
    assert book.sheetnames == ["Report", "Reversals"]
    assert [cell.value for cell in book["Report"][4]][:5] == ["Total", "UAH", 890.01, -310, 580.01]
    reasons = [cell for cell in book["Reversals"]["I"] if cell.value == "=1+1"]
    assert [cell.data_type for cell in reasons] == ["s"]


@pytest.mark.parametrize("text", ["=1+1", "+380", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =1", "|cmd", "\u00a0=1"])
def test_what_a_person_typed_is_never_a_formula(text: str) -> None:
    [row] = list(csv.reader(io.StringIO(as_csv([[text, -5]]).decode("utf-8-sig"), newline="")))
    assert row == [f"'{text}", "-5"]


async def test_a_file_needs_its_own_right_and_a_member_sees_own_places_alone(busy: Salon, bench: Bench) -> None:
    reader = await bench.make_member(
        busy.account_id, EVERYTHING - {Permission.REPORTS_EXPORT}, phone_e164="+380500000032"
    )
    assert (await busy.ask("GET", f"/finance/reports/day?{span()}", by=reader)).status_code == 200
    refused = await busy.ask("GET", f"/finance/reports/day?{span()}&format=xlsx", by=reader)
    assert (refused.status_code, refused.json()["permission"]) == (403, "reports.export")
    here = await busy.register("Філія", "transfer", location_id=str(busy.location_id))
    other = await bench.make_member(
        busy.account_id, EVERYTHING, phone_e164="+380500000033", location_ids=frozenset({busy.location_id})
    )
    seen = await busy.get(f"/finance/reports/register?{span()}&cash_register_id={here}", by=other)
    assert (seen["items"], seen["totals"]) == ([], [])


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("/finance/reports/day?from=2026-02-01&to=2026-01-01", "query/to"),
        ("/finance/reports/day?from=2020-01-01&to=2026-01-01", "query/to"),
        ("/finance/reports/moon?from=2026-01-01&to=2026-01-02", "path/by"),
        ("/finance/reports/day?from=2026-01-01&to=2026-01-02&format=pdf", "query/format"),
        ("/finance/days/yesterday", "path/day"),
        ("/finance/digest?from=2026-02-01&to=2026-01-01", "query/to"),
        ("/cash-operations?from=2026-02-01&to=2026-01-01", "query/to"),
    ],
)
async def test_reversed_or_endless_periods_name_their_field(salon: Salon, path: str, pointer: str) -> None:
    refused = await salon.ask("GET", path)
    assert refused.status_code == 422, refused.text
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]


async def test_a_day_is_closed_with_what_was_counted_and_a_difference_is_explained(salon: Salon) -> None:
    till = await salon.register()
    await salon.ask("POST", "/cash-operations", {"kind": "deposit", "cash_register_id": till, "amount": 1_000})
    path = f"/cash-registers/{till}/day-closes"
    refused = await salon.ask("POST", path, {"counted": 950})
    assert (refused.status_code, refused.json()["code"], refused.json()["difference"]) == (
        409,
        "fiscal.difference_unexplained",
        -50,
    )
    closed = await salon.ask(
        "POST", path, {"counted": 950, "explanation": "здача без копійок", "book_difference": True}
    )
    assert closed.status_code == 201, closed.text
    assert (closed.json()["number"], closed.json()["difference"]["amount"]) == (1, -50)
    lines = (await salon.get("/cash-operations"))["items"]
    assert (lines[0]["kind"], lines[0]["amount"]["amount"], lines[0]["id"]) == (
        "shortage",
        -50,
        closed.json()["operation_id"],
    )
    again = await salon.ask("POST", path, {"counted": 950})
    assert (again.json()["number"], again.json()["difference"]["amount"]) == (2, 0)
    shown = await salon.get(path)
    assert [(one["number"], one["expected"]["amount"]) for one in shown["items"]] == [(2, 950), (1, 1_000)]
    await salon.ask("POST", "/cash-operations", {"kind": "deposit", "cash_register_id": till, "amount": 7})
    found = await salon.get(f"/finance/reconciliation?from={day()}&to={day()}")
    assert [(one["code"], one["expected"], one["found"]) for one in found["items"]] == [("day_changed", 950, 957)]
    for body, pointer in (({"counted": -1}, "/counted"), ({"counted": 1.5}, "/counted"), ({}, "/counted")):
        wrong = await salon.ask("POST", path, body)
        assert [error["pointer"] for error in wrong.json()["errors"]] == [pointer]
    digest = await salon.get(f"/finance/digest?{span()}")
    assert [one["difference"]["amount"] for one in digest["shortages"]] == [-50]


@pytest.mark.row("X16")
async def test_on_monday_morning_the_owners_week_is_told_once_and_a_week_without_money_never(
    busy: Salon, bench: Bench
) -> None:
    silent = await open_salon(bench)
    monday = datetime.now(KYIV).replace(hour=7, minute=1) + timedelta(days=7 - datetime.now(KYIV).weekday())
    early = monday - timedelta(minutes=2)
    for now in (early, monday, monday + timedelta(hours=1)):
        await prepare_digests(bench.service.db, now)
    told = await bench.said(WeeklyDigestPrepared, account_id=busy.account_id)
    [week] = [one for one in told if one.since == last_week(monday, KYIV).isoformat()]
    digest = await busy.get(f"/finance/digest?from={week.since}&to={week.until}")
    assert week.taken_back == len(digest["reversals"]) >= 2
    assert week.back_dated == len(digest["back_dated"])
    assert week.without_second_person == digest["without_second_person"] > 0
    assert {line.reason for line in week.lines if line.what == "taken_back"} >= {"помилка", "=1+1"}
    assert await bench.said(WeeklyDigestPrepared, account_id=silent.account_id) == []


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        ("2026-11-23T06:59", "2026-11-09"),  # Monday, before the hour
        ("2026-11-23T07:00", "2026-11-16"),
        ("2026-11-29T23:59", "2026-11-16"),
        ("2026-03-30T07:00", "2026-03-23"),  # the Monday after the clocks went forward
    ],
)
def test_a_week_is_told_of_from_its_next_monday_at_seven(now: str, monday: str) -> None:
    assert last_week(datetime.fromisoformat(now).replace(tzinfo=KYIV), KYIV).isoformat() == monday


async def test_how_far_back_a_day_may_be_chosen_is_the_accounts_rule(salon: Salon, bench: Bench) -> None:
    till = await salon.register()
    body = {"kind": "deposit", "cash_register_id": till, "amount": 1}
    assert (await salon.ask("POST", "/cash-operations", {**body, "operating_day": day(30)})).status_code == 201
    refused = await salon.ask("POST", "/cash-operations", {**body, "operating_day": day(31)})
    assert (refused.status_code, refused.json()["code"], refused.json()["earliest"]) == (
        422,
        "fiscal.operating_day_too_old",
        day(30),
    )
    changed = await salon.ask("PATCH", "/finance/rules", {"back_days_limit": 2}, if_match='"0"')
    assert (changed.json()["version"], changed.json()["back_days_limit"]) == (1, 2)
    refused = await salon.ask("POST", "/cash-operations", {**body, "operating_day": day(3)})
    assert refused.json()["code"] == "fiscal.operating_day_too_old"
    stale = await salon.ask("PATCH", "/finance/rules", {"back_days_limit": 3}, if_match='"0"')
    assert stale.status_code == 412
    cashier = await bench.make_member(
        salon.account_id, EVERYTHING - {Permission.SETTINGS_ACCOUNT}, phone_e164="+380500000034"
    )
    assert (await salon.ask("PATCH", "/finance/rules", {"back_days_limit": 9}, by=cashier)).status_code == 403


async def test_an_old_operation_is_corrected_on_its_day_and_marked_or_else_today(salon: Salon, bench: Bench) -> None:
    till = await salon.register()
    body = {"kind": "deposit", "cash_register_id": till, "amount": 500, "operating_day": day(1)}
    first = (await salon.ask("POST", "/cash-operations", body)).json()
    corrected = (await salon.ask("PATCH", f"/cash-operations/{first['id']}", {"amount": 450})).json()
    assert (corrected["operating_day"], corrected["is_back_dated"]) == (day(1), True)
    cashier = await bench.make_member(
        salon.account_id, EVERYTHING - {Permission.OPERATING_DAY_CHOOSE}, phone_e164="+380500000035"
    )
    undone = (await salon.ask("DELETE", f"/cash-operations/{corrected['id']}", by=cashier)).json()
    assert (undone["operating_day"], undone["is_back_dated"]) == (day(), False)


@pytest.mark.row("S60")
async def test_deleting_needs_its_right_and_leaves_the_line(salon: Salon, bench: Bench) -> None:
    till = await salon.register()
    made = await salon.ask("POST", "/cash-operations", {"kind": "deposit", "cash_register_id": till, "amount": 5})
    cashier = await bench.make_member(
        salon.account_id, EVERYTHING - {Permission.CASH_DELETE}, phone_e164="+380500000036"
    )
    refused = await salon.ask("DELETE", f"/cash-operations/{made.json()['id']}", by=cashier)
    assert (refused.status_code, refused.json()["permission"]) == (403, "cash.delete")
    assert len((await salon.get("/cash-operations"))["items"]) == 1
    # The attempt is told to the journal of actions, although nothing was done.
    told = [event for event in await bench.said(CashActRefused) if event.account_id == salon.account_id]
    assert [(str(one.cash_operation_id), one.permission, one.user_id) for one in told] == [
        (made.json()["id"], "cash.delete", cashier.user_id)
    ]


@pytest.mark.row("X16")
async def test_nothing_is_dated_or_taken_back_by_one_person_alone_where_the_account_wants_two(
    salon: Salon, second: Person, bench: Bench
) -> None:
    till = await salon.register("Усе", "cash", "card")
    await salon.ask("PATCH", "/finance/rules", {"back_dating_needs_two": True, "reversal_needs_two": True})
    deposit = {"kind": "deposit", "cash_register_id": till, "amount": 1_000}
    made = (await salon.ask("POST", "/cash-operations", deposit)).json()
    booking = await salon.booking(500)
    await salon.settled(booking, ("card", 500))
    asked = [
        await salon.ask("POST", "/cash-operations", {**deposit, "operating_day": day(1)}),
        await salon.ask("PATCH", f"/cash-operations/{made['id']}", {"amount": 900}),
        await salon.ask("DELETE", f"/cash-operations/{made['id']}?reason=двічі"),
        await salon.ask("POST", f"/bookings/{booking}/settlement/reverse", {"amount": 100}),
        await salon.settle(await salon.booking(700), ("cash", 700), operating_day=day(1)),
    ]
    assert [answer.status_code for answer in asked] == [202] * 5
    causes = [(answer.json()["act"], answer.json()["cause"]) for answer in asked]
    assert causes == [
        ("record", "back_dated"),
        ("correct", "reversal"),
        ("reverse", "reversal"),
        ("give_back", "reversal"),
        ("settle", "back_dated"),
    ]
    assert len((await salon.get("/cash-operations"))["items"]) == 2, "nothing is done before it is approved"
    assert (await salon.get(f"/finance/digest?{span()}"))["without_second_person"] == 0

    paths = [f"/finance/requests/{answer.json()['id']}" for answer in asked]
    own = await salon.ask("POST", f"{paths[0]}/approve")
    assert (own.status_code, own.json()["code"]) == (409, "fiscal.second_person_needed")
    weak = await bench.make_member(salon.account_id, EVERYTHING - {Permission.CASH_EDIT}, phone_e164="+380500000037")
    assert (await salon.ask("POST", f"{paths[1]}/approve", by=weak)).json()["permission"] == "cash.edit"
    for path in (paths[0], paths[1], paths[3], paths[4]):
        answer = await salon.ask("POST", f"{path}/approve", by=second)
        assert (answer.status_code, answer.json()["state"]) == (200, "approved"), answer.text
    declined = await salon.ask("POST", f"{paths[2]}/decline", by=second)
    assert declined.json()["decided_by_name"] == "Марко"
    again = await salon.ask("POST", f"{paths[2]}/approve", by=second)
    assert (again.status_code, again.json()["code"]) == (409, "fiscal.request_decided")

    lines = (await salon.get("/cash-operations"))["items"]
    approved = [line for line in lines if line["approved_by_name"] == "Марко"]
    assert len(approved) == len(lines) - 2 == 5
    assert {line["created_by_name"] for line in approved} == {"Олена"}
    digest = await salon.get(f"/finance/digest?{span()}")
    assert digest["without_second_person"] == 0
    assert len(digest["back_dated"]) == 2
    pending = await salon.get("/finance/requests?state=pending")
    assert pending["items"] == []


async def test_what_was_dated_back_after_midnight_belongs_to_the_new_day_of_the_account(salon: Salon) -> None:
    """By the clock of the server it was written the day before."""
    till = await salon.register()
    body = {"kind": "deposit", "cash_register_id": till, "amount": 7, "operating_day": day(2)}
    assert (await salon.ask("POST", "/cash-operations", body)).status_code == 201
    [line] = (await salon.get("/cash-operations"))["items"]
    written_at = datetime.fromisoformat(line["created_at"])
    # The ledger is only ever added to, so the account moves instead of the entry: these two never share a day.
    for name in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        async with salon.bench.service.db.tx(salon.account_id) as tx:
            await tx.execute(text("UPDATE account_copy SET time_zone = :name"), {"name": name})
        there = written_at.astimezone(ZoneInfo(name)).date()
        for said, count in ((there, 1), (there - timedelta(days=1), 0), (there + timedelta(days=1), 0)):
            digest = await salon.get(f"/finance/digest?from={said}&to={said}")
            assert len(digest["back_dated"]) == count, (name, said)
        today = [datetime.now(ZoneInfo(name)).date().isoformat()]
        until = (await salon.get("/finance/digest"))["until"]
        assert until in [*today, datetime.now(ZoneInfo(name)).date().isoformat()]


async def test_a_request_is_put_down_once_for_a_key(salon: Salon, second: Person) -> None:
    till = await salon.register()
    await salon.ask("PATCH", "/finance/rules", {"back_dating_needs_two": True})
    body = {"kind": "deposit", "cash_register_id": till, "amount": 1, "operating_day": day(1)}
    answers = [await salon.ask("POST", "/cash-operations", body, idempotency_key="dated") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert len((await salon.get("/finance/requests"))["items"]) == 1
    approve = f"/finance/requests/{answers[0].json()['id']}/approve"
    for _ in range(2):
        assert (await salon.ask("POST", approve, by=second, idempotency_key="yes")).status_code == 200
    assert len((await salon.get("/cash-operations"))["items"]) == 1


@pytest.mark.row("N30")
async def test_the_base_costs_nothing_and_extras_are_listed(salon: Salon, bench: Bench) -> None:
    answer = await bench.http.get("/api/v1/price-list", headers={"Accept-Language": "ru"})
    prices = answer.json()
    assert (answer.status_code, prices["base"]["price"]) == (200, {"amount": 0, "currency": "UAH"})
    assert prices["base"]["name"] == "Базовый тариф"
    assert all(extra["price"]["amount"] > 0 and extra["description"] for extra in prices["extras"])
    shown = await salon.get("/subscription")
    assert (shown["state"], shown["extras"], shown["monthly_total"]["amount"]) == ("active", [], 0)
    chosen = await salon.ask("PUT", "/subscription", {"extras": ["custom_domain"]})
    assert chosen.json()["monthly_total"] == prices["extras"][0]["price"]
    wrong = await salon.ask("PUT", "/subscription", {"extras": ["free_beer"]})
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["/extras"]
    master = await bench.make_member(salon.account_id, {Permission.BOOKING_VIEW}, phone_e164="+380500000038")
    assert (await salon.ask("GET", "/subscription", by=master)).status_code == 403
