"""Work without the tax office: receipts made then are followed, and a register is sent there and back by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from kit.testing import Bench
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


async def test_a_receipt_made_offline_is_followed_until_the_tax_office_has_it(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    await simulators.put(f"/accounts/checkbox/{desk.licence_key}", {"offline_codes": 3})
    register = await salon.fiscal_register(desk)
    await salon.open_shift(register)
    asked = await simulators.get("/requests/checkbox", params={"path": "/ask-offline-codes"})
    assert len(asked["items"]) == 1  # the stock was low
    await simulators.put(f"/accounts/checkbox/{desk.licence_key}", {"is_tax_office_up": False})
    await salon.settled(await salon.booking(), ("cash", 50_000))
    [receipt] = await salon.receipts_become("registered")
    assert (receipt["is_offline"], receipt["is_sent_to_tax_office"]) == (True, False)
    await simulators.put(f"/accounts/checkbox/{desk.licence_key}", {"is_tax_office_up": True})

    async def is_there() -> bool:
        return bool((await salon.receipts())[0]["is_sent_to_tax_office"])

    await eventually(is_there)


async def test_a_register_is_sent_offline_by_hand_sells_there_and_is_brought_back(
    salon: Salon, bench: Bench, simulators: Simulators, desk: TestDesk
) -> None:
    register = await salon.fiscal_register(desk)
    await salon.open_shift(register)
    path = f"/cash-registers/{register}/offline"
    assert (await salon.get(path))["is_offline"] is False
    master = await bench.make_member(salon.account_id, frozenset({"cash.view"}))
    assert (await salon.ask("POST", path, by=master)).status_code == 403
    for _ in range(2):  # twice is once
        answer = await salon.ask("POST", path)
        assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["is_offline"], shown["stays_offline"], shown["longest_in_a_row_s"]) == (True, True, 129_600)
    [told] = (await simulators.get("/requests/checkbox", params={"path": "/go-offline"}))["items"]
    assert set(json.loads(told["body"])) == {"go_offline_date", "fiscal_code"}
    await salon.settled(await salon.booking(), ("cash", 50_000))
    [receipt] = await salon.receipts_become("registered")
    assert (receipt["is_offline"], receipt["is_sent_to_tax_office"]) == (True, False)
    answer = await salon.ask("DELETE", path)
    assert (answer.json()["is_offline"], answer.json()["stays_offline"]) == (False, False)

    async def is_there() -> bool:
        return bool((await salon.receipts())[0]["is_sent_to_tax_office"])

    await eventually(is_there)


async def test_without_numbers_or_an_answer_going_offline_says_why(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    register = await salon.fiscal_register(desk, licence_key="wrong")
    answer = await salon.ask("POST", f"/cash-registers/{register}/offline")
    assert (answer.status_code, answer.json()["code"]) == (409, "fiscal.register_licence_invalid")
    assert answer.json()["fix"]["url"]
    await simulators.put(f"/accounts/checkbox/{desk.licence_key}", {"offline_codes": 0})
    await simulators.fault("checkbox", "http_500", licence_key=desk.licence_key, method="offline_codes", count=1)
    register = await salon.register("Без номерів", "card", checkbox=desk.credentials)
    answer = await salon.ask("POST", f"/cash-registers/{register}/offline")
    assert (answer.status_code, answer.json()["code"]) == (409, "fiscal.no_offline_numbers")
    assert answer.json()["fix"]["url"].endswith("/help/fiscal.no_offline_numbers")
