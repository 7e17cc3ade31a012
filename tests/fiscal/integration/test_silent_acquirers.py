"""An acquirer that says nothing has not said that nobody paid: its orders are asked about until it answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from contracts.fiscal import TopUpPaid
from kit.testing import Bench
from tests.fiscal.advance import asked, attempts_become, becomes, checkout, with_shop
from tests.fiscal.payer import go, press
from tests.fiscal.salon import Salon
from tests.simulators.running import Simulators
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
async def payments(bench: Bench, simulators: Simulators) -> AsyncIterator[None]:
    """The worker's loop over payments."""
    tasks = [asyncio.ensure_future(loop()) for loop in (bench.service.loops["payments"], bench.service.wakeups.run)]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def questions(simulators: Simulators) -> int:
    return len((await simulators.get("/requests/liqpay", params={"path": "/api/request"}))["items"])


async def is_asked_again(simulators: Simulators, times: int = 2) -> None:
    before = await questions(simulators)

    async def again() -> bool:
        return await questions(simulators) >= before + times

    await eventually(again)


async def test_what_was_paid_while_the_acquirer_was_silent_goes_back_once_it_speaks(
    salon: Salon, bench: Bench, simulators: Simulators
) -> None:
    """Paid in time, the notice lost, no answer to any question: the time of the booking is given up meanwhile."""
    await simulators.put("/switches/liqpay", {"notice_lost": True})
    await with_shop(salon, "liqpay")
    await salon.register("Онлайн", "online")
    booking = await salon.booking(50_000)
    link = await asked(salon, booking)
    page = await go(simulators, await checkout(salon, link))
    await simulators.fault("liqpay", "http_500", method="status")
    await press(simulators, page, "pay")
    async with bench.service.db.tx(salon.account_id) as tx:
        ended = text("UPDATE prepayment SET expires_at = now(), next_check_at = now() WHERE id = :id")
        await tx.execute(ended, {"id": link["id"]})
    await becomes(salon, booking, "expired")
    await is_asked_again(simulators)
    await attempts_become(salon, booking, "cancelled")
    await simulators.session.delete(simulators.base_url + "/faults/liqpay")
    await attempts_become(salon, booking, "refunded")
    assert len(await simulators.ledger("liqpay", kind="refund")) == 1
    assert (await salon.get(f"/bookings/{booking}/settlement"))["paid"]["amount"] == 0


async def test_a_top_up_does_not_run_out_unheard(salon: Salon, bench: Bench, simulators: Simulators) -> None:
    await simulators.put("/switches/liqpay", {"notice_lost": True})
    await simulators.fault("liqpay", "http_500", method="status")
    paid, unpaid, forgotten = [await _begun_long_ago(salon, bench, simulators, days) for days in (1, 1, 8)]
    await press(simulators, paid[1], "pay")
    await _becomes(salon, forgotten[0], "expired")
    await is_asked_again(simulators)
    for top_up_id, _ in (paid, unpaid):
        assert (await salon.get(f"/sms-balance/top-ups/{top_up_id}"))["state"] == "pending"
    await simulators.session.delete(simulators.base_url + "/faults/liqpay")
    await _becomes(salon, paid[0], "paid")
    await _becomes(salon, unpaid[0], "expired")
    [said] = await bench.said(TopUpPaid, account_id=salon.account_id)
    assert str(said.top_up_id) == paid[0]


async def _begun_long_ago(salon: Salon, bench: Bench, simulators: Simulators, days: int) -> tuple[str, str]:
    """A top-up whose time was over so many days ago; answers its id and the acquirer's page."""
    answer = await salon.ask("POST", "/sms-balance/top-ups", {"amount": 10_000, "provider": "liqpay"})
    page = await go(simulators, answer.json()["checkout"])
    async with bench.service.db.tx(salon.account_id) as tx:
        over = text("UPDATE card_payment SET valid_until = now() - make_interval(days => :days) WHERE id = :id")
        await tx.execute(over, {"id": answer.json()["id"], "days": days})
    return answer.json()["id"], page


async def _becomes(salon: Salon, top_up_id: str, state: str) -> None:
    async def is_so() -> bool:
        return bool((await salon.get(f"/sms-balance/top-ups/{top_up_id}"))["state"] == state)

    await eventually(is_so)
