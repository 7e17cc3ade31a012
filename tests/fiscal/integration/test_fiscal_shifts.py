"""Fiscal shifts: opened once, found when nobody confirmed them, and saying why when they do not open or close."""

from __future__ import annotations

import asyncio

import pytest

from tests.fiscal.salon import Salon, TestDesk
from tests.simulators.running import Simulators

pytestmark = pytest.mark.usefixtures("worker")


@pytest.mark.row("S24")
async def test_a_shift_is_opened_with_its_number_and_closed_with_its_report(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    register = await salon.fiscal_register(desk)
    opened = await salon.open_shift(register)
    assert opened["serial"] is not None
    assert (await salon.open_shift(register))["id"] == opened["id"], "an open shift is answered as it is"
    closed = await salon.ask("POST", f"/cash-registers/{register}/fiscal-shift/close")
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    again = await salon.ask("POST", f"/cash-registers/{register}/fiscal-shift/close")
    assert (again.status_code, again.json()["id"]) == (200, opened["id"])
    kinds = [item["kind"] for item in await simulators.ledger("checkbox", account=desk.licence_key)]
    assert kinds == ["shift_open", "z_report"]


async def test_two_clicks_on_open_make_one_shift(salon: Salon, simulators: Simulators, desk: TestDesk) -> None:
    register = await salon.fiscal_register(desk)
    path = f"/cash-registers/{register}/fiscal-shift/open"
    answers = await asyncio.gather(*(salon.ask("POST", path) for _ in range(3)))
    assert [answer.status_code for answer in answers] == [200] * 3, [answer.text for answer in answers]
    assert len({answer.json()["id"] for answer in answers}) == 1


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        ("busy_register", "fiscal.register_busy"),
        ("key_expired", "fiscal.signature_inactive"),
        ("open_fails", "fiscal.rejected"),
        ("http_500", "fiscal.fiscal_unavailable"),
    ],
)
async def test_a_shift_that_does_not_open_says_why(
    salon: Salon, simulators: Simulators, desk: TestDesk, mode: str, code: str
) -> None:
    register = await salon.fiscal_register(desk)
    await simulators.fault("checkbox", mode, method="open_shift", licence_key=desk.licence_key)
    refused = await salon.ask("POST", f"/cash-registers/{register}/fiscal-shift/open")
    assert refused.status_code in (409, 503), refused.text
    assert refused.json()["code"] == code
    await simulators.session.delete(simulators.base_url + "/faults/checkbox")
    await salon.open_shift(register)


@pytest.mark.parametrize("mode", ["drop_after_accept", "http_500_after_accept"])
async def test_a_shift_whose_opening_was_not_confirmed_is_found_open(
    salon: Salon, simulators: Simulators, desk: TestDesk, mode: str
) -> None:
    register = await salon.fiscal_register(desk)
    await simulators.fault("checkbox", mode, method="open_shift", count=1, licence_key=desk.licence_key)
    await salon.open_shift(register)
    assert len(await simulators.ledger("checkbox", account=desk.licence_key, kind="shift_open")) == 1


async def test_a_shift_that_did_not_close_stays_open_and_says_why(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    register = await salon.fiscal_register(desk)
    await salon.open_shift(register)
    await simulators.fault("checkbox", "close_fails", method="close_shift", count=1)
    refused = await salon.ask("POST", f"/cash-registers/{register}/fiscal-shift/close")
    assert (refused.status_code, refused.json()["code"]) == (409, "fiscal.rejected")
    assert refused.json()["provider_text"] == "Сервер ДПС не прийняв Z-звіт"
    assert (await salon.get(f"/cash-registers/{register}"))["fiscal_shift"]["state"] == "open"
