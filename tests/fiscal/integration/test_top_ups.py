"""Topping up the SMS balance by card: credited once, on the bank's verified word alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from contracts.fiscal import TopUpPaid, TopUpReversed
from contracts.permissions import Permission
from kit.testing import Bench
from tests.fiscal.door import Door
from tests.fiscal.payer import go, pay, press
from tests.fiscal.salon import Salon
from tests.simulators.running import Simulators
from tests.support.waiting import eventually

ACQUIRERS = ("liqpay", "monobank", "wayforpay")


@pytest.fixture(autouse=True)
async def payments(bench: Bench, simulators: Simulators) -> AsyncIterator[None]:
    """The worker's loop over payments."""
    tasks = [asyncio.ensure_future(loop()) for loop in (bench.service.loops["payments"], bench.service.wakeups.run)]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def top_up(salon: Salon, provider: str, amount: int = 10_000, **headers: Any) -> dict[str, Any]:
    body = {"amount": amount, "provider": provider}
    answer = await salon.ask("POST", "/sms-balance/top-ups", body, **headers)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def becomes(salon: Salon, top_up_id: str, state: str, within_s: float = 60) -> dict[str, Any]:
    found: dict[str, Any] = {}

    async def is_so() -> bool:
        found.update(await salon.get(f"/sms-balance/top-ups/{top_up_id}"))
        return bool(found["state"] == state)

    await eventually(is_so, within_s=within_s)
    return found


@pytest.mark.row("S6")
@pytest.mark.parametrize("provider", ACQUIRERS)
async def test_a_top_up_of_100_is_credited_once_though_its_notice_comes_twice(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door, provider: str
) -> None:
    await simulators.put(f"/switches/{provider}", {"notice_copies": 2})
    begun = await top_up(salon, provider)
    assert (begun["state"], begun["amount"]) == ("pending", {"amount": 10_000, "currency": "UAH"})
    await pay(simulators, begun["checkout"])
    paid = await becomes(salon, begun["id"], "paid")
    assert paid["checkout"] is None
    assert paid["paid_at"] is not None

    async def all_came() -> bool:
        return len(door.calls) >= 4  # waiting and paid, twice each

    await eventually(all_came)
    await bench.service.state["payment_loop"].drain()
    [said] = await bench.said(TopUpPaid, account_id=salon.account_id)
    assert (str(said.top_up_id), said.amount.amount, said.provider) == (begun["id"], 10_000, provider)
    [charged] = await simulators.ledger(provider, kind="payment")
    assert (charged["order_id"], charged["amount"]) == (begun["id"], 10_000)


@pytest.mark.parametrize("provider", ACQUIRERS)
async def test_notices_in_the_wrong_order_change_nothing(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door, provider: str
) -> None:
    """ "Paid" before "the bank is working on it"."""
    await simulators.put(f"/switches/{provider}", {"notice_reversed": True})
    begun = await top_up(salon, provider)
    await pay(simulators, begun["checkout"])
    await becomes(salon, begun["id"], "paid")

    async def both_came() -> bool:
        return len(door.calls) >= 2

    await eventually(both_came)
    await bench.service.state["payment_loop"].drain()
    await becomes(salon, begun["id"], "paid")
    assert len(await bench.said(TopUpPaid, account_id=salon.account_id)) == 1


@pytest.mark.parametrize("provider", ACQUIRERS)
async def test_a_payment_whose_notice_is_lost_is_found_by_asking(
    salon: Salon, bench: Bench, simulators: Simulators, provider: str
) -> None:
    await simulators.put(f"/switches/{provider}", {"notice_lost": True})
    begun = await top_up(salon, provider)
    await pay(simulators, begun["checkout"])
    await becomes(salon, begun["id"], "paid")
    assert len(await bench.said(TopUpPaid, account_id=salon.account_id)) == 1


@pytest.mark.parametrize("provider", ACQUIRERS)
async def test_a_declined_card_is_told_and_the_next_trial_is_an_order_of_its_own(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door, provider: str
) -> None:
    begun = await top_up(salon, provider)
    await pay(simulators, begun["checkout"], "decline")
    failed = await becomes(salon, begun["id"], "failed")
    assert failed["reason_text"] == "Оплату не завершено. Спробуйте іншу картку або ще раз пізніше."
    again = await top_up(salon, provider)
    assert again["id"] != begun["id"]
    await pay(simulators, again["checkout"])
    await becomes(salon, again["id"], "paid")
    [said] = await bench.said(TopUpPaid, account_id=salon.account_id)
    assert str(said.top_up_id) == again["id"]


@pytest.mark.parametrize("provider", ACQUIRERS)
async def test_while_the_bank_works_on_it_the_top_up_waits(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door, provider: str
) -> None:
    begun = await top_up(salon, provider)
    page = await go(simulators, begun["checkout"])
    await press(simulators, page, "wait")

    async def told() -> bool:
        return len(door.calls) >= 1

    await eventually(told)
    await bench.service.state["payment_loop"].drain()
    assert (await salon.get(f"/sms-balance/top-ups/{begun['id']}"))["state"] == "pending"
    await press(simulators, page, "pay")
    await becomes(salon, begun["id"], "paid")


@pytest.mark.parametrize("provider", ACQUIRERS)
async def test_money_that_went_back_leaves_the_balance_once(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door, provider: str
) -> None:
    await simulators.put(f"/switches/{provider}", {"notice_copies": 2})
    begun = await top_up(salon, provider)
    await pay(simulators, begun["checkout"])
    await becomes(salon, begun["id"], "paid")
    shop = {"liqpay": "test_public", "monobank": "good-token", "wayforpay": "demo_merchant"}[provider]
    await simulators.put(f"/accounts/{provider}/{shop}", {"refund": begun["id"]})
    await becomes(salon, begun["id"], "refunded")
    [said] = await bench.said(TopUpReversed, account_id=salon.account_id)
    assert (str(said.top_up_id), said.amount.amount, said.version) == (begun["id"], 10_000, 2)


async def test_a_repeated_request_leads_to_the_same_order(salon: Salon, simulators: Simulators) -> None:
    first, second = [await top_up(salon, "monobank", Idempotency_Key="pay-once") for _ in range(2)]
    assert (first["id"], first["checkout"]) == (second["id"], second["checkout"])
    assert len(await simulators.ledger("monobank", kind="order")) == 1


@pytest.mark.parametrize(
    ("mode", "status", "code"),
    [
        ("reject_auth", 503, "fiscal.top_up_unavailable"),
        ("timeout_before", 503, "fiscal.acquirer_unavailable"),
        ("html_reply", 503, "fiscal.acquirer_unavailable"),
        ("timeout_after_accept", 503, "fiscal.acquirer_unavailable"),
    ],
)
async def test_an_acquirer_that_does_not_take_the_order_is_told_and_may_be_tried_again(
    salon: Salon, simulators: Simulators, door: Door, mode: str, status: int, code: str
) -> None:
    await simulators.fault("monobank", mode, method="create", count=1)
    body = {"amount": 10_000, "provider": "monobank"}
    answer = await salon.ask("POST", "/sms-balance/top-ups", body, Idempotency_Key="once-more")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["fix"]["text"]
    begun = await top_up(salon, "monobank", Idempotency_Key="once-more")
    await pay(simulators, begun["checkout"])
    await becomes(salon, begun["id"], "paid")


async def test_the_key_of_the_bank_is_asked_for_again_when_it_changes(
    salon: Salon, simulators: Simulators, door: Door, bench: Bench
) -> None:
    bench.service.state["acquiring"].acquirers["monobank"]._key_gap_s = 0.0
    first = await top_up(salon, "monobank")
    await pay(simulators, first["checkout"])
    await becomes(salon, first["id"], "paid")
    await simulators.put("/accounts/monobank/good-token", {"rotate_key": True})
    second = await top_up(salon, "monobank")
    await pay(simulators, second["checkout"])
    await becomes(salon, second["id"], "paid")


async def test_who_may_not_top_up_is_told_who_can_grant_it(salon: Salon, bench: Bench) -> None:
    master = await bench.make_member(salon.account_id, {Permission.BOOKING_VIEW}, role="master")
    answer = await salon.ask("POST", "/sms-balance/top-ups", {"amount": 10_000}, by=master)
    assert (answer.status_code, answer.json()["code"]) == (403, "access.missing_permission")
    for bad in ({"amount": 99}, {"amount": 10_000_001}, {"amount": {"amount": 10_000, "currency": "EUR"}}):
        answer = await salon.ask("POST", "/sms-balance/top-ups", bad)
        assert answer.status_code == 422, answer.text
