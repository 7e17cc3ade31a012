"""Receipts at Checkbox: one per settlement, in order, held with a cause and let go when it is cured."""

from __future__ import annotations

import asyncio
import itertools
from datetime import datetime
from typing import Any

import pytest

from contracts.fiscal import ReceiptHeld, ReceiptRegistered, ShiftOpened
from kit.testing import Bench
from tests.fiscal.salon import Salon, TestDesk
from tests.simulators.running import Simulators

pytestmark = pytest.mark.usefixtures("worker")


async def sold(simulators: Simulators, desk: TestDesk) -> list[dict[str, Any]]:
    """What the tax office got of this register."""
    return list(await simulators.ledger("checkbox", account=desk.licence_key, kind="sell"))


@pytest.mark.row("S23")
async def test_a_settled_booking_gets_one_receipt_of_the_same_sum_with_number_and_link(
    salon: Salon, bench: Bench, simulators: Simulators, desk: TestDesk
) -> None:
    await salon.open_shift(await salon.fiscal_register(desk))
    booking = await salon.booking(50_000, prices=(30_000, 20_000))
    act = await salon.settled(booking, ("cash", 60_000))
    assert act["receipt"]["state"] == "due"
    [receipt] = await salon.receipts_become("registered")
    [accepted] = await sold(simulators, desk)
    assert (accepted["id"], accepted["amount"]) == (receipt["id"], 50_000)
    shown = await salon.get(f"/bookings/{booking}/settlement")
    assert shown["receipt"]["fiscal_code"] == receipt["fiscal_code"] is not None
    assert receipt["fiscal_code"] in shown["receipt"]["url"]
    [request] = (await simulators.get("/requests/checkbox", params={"path": "/receipts/sell"}))["items"]
    assert request["headers"]["x-client-name"] == "Zapys"
    assert "x-license-key" not in request["headers"]
    [told] = await bench.said(ReceiptRegistered, account_id=salon.account_id)
    assert (str(told.receipt.id), told.receipt.fiscal_code) == (receipt["id"], receipt["fiscal_code"])


@pytest.mark.row("S25")
async def test_receipts_wait_for_the_shift_and_go_once_each_in_order(
    salon: Salon, bench: Bench, simulators: Simulators, desk: TestDesk
) -> None:
    register = await salon.fiscal_register(desk)
    for price in (10_000, 20_000):
        await salon.settled(await salon.booking(price), ("cash", price))
    held = await salon.receipts_become("held", "held")
    assert {receipt["reason_code"] for receipt in held} == {"shift_closed"}
    assert await sold(simulators, desk) == []
    await salon.open_shift(register)
    await salon.receipts_become("registered", "registered")
    assert [(item["id"], item["amount"]) for item in await sold(simulators, desk)] == [
        (held[0]["id"], 10_000),
        (held[1]["id"], 20_000),
    ]
    assert len(await bench.said(ShiftOpened, account_id=salon.account_id)) == 1
    told = await bench.said(ReceiptHeld, account_id=salon.account_id)
    assert [event.receipt.reason_code for event in told] == ["shift_closed", "shift_closed"]


@pytest.mark.row("S32")
async def test_the_list_of_waiting_receipts_shows_reason_sum_age_and_cure(salon: Salon, desk: TestDesk) -> None:
    register = await salon.fiscal_register(desk)
    for price in (100, 200, 300):
        await salon.settled(await salon.booking(price), ("card", price))
    await salon.receipts_become("held", "held", "held")
    texts = {}
    for language in ("uk", "ru", "en"):
        rows = (await salon.get("/receipts?state=held", accept_language=language))["items"]
        assert [row["total"]["amount"] for row in rows] == [300, 200, 100]
        assert all(row["age_s"] >= 0 and row["reason_code"] == "shift_closed" for row in rows)
        texts[language] = rows[0]["reason_text"]
        assert rows[0]["fix"]["url"].endswith(f"/manage/{salon.account_id}/cash-registers#r-{register}")
    assert texts == {
        "uk": "Робочу зміну каси не відкрито",
        "ru": "Рабочая смена кассы не открыта",
        "en": "The register’s fiscal shift is closed",
    }


async def test_a_shift_that_was_opened_elsewhere_is_noticed(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    await salon.fiscal_register(desk)
    await salon.settled(await salon.booking(), ("cash", 50_000))
    await salon.receipts_become("held")
    await open_elsewhere(simulators, desk)
    await salon.receipts_become("registered")
    [register] = (await salon.get("/cash-registers"))["items"]
    assert register["fiscal_shift"]["state"] == "open"


async def test_a_receipt_never_goes_to_another_register_where_its_cashier_has_a_shift(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    other = TestDesk(desk.number % 99 + 1)
    await open_elsewhere(simulators, TestDesk(desk.number), licence_key=other.licence_key)
    await salon.fiscal_register(desk)
    await salon.settled(await salon.booking(), ("cash", 50_000))
    [receipt] = await salon.receipts_become("held")
    assert receipt["reason_code"] == "shift_closed"
    assert await sold(simulators, other) == []


@pytest.mark.parametrize(
    ("changed", "reason", "field"),
    [
        ({"cashier_password": "wrong"}, "cashier_credentials_invalid", "cashier_login"),
        ({"licence_key": "no-such-licence"}, "register_licence_invalid", "licence_key"),
    ],
)
@pytest.mark.row("S27")
@pytest.mark.row("S28")
@pytest.mark.row("S29")
async def test_wrong_credentials_are_named_held_and_cured_by_saving_them_again(
    salon: Salon, simulators: Simulators, desk: TestDesk, changed: dict[str, str], reason: str, field: str
) -> None:
    register = await salon.fiscal_register(desk, **changed)
    refused = await salon.ask("POST", f"/cash-registers/{register}/fiscal-shift/open")
    assert refused.status_code == 409
    assert refused.json()["code"] == f"fiscal.{reason}"
    assert refused.json()["fix"]["url"].endswith(f"/manage/{salon.account_id}/cash-registers/{register}/edit#f-{field}")
    await salon.settled(await salon.booking(), ("cash", 50_000))
    [held] = await salon.receipts_become("held")
    assert held["reason_code"] == reason
    await open_elsewhere(simulators, desk)
    saved = await salon.ask("PATCH", f"/cash-registers/{register}", {"checkbox": desk.credentials})
    assert saved.status_code == 200, saved.text
    assert "secret" not in saved.text
    await salon.receipts_become("registered")
    assert len(await sold(simulators, desk)) == 1


@pytest.mark.row("S30")
async def test_an_inactive_signature_holds_receipts_with_the_advice_to_ask_support(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    register = await salon.fiscal_register(desk)
    await simulators.put(f"/accounts/checkbox/{desk.cashier_login}", {"has_signature": False})
    refused = await salon.ask("POST", f"/cash-registers/{register}/fiscal-shift/open", accept_language="en")
    assert refused.json()["code"] == "fiscal.signature_inactive"
    assert "Checkbox support" in refused.json()["fix"]["text"]
    await salon.settled(await salon.booking(), ("cash", 50_000))
    [held] = await salon.receipts_become("held")
    assert held["reason_code"] == "signature_inactive"
    await simulators.put(f"/accounts/checkbox/{desk.cashier_login}", {"has_signature": True})
    await salon.open_shift(register)
    await salon.receipts_become("registered")


@pytest.mark.row("S26")
async def test_the_check_reports_cashier_licence_and_signature_one_by_one(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    register = await salon.fiscal_register(desk)

    async def verdicts() -> dict[str, tuple[bool | None, str | None]]:
        answer = await salon.ask("POST", f"/cash-registers/{register}/check")
        assert answer.status_code == 200, answer.text
        return {item["part"]: (item["ok"], item["reason_code"]) for item in answer.json()["items"]}

    good = (True, None)
    assert await verdicts() == {"cashier": good, "licence": good, "signature": good}
    await simulators.put(f"/accounts/checkbox/{desk.cashier_login}", {"has_signature": False})
    assert (await verdicts())["signature"] == (False, "signature_inactive")
    await simulators.put(f"/accounts/checkbox/{desk.cashier_login}", {"password": "other"})
    assert await verdicts() == {
        "cashier": (False, "cashier_credentials_invalid"),
        "licence": good,
        "signature": (None, None),
    }
    await simulators.put(f"/accounts/checkbox/{desk.licence_key}", {"is_active": False})
    assert (await verdicts())["licence"] == (False, "register_licence_invalid")
    await simulators.fault("checkbox", "http_502", method="register_info")
    assert (await verdicts())["licence"] == (None, "fiscal_unavailable")


@pytest.mark.row("S31")
@pytest.mark.parametrize(
    "mode", ["timeout_after_accept", "drop_after_accept", "http_500_after_accept", "html_after_accept"]
)
@pytest.mark.parametrize("repeated", ["refuse", "return_existing"])
async def test_a_lost_answer_is_asked_about_and_never_makes_a_second_receipt(
    salon: Salon, simulators: Simulators, desk: TestDesk, mode: str, repeated: str
) -> None:
    await simulators.put("/switches/checkbox", {"repeated_receipt": repeated})
    await salon.open_shift(await salon.fiscal_register(desk))
    await simulators.fault("checkbox", mode, method="sell", count=1, delay_s=3, licence_key=desk.licence_key)
    await salon.settled(await salon.booking(10_000), ("cash", 10_000))
    await salon.settled(await salon.booking(20_000), ("cash", 20_000))
    first, second = await salon.receipts_become("registered", "registered")
    assert [item["id"] for item in await sold(simulators, desk)] == [first["id"], second["id"]]


@pytest.mark.parametrize("mode", ["timeout_before", "drop_before", "http_500", "html_reply"])
async def test_what_surely_never_arrived_is_sent_again_under_the_same_id(
    salon: Salon, bench: Bench, simulators: Simulators, desk: TestDesk, mode: str
) -> None:
    await salon.open_shift(await salon.fiscal_register(desk))
    await simulators.fault("checkbox", mode, method="sell", count=1, delay_s=3, licence_key=desk.licence_key)
    await salon.settled(await salon.booking(), ("cash", 50_000))
    [checked] = await salon.receipts_become("registering")
    while checked["reason_code"] is None:
        [checked] = await salon.receipts_become("registering")
    assert checked["reason_code"] == "unknown_outcome"
    [receipt] = await salon.receipts_become("registered")
    assert receipt["attempts"] == 2
    sells = (await simulators.get("/requests/checkbox", params={"path": "/receipts/sell"}))["items"]
    assert len({request["body"] for request in sells}) == 1, "the id and everything else stay the same"
    asked = (await simulators.get("/requests/checkbox", params={"path": f"/receipts/{receipt['id']}"}))["items"]
    between = [at(request) for request in asked if at(sells[0]) < at(request) < at(sells[1])]
    assert len(between) >= 2, "asked twice before it was repeated"
    assert (between[-1] - between[0]).total_seconds() >= 0.55
    assert len(await sold(simulators, desk)) == 1


async def test_while_one_receipt_is_unknown_the_next_of_the_register_waits_and_others_go(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    other = TestDesk(desk.number % 99 + 1)
    one = await salon.fiscal_register(desk, "cash")
    two = await salon.fiscal_register(other, "card")
    await salon.open_shift(one)
    await salon.open_shift(two)
    await simulators.fault("checkbox", "drop_after_accept", method="sell", count=1, licence_key=desk.licence_key)
    await simulators.fault("checkbox", "http_500", method="get_receipt", token=desk.cashier_login)
    await salon.settled(await salon.booking(100), ("cash", 100))
    await salon.settled(await salon.booking(200), ("cash", 200))
    await salon.settled(await salon.booking(300), ("card", 300))
    unknown, waiting, _ = await salon.receipts_become("registering", "due", "registered")
    assert unknown["reason_code"] == "unknown_outcome"
    await simulators.session.delete(simulators.base_url + "/faults/checkbox")
    await salon.receipts_become("registered", "registered", "registered")
    assert [item["id"] for item in await sold(simulators, desk)] == [unknown["id"], waiting["id"]]


async def test_a_rejected_receipt_gives_way_and_goes_under_a_new_id_when_retried(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    await salon.open_shift(await salon.fiscal_register(desk))
    await simulators.fault("checkbox", "receipt_error", method="sell", count=1, licence_key=desk.licence_key)
    await salon.settled(await salon.booking(100), ("cash", 100))
    await salon.settled(await salon.booking(200), ("cash", 200))
    failed, _ = await salon.receipts_become("failed", "registered")
    assert failed["reason_code"] == "rejected"
    assert "DocumentValidationError" in failed["reason_text"]
    answer = await salon.ask("POST", f"/receipts/{failed['id']}/retry")
    assert answer.status_code == 200, answer.text
    await salon.receipts_become("registered", "registered")
    accepted = await sold(simulators, desk)
    assert [item["ends_as"] for item in accepted] == ["ERROR", "DONE", "DONE"]
    assert accepted[2]["id"] != failed["id"], "Checkbox has ended the first id"
    again = await salon.ask("POST", f"/receipts/{failed['id']}/retry")
    assert (again.status_code, again.json()["code"]) == (409, "fiscal.receipt_not_waiting")


async def test_a_token_that_checkbox_dropped_is_replaced_and_others_share_it(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    await salon.open_shift(await salon.fiscal_register(desk))
    for _ in range(10):  # ten live tokens, and the oldest is ours
        await sign_in(simulators, desk)
    before = await sign_ins(simulators, desk)
    for price in (100, 200, 300):
        await salon.settled(await salon.booking(price), ("cash", price))
    await salon.receipts_become("registered", "registered", "registered")
    assert await sign_ins(simulators, desk) == before + 1


async def test_a_register_issues_at_most_two_receipts_a_second(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    await salon.open_shift(await salon.fiscal_register(desk))
    await asyncio.gather(*(pay(salon) for _ in range(5)))
    await salon.receipts_become(*["registered"] * 5)
    times = [at(item) for item in await sold(simulators, desk)]
    assert all((later - earlier).total_seconds() > 0.45 for earlier, later in itertools.pairwise(times))


async def test_too_many_requests_only_slow_the_register_down(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    await salon.open_shift(await salon.fiscal_register(desk))
    await simulators.fault("checkbox", "too_many", method="sell", count=2, licence_key=desk.licence_key)
    await salon.settled(await salon.booking(), ("cash", 50_000))
    await salon.receipts_become("registered")
    assert len(await sold(simulators, desk)) == 1


async def test_a_shift_closed_behind_our_back_holds_the_receipt_and_shows_the_shift_closed(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    register = await salon.fiscal_register(desk)
    await salon.open_shift(register)
    await simulators.put(f"/accounts/checkbox/{desk.licence_key}", {"close_shift": True})
    await salon.settled(await salon.booking(), ("cash", 50_000))
    [held] = await salon.receipts_become("held")
    assert held["reason_code"] == "shift_closed"
    assert (await salon.get(f"/cash-registers/{register}"))["fiscal_shift"] is None
    await salon.open_shift(register)
    await salon.receipts_become("registered")


async def test_checkbox_away_holds_receipts_and_they_go_by_themselves(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    await salon.open_shift(await salon.fiscal_register(desk))
    await simulators.fault("checkbox", "http_502", token=desk.cashier_login)
    await salon.settled(await salon.booking(), ("cash", 50_000))
    [held] = await salon.receipts_become("held")
    assert held["reason_code"] == "fiscal_unavailable"
    await simulators.session.delete(simulators.base_url + "/faults/checkbox")
    await salon.receipts_become("registered")


async def test_a_receipt_made_offline_is_registered_and_says_so(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    await salon.open_shift(await salon.fiscal_register(desk))
    await simulators.fault("checkbox", "offline", method="sell", count=1, licence_key=desk.licence_key)
    await salon.settled(await salon.booking(), ("cash", 50_000))
    [receipt] = await salon.receipts_become("registered")
    assert receipt["is_offline"] is True


async def test_a_reversed_settlement_gets_a_return_receipt_after_its_sale(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    register = await salon.fiscal_register(desk)
    booking = await salon.booking(50_000, prices=(30_000, 20_000))
    await salon.settled(booking, ("card", 20_000), ("cash", 40_000))
    reversed_ = await salon.ask("POST", f"/bookings/{booking}/settlement/reverse")
    assert reversed_.status_code == 201, reversed_.text
    await salon.receipts_become("held", "held")
    await salon.open_shift(register)
    sale, returned = await salon.receipts_become("reversed", "registered")
    assert (sale["kind"], returned["kind"]) == ("sale", "return")
    entries = await simulators.ledger("checkbox", account=desk.licence_key)
    assert [(entry["kind"], entry["amount"]) for entry in entries if entry["kind"] in ("sell", "return")] == [
        ("sell", 50_000),
        ("return", 50_000),
    ]


async def test_one_settlement_never_spans_two_fiscal_registers(salon: Salon, desk: TestDesk) -> None:
    other = TestDesk(desk.number % 99 + 1)
    await salon.fiscal_register(desk, "cash")
    await salon.fiscal_register(other, "card")
    refused = await salon.settle(await salon.booking(), ("cash", 20_000), ("card", 30_000))
    assert refused.json()["code"] == "fiscal.several_fiscal_registers"


async def pay(salon: Salon) -> None:
    await salon.settled(await salon.booking(100), ("cash", 100))


async def sign_in(simulators: Simulators, desk: TestDesk) -> str:
    answer = await simulators.post(
        "/checkbox/api/v1/cashier/signin",
        {"login": desk.cashier_login, "password": "secret"},
        headers={"X-Client-Name": "test"},
    )
    return str(answer["access_token"])


async def open_elsewhere(simulators: Simulators, desk: TestDesk, *, licence_key: str | None = None) -> None:
    """In Checkbox's own cabinet."""
    headers = {
        "X-Client-Name": "test",
        "Authorization": f"Bearer {await sign_in(simulators, desk)}",
        "X-License-Key": licence_key or desk.licence_key,
    }
    answer = await simulators.post("/checkbox/api/v1/shifts", {}, headers=headers)
    assert answer["status"] == "CREATED", answer


async def sign_ins(simulators: Simulators, desk: TestDesk) -> int:
    requests = (await simulators.get("/requests/checkbox", params={"path": "/cashier/signin"}))["items"]
    return len([request for request in requests if f'"{desk.cashier_login}"' in request["body"]])


def at(recorded: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(recorded["at"])
