"""Checkbox around receipts: PIN, one token, web hooks, Z-reports, closing by itself, documents, delivery."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from contracts.fiscal import ShiftClosed, ShiftOpened
from fiscal.usecases.cashier_calls import FiscalDesk, as_cashier
from kit.testing import Bench
from tests.fiscal.door import Door
from tests.fiscal.salon import Salon, TestDesk
from tests.simulators.running import Simulators
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
async def workers(bench: Bench, simulators: Simulators) -> AsyncIterator[None]:
    """The worker's loops around Checkbox."""
    names = ("receipts", "shifts", "checkbox_hooks", "checkbox_close", "checkbox_deliver", "checkbox_offline")
    tasks = [asyncio.ensure_future(bench.service.loops[name]()) for name in names]
    tasks.append(asyncio.ensure_future(bench.service.wakeups.run()))
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def pin_of(desk: TestDesk) -> str:
    return str(1110 + desk.number)


async def execute(salon: Salon, sql: str, **values: Any) -> Any:
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        return await tx.execute(text(sql), values)


async def value(salon: Salon, sql: str, **values: Any) -> Any:
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        return await tx.scalar(text(sql), values)


async def sign_ins(simulators: Simulators, desk: TestDesk) -> int:
    """Of this cashier alone: those of other desks may work on."""
    asked = (await simulators.get("/requests/checkbox", params={"path": "/cashier/signin"}))["items"]
    return len([request for request in asked if desk.cashier_login in request["body"]])


async def as_somebody_else(simulators: Simulators, desk: TestDesk) -> dict[str, str]:
    """The headers of the same cashier at Checkbox's own cabinet."""
    base = f"{simulators.base_url}/checkbox/api/v1"
    named = {"X-Client-Name": "cabinet", "X-License-Key": desk.licence_key}
    body = {"login": desk.cashier_login, "password": "secret"}
    async with simulators.session.post(f"{base}/cashier/signin", json=body, headers=named) as answer:
        token = (await answer.json())["access_token"]
    return {**named, "Authorization": f"Bearer {token}"}


@pytest.mark.row("S26")
async def test_a_cashier_with_a_pin_is_checked_and_sells(salon: Salon, simulators: Simulators, desk: TestDesk) -> None:
    checkbox = {"licence_key": desk.licence_key, "cashier_pin": pin_of(desk)}
    register = await salon.register("Каса", "cash", checkbox=checkbox)
    answer = await salon.ask("POST", f"/cash-registers/{register}/check")
    assert [(part["part"], part["ok"]) for part in answer.json()["items"]] == [
        ("cashier", True),
        ("licence", True),
        ("signature", True),
    ]
    await salon.open_shift(register)
    await salon.settled(await salon.booking(), ("cash", 50_000))
    await salon.receipts_become("registered")
    shown = (await salon.get(f"/cash-registers/{register}"))["checkbox"]
    assert (shown["signs_in_by"], shown["cashier_login"]) == ("pin", "")
    assert pin_of(desk) not in json.dumps(shown)


async def test_a_wrong_pin_is_named_as_the_cashiers_and_a_wrong_licence_as_the_licences(
    salon: Salon, desk: TestDesk
) -> None:
    async def verdicts(register: str) -> dict[str, Any]:
        answer = await salon.ask("POST", f"/cash-registers/{register}/check")
        return {part["part"]: part["reason_code"] for part in answer.json()["items"]}

    register = await salon.register("1", "cash", checkbox={"licence_key": desk.licence_key, "cashier_pin": "9999"})
    assert (await verdicts(register))["cashier"] == "cashier_credentials_invalid"
    other = await salon.register("2", "card", checkbox={"licence_key": "no-such", "cashier_pin": pin_of(desk)})
    found = await verdicts(other)
    assert found["licence"] == "register_licence_invalid"


async def test_a_cashier_of_another_firm_is_told_so_before_the_first_sale(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    """Each of the two is right by itself: only together they show that no receipt will ever go out."""
    checkbox = {**desk.credentials, "licence_key": "second-licence"}
    register = await salon.register("Чужа каса", "cash", checkbox=checkbox)
    checked = (await salon.ask("POST", f"/cash-registers/{register}/check")).json()["items"]
    assert [(part["part"], part["ok"], part["reason_code"]) for part in checked] == [
        ("cashier", True, None),
        ("licence", False, "register_licence_invalid"),
        ("signature", True, None),
    ]
    refused = await salon.ask("POST", f"/cash-registers/{register}/fiscal-shift/open")
    assert (refused.status_code, refused.json()["reason_code"]) == (409, "register_licence_invalid"), refused.text
    await salon.settled(await salon.booking(), ("cash", 50_000))
    [held] = await salon.receipts_become("held")
    assert await simulators.ledger("checkbox", account="second-licence") == []
    own = await salon.ask("PATCH", f"/cash-registers/{register}", {"checkbox": {"cashier_login": "second-cashier"}})
    assert own.status_code == 200, own.text
    await salon.open_shift(register)
    [sold] = await salon.receipts_become("registered")
    assert sold["id"] == held["id"]


async def test_from_pin_to_password_and_back_nothing_is_half_set(salon: Salon, desk: TestDesk) -> None:
    register = await salon.fiscal_register(desk)

    async def change(**checkbox: str) -> tuple[int, str]:
        answer = await salon.ask("PATCH", f"/cash-registers/{register}", {"checkbox": checkbox})
        body = answer.json()
        return answer.status_code, body["checkbox"]["signs_in_by"] if answer.status_code == 200 else body["code"]

    assert await change(cashier_pin=pin_of(desk)) == (200, "pin")
    assert await change(cashier_login="cashier") == (422, "fiscal.credentials_incomplete")
    assert await change(cashier_login="cashier", cashier_password="secret") == (200, "password")
    for nothing in ({"licence_key": "k"}, {"licence_key": "k", "cashier_login": "c"}):
        body = {"name": "Половина", "payment_types": ["cash"], "checkbox": nothing}
        answer = await salon.ask("POST", "/cash-registers", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "fiscal.credentials_incomplete")


async def test_many_calls_at_once_of_one_cashier_sign_in_once(
    salon: Salon, bench: Bench, simulators: Simulators, desk: TestDesk
) -> None:
    register = await salon.fiscal_register(desk)
    works: FiscalDesk = bench.service.state["desk"]
    async with works.db.tx(salon.account_id) as tx:
        from fiscal.tables import CashRegister

        who = works.credentials_of(await tx.get_one(CashRegister, (salon.account_id, UUID(register))))
    assert who is not None
    before = await sign_ins(simulators, desk)
    await asyncio.gather(*(as_cashier(works, who, works.checkbox.current_shift) for _ in range(12)))
    assert await sign_ins(simulators, desk) == before + 1


async def test_a_shift_is_closed_by_itself_before_midnight_with_its_z_report(
    salon: Salon, bench: Bench, simulators: Simulators, desk: TestDesk
) -> None:
    register = await salon.fiscal_register(desk)
    shift = await salon.open_shift(register)
    [request] = (await simulators.get("/requests/checkbox", params={"path": "/shifts"}))["items"][:1]
    assert "auto_close_at" in json.loads(request["body"])
    await salon.settled(await salon.booking(), ("cash", 50_000))
    await salon.receipts_become("registered")
    close_at = await value(salon, "SELECT close_at AT TIME ZONE 'Europe/Kyiv' FROM fiscal_shift")
    opened = await value(salon, "SELECT opened_at AT TIME ZONE 'Europe/Kyiv' FROM fiscal_shift")
    assert close_at.date() == opened.date()
    await execute(salon, "UPDATE fiscal_shift SET close_at = now()")

    async def is_closed() -> bool:
        return (await salon.get(f"/cash-registers/{register}"))["fiscal_shift"] is None

    await eventually(is_closed)
    [past] = (await salon.get(f"/cash-registers/{register}/fiscal-shifts"))["items"]
    assert (past["id"], past["state"]) == (shift["id"], "closed")
    report = past["z_report"]
    assert (report["is_z_report"], report["receipts"], report["cash"]["amount"]) == (True, 1, 50_000)
    assert report["payments"][0]["sold"]["amount"] == 50_000
    assert len(await bench.said(ShiftClosed, account_id=salon.account_id)) == 1


async def test_an_x_report_shows_the_totals_so_far_and_leaves_the_shift_open(salon: Salon, desk: TestDesk) -> None:
    register = await salon.fiscal_register(desk)
    answer = await salon.ask("POST", f"/cash-registers/{register}/fiscal-shift/x-report")
    assert answer.json()["code"] == "fiscal.shift_closed"
    assert register in answer.json()["fix"]["url"]
    await salon.open_shift(register)
    await salon.settled(await salon.booking(), ("card", 50_000))
    await salon.receipts_become("registered")
    report = (await salon.ask("POST", f"/cash-registers/{register}/fiscal-shift/x-report")).json()
    assert (report["is_z_report"], report["receipts"]) == (False, 1)
    assert (await salon.get(f"/cash-registers/{register}"))["fiscal_shift"]["state"] == "open"


async def has_hook(salon: Salon, state: str = "set") -> str:
    async def is_so() -> bool:
        return bool(await value(salon, "SELECT state FROM checkbox_hook") == state)

    await eventually(is_so)
    return str(await value(salon, "SELECT token FROM checkbox_hook"))


async def test_a_shift_opened_elsewhere_is_known_by_the_web_hook(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door, desk: TestDesk
) -> None:
    register = await salon.fiscal_register(desk)
    await has_hook(salon)
    headers = await as_somebody_else(simulators, desk)
    url = f"{simulators.base_url}/checkbox/api/v1/shifts"
    async with simulators.session.post(url, json={}, headers=headers) as answer:
        assert answer.status == 202

    async def is_open() -> bool:
        shift = (await salon.get(f"/cash-registers/{register}"))["fiscal_shift"]
        return bool(shift and shift["state"] == "open")

    await eventually(is_open)
    assert len(await bench.said(ShiftOpened, account_id=salon.account_id)) == 1
    async with simulators.session.post(f"{url}/close", json={}, headers=headers) as answer:
        assert answer.status == 202

    async def is_closed() -> bool:
        return (await salon.get(f"/cash-registers/{register}"))["fiscal_shift"] is None

    await eventually(is_closed)
    [past] = (await salon.get(f"/cash-registers/{register}/fiscal-shifts"))["items"]
    assert past["z_report"]["is_z_report"] is True


async def test_an_address_of_somebody_else_is_left_to_them(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    headers = {"X-Client-Name": "other", "X-License-Key": desk.licence_key}
    url = f"{simulators.base_url}/checkbox/api/v1/webhook"
    async with simulators.session.post(url, json={"url": "https://bookkeeper.example/hook"}, headers=headers) as answer:
        assert answer.status == 201
    await salon.fiscal_register(desk)
    await has_hook(salon, "foreign")
    async with simulators.session.get(url, headers=headers) as answer:
        assert (await answer.json())["url"] == "https://bookkeeper.example/hook"


def hex_signature(body: bytes, key: str) -> str:
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def another_key(body: bytes, key: str) -> str:
    return base64.b64encode(hmac.new(b"another", body, hashlib.sha256).digest()).decode()


def other_bytes(body: bytes, key: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), body + b" ", hashlib.sha256).digest()).decode()


@pytest.mark.parametrize("forge", [hex_signature, another_key, other_bytes, lambda *_: "", lambda *_: "%%%"])
async def test_a_forged_event_of_a_register_is_not_even_looked_at(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door, desk: TestDesk, forge: Any
) -> None:
    register = await salon.fiscal_register(desk)
    token = await has_hook(salon)
    key = await key_of(simulators, bench, salon)
    body = json.dumps({"shift": {"id": register, "status": "OPENED"}}).encode()
    await door.call_about_register(token, body, {"x-request-signature": forge(body, key)})
    await door.call_about_register("nobodys-token", body, {"x-request-signature": true_signature(body, key)})
    assert await value(salon, "SELECT last_event_at FROM checkbox_hook") is None
    await door.call_about_register(token, body, {"x-request-signature": true_signature(body, key)})
    assert await value(salon, "SELECT last_event_at FROM checkbox_hook") is not None


def true_signature(body: bytes, key: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


async def key_of(simulators: Simulators, bench: Bench, salon: Salon) -> str:
    from fiscal.checkbox_tables import CheckboxHook
    from fiscal.usecases.hooks import owner_of

    async with bench.service.db.tx(salon.account_id) as tx:
        register_id = await tx.scalar(text("SELECT cash_register_id FROM checkbox_hook"))
        hook = await tx.get_one(CheckboxHook, (salon.account_id, register_id))
    assert hook.sealed is not None
    return str(bench.service.state["box"].open(hook.sealed, owner_of(hook)))


async def test_an_event_that_comes_a_hundred_times_registers_nothing_twice(
    salon: Salon, simulators: Simulators, door: Door, desk: TestDesk
) -> None:
    await simulators.put("/switches/checkbox", {"webhook_copies": 20, "webhook_shuffled": True})
    await salon.open_shift(await salon.fiscal_register(desk))
    await has_hook(salon)
    for price in (100, 200, 300):
        await salon.settled(await salon.booking(price), ("cash", price))
    await salon.receipts_become("registered", "registered", "registered")

    async def all_came() -> bool:
        return len(door.calls) >= 60

    await eventually(all_came)
    assert len(await simulators.ledger("checkbox", account=desk.licence_key, kind="sell")) == 3


async def test_an_unknown_outcome_is_known_as_soon_as_checkbox_tells(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door, desk: TestDesk
) -> None:
    """The answer is lost and the look-up far away: the event brings it near."""
    await salon.open_shift(await salon.fiscal_register(desk))
    token = await has_hook(salon)
    door.is_deaf = True
    await simulators.fault("checkbox", "drop_after_accept", licence_key=desk.licence_key, method="sell", count=1)
    await simulators.fault("checkbox", "http_500", licence_key=desk.licence_key, method="get_receipt")
    await salon.settled(await salon.booking(), ("cash", 50_000))

    async def is_unknown() -> bool:
        return [one["reason_code"] for one in await salon.receipts()] == ["unknown_outcome"]

    await eventually(is_unknown)
    await execute(salon, "UPDATE receipt SET next_attempt_at = now() + interval '1 hour'")
    async with simulators.session.delete(f"{simulators.base_url}/faults/checkbox"):
        pass
    key = await key_of(simulators, bench, salon)
    body = json.dumps({"receipt": {"status": "DONE"}}).encode()
    await door.call_about_register(token, body, {"x-request-signature": true_signature(body, key)})
    await salon.receipts_become("registered")
    assert len(await simulators.ledger("checkbox", account=desk.licence_key, kind="sell")) == 1


@pytest.mark.row("S23")
async def test_a_receipt_is_sent_to_the_client_as_soon_as_it_is_registered(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    register = await salon.fiscal_register(desk)
    await salon.settled(await salon.booking(), ("cash", 50_000))
    [receipt] = await salon.receipts_become("held")
    for body in ({"email": "iryna@example.ua"}, {"phone": "067 123 45 67"}):
        answer = await salon.ask("POST", f"/receipts/{receipt['id']}/deliveries", body)
        assert (answer.status_code, answer.json()["state"]) == (201, "wanted"), answer.text
    await salon.open_shift(register)

    async def are_sent() -> bool:
        shown = await salon.get(f"/receipts/{receipt['id']}")
        return [one["state"] for one in shown["deliveries"]] == ["sent", "sent"]

    await eventually(are_sent)
    mailed = await simulators.ledger("checkbox", account=desk.licence_key, kind="receipt_email")
    texted = await simulators.ledger("checkbox", account=desk.licence_key, kind="receipt_sms")
    assert ([one["to"] for one in mailed], [one["to"] for one in texted]) == ([["iryna@example.ua"]], ["380671234567"])
    shown = json.dumps(await salon.get(f"/receipts/{receipt['id']}"))
    assert "iryna@" not in shown
    assert "380671234567" not in shown
    for bad in ({}, {"email": "no address"}, {"phone": "12"}, {"email": "a@b.ua", "phone": "0671234567"}):
        assert (await salon.ask("POST", f"/receipts/{receipt['id']}/deliveries", bad)).status_code == 422


async def test_a_receipt_can_be_shown_printed_and_scanned(salon: Salon, desk: TestDesk) -> None:
    await salon.open_shift(await salon.fiscal_register(desk))
    await salon.settled(await salon.booking(), ("cash", 50_000))
    [receipt] = await salon.receipts_become("registered")
    assert receipt["page_url"] == f"https://check.checkbox.ua/{receipt['id']}"
    begins = {"pdf": b"%PDF-", "qrcode": b"\x89PNG"}
    for form in ("html", "text", "pdf", "qrcode"):
        answer = await salon.ask("GET", f"/receipts/{receipt['id']}/document?form={form}")
        assert answer.status_code == 200, (form, answer.text)
        assert answer.headers["content-security-policy"].startswith("sandbox")
        if form in begins:
            assert answer.content.startswith(begins[form])
        else:
            assert "500.00" in answer.text


async def test_lines_state_the_taxes_of_the_register(salon: Salon, simulators: Simulators, desk: TestDesk) -> None:
    register = await salon.fiscal_register(desk)
    known = (await salon.get(f"/cash-registers/{register}/taxes"))["items"]
    assert {tax["code"] for tax in known} == {1, 2, 8}
    answer = await salon.ask("PATCH", f"/cash-registers/{register}", {"tax_codes": [8]})
    assert answer.json()["tax_codes"] == [8]
    await salon.open_shift(register)
    booking = await salon.booking(50_000, prices=(30_000, 20_000))
    await salon.settled(booking, ("cash", 50_000))
    await salon.receipts_become("registered")
    await salon.ask("PATCH", f"/cash-registers/{register}", {"tax_codes": [1]})
    answer = await salon.ask("POST", f"/bookings/{booking}/settlement/reverse", {"reason": "помилка"})
    assert answer.status_code == 201, answer.text
    await salon.receipts_become("reversed", "registered")
    sent = (await simulators.get("/requests/checkbox", params={"path": "/receipts/sell"}))["items"]
    stated = [[line["good"].get("tax") for line in json.loads(one["body"])["goods"]] for one in sent]
    assert stated == [[[8], [8]], [[8], [8]]]
