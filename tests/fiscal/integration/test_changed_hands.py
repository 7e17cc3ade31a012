"""Registers whose cashier works at another one, or that get another licence while a receipt is on its way."""

from __future__ import annotations

from typing import Any

import pytest

from fiscal.tables import Receipt
from fiscal.usecases import register_receipts
from fiscal.usecases.register_receipts import Visit
from tests.fiscal.salon import Salon, TestDesk
from tests.simulators.running import Simulators


def beside(desk: TestDesk) -> TestDesk:
    return TestDesk(desk.number % 99 + 1)


async def z_reports(simulators: Simulators, desk: TestDesk) -> int:
    return len(await simulators.ledger("checkbox", account=desk.licence_key, kind="z_report"))


async def test_closing_one_register_never_closes_another_where_its_cashier_works(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    other = beside(desk)
    one = await salon.fiscal_register(desk)
    two = await salon.fiscal_register(other, cashier_login=desk.cashier_login)
    first = await salon.open_shift(one)
    await simulators.put(f"/accounts/checkbox/{desk.licence_key}", {"close_shift": True})
    await salon.open_shift(two)
    report = await salon.ask("POST", f"/cash-registers/{one}/fiscal-shift/x-report")
    assert report.json()["code"] == "fiscal.shift_closed", "not the totals of the other register"
    closed = await salon.ask("POST", f"/cash-registers/{one}/fiscal-shift/close")
    assert (closed.status_code, closed.json()["id"], closed.json()["state"]) == (200, first["id"], "closed")
    assert await z_reports(simulators, other) == 0
    assert (await salon.get(f"/cash-registers/{two}"))["fiscal_shift"]["state"] == "open"


async def test_a_shift_that_another_cashier_has_open_is_not_called_closed(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    register = await salon.fiscal_register(desk)
    await salon.open_shift(register)
    changed = {"checkbox": {"cashier_login": beside(desk).cashier_login, "cashier_password": "secret"}}
    assert (await salon.ask("PATCH", f"/cash-registers/{register}", changed)).status_code == 200
    refused = await salon.ask("POST", f"/cash-registers/{register}/fiscal-shift/close")
    assert (refused.status_code, refused.json()["code"]) == (409, "fiscal.register_busy")
    assert (await salon.get(f"/cash-registers/{register}"))["fiscal_shift"]["state"] == "open"
    assert await z_reports(simulators, desk) == 0


@pytest.mark.usefixtures("worker")
async def test_a_licence_is_not_replaced_while_checkbox_may_have_a_receipt_of_it(
    salon: Salon, simulators: Simulators, desk: TestDesk
) -> None:
    """The next licence may be another firm's, which knows nothing of the receipt: it would be sent a second time."""
    register = await salon.fiscal_register(desk)
    await salon.open_shift(register)
    await simulators.fault("checkbox", "drop_after_accept", method="sell", count=1, licence_key=desk.licence_key)
    await simulators.fault("checkbox", "http_500", method="get_receipt", token=desk.cashier_login)
    await salon.settled(await salon.booking(), ("cash", 50_000))
    await salon.receipts_become("registering")
    change = {"checkbox": beside(desk).credentials}
    refused = await salon.ask("PATCH", f"/cash-registers/{register}", change)
    assert (refused.status_code, refused.json()["code"]) == (409, "fiscal.register_has_receipts")
    await simulators.session.delete(simulators.base_url + "/faults/checkbox")
    await salon.receipts_become("registered")
    assert (await salon.ask("PATCH", f"/cash-registers/{register}", change)).status_code == 200


@pytest.mark.usefixtures("worker")
async def test_a_receipt_goes_out_under_the_licence_that_is_saved_when_it_is_claimed(
    salon: Salon, simulators: Simulators, desk: TestDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The licence is replaced between the look at the shift and the claim."""
    other = beside(desk)
    register = await salon.fiscal_register(desk)
    await salon.open_shift(register)
    claim = Visit._claim
    changed: list[int] = []

    async def too_late(visit: Visit, receipt: Receipt, who: Any) -> dict[str, Any] | None:
        if not changed:
            path, change = f"/cash-registers/{register}", {"checkbox": other.credentials}
            changed.append((await salon.ask("PATCH", path, change)).status_code)
        return await claim(visit, receipt, who)

    monkeypatch.setattr(register_receipts.Visit, "_claim", too_late)
    await salon.settled(await salon.booking(), ("cash", 50_000))
    [held] = await salon.receipts_become("held")
    assert (changed, held["reason_code"], held["attempts"]) == ([200], "shift_closed", 0)
    await salon.open_shift(register)
    await salon.receipts_become("registered")
    sold = [await simulators.ledger("checkbox", account=one.licence_key, kind="sell") for one in (desk, other)]
    assert [len(found) for found in sold] == [0, 1]
