"""Money for a booking in advance: by a link, settled when it comes, the slot given up when it does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from contracts.booking import BookingCancelled
from contracts.fiscal import BookingSettled, PrepaymentExpired, PrepaymentPaid, PrepaymentRequested
from kit.testing import Bench
from tests.fiscal.advance import ACQUIRERS, asked, attempts_become, becomes, checkout, with_shop
from tests.fiscal.door import Door
from tests.fiscal.payer import go, pay, press
from tests.fiscal.salon import Salon, TestDesk
from tests.simulators.running import Simulators
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
async def payments(bench: Bench, simulators: Simulators) -> AsyncIterator[None]:
    """The worker's loops."""
    names = ("payments", "receipts", "shifts")
    tasks = [asyncio.ensure_future(bench.service.loops[name]()) for name in names]
    tasks.append(asyncio.ensure_future(bench.service.wakeups.run()))
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def runs_out(salon: Salon, prepayment: dict[str, Any]) -> None:
    """Let the time to pay be over."""
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        await tx.execute(
            text("UPDATE prepayment SET expires_at = now(), next_check_at = now() WHERE id = :id"),
            {"id": prepayment["id"]},
        )


@pytest.mark.parametrize("provider", ACQUIRERS)
async def test_a_prepayment_settles_the_booking_with_a_receipt(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door, desk: TestDesk, provider: str
) -> None:
    await with_shop(salon, provider)
    await salon.open_shift(await salon.fiscal_register(desk, "online"))
    booking = await salon.booking(50_000)
    link = await asked(salon, booking, amount=20_000)
    assert link["url"].endswith(f"/pay/{link['id']}")
    [told] = await bench.said(PrepaymentRequested, account_id=salon.account_id)
    assert (told.prepayment.booking_id, told.prepayment.amount.amount) == (booking, 20_000)
    shown = (await bench.http.get(f"/api/v1/public/payments/{link['id']}")).json()
    assert (shown["state"], shown["account_name"], shown["providers"]) == ("pending", "Салон", [provider])
    await pay(simulators, await checkout(salon, link))
    await becomes(salon, booking, "paid")
    settlement = await salon.get(f"/bookings/{booking}/settlement")
    assert (settlement["payment_state"], settlement["paid"]["amount"], settlement["due"]["amount"]) == (
        "part_paid",
        20_000,
        30_000,
    )
    [line] = (await salon.get("/cash-operations"))["items"]
    assert (line["payment_type"], line["amount"]["amount"]) == ("online", 20_000)
    await salon.receipts_become("registered")
    assert len(await bench.said(BookingSettled, account_id=salon.account_id)) == 1
    assert len(await bench.said(PrepaymentPaid, account_id=salon.account_id)) == 1


@pytest.mark.parametrize("provider", ACQUIRERS)
async def test_what_is_not_paid_in_time_is_told_to_the_owner_of_the_slot_once(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door, provider: str
) -> None:
    await with_shop(salon, provider)
    await salon.register("Онлайн", "online")
    booking = await salon.booking(50_000)
    link = await asked(salon, booking)
    await go(simulators, await checkout(salon, link))
    await runs_out(salon, link)
    await becomes(salon, booking, "expired")
    [told] = await bench.said(PrepaymentExpired, account_id=salon.account_id)
    assert told.prepayment.booking_id == booking
    answer = await bench.http.post(f"/api/v1/public/payments/{link['id']}/checkout")
    assert (answer.status_code, answer.json()["code"]) == (409, "fiscal.prepayment_over")


@pytest.mark.parametrize("provider", ACQUIRERS)
async def test_the_acquirer_itself_takes_no_money_after_the_time_that_the_order_names(
    salon: Salon, simulators: Simulators, door: Door, provider: str
) -> None:
    """LiqPay's `expired_date`, monobank's `validity`, WayForPay's `orderTimeout`."""
    await with_shop(salon, provider)
    await salon.register("Онлайн", "online")
    booking = await salon.booking(50_000)
    page = await go(simulators, await checkout(salon, await asked(salon, booking, pay_within_min=30)))
    await simulators.push_clock(29 * 60)
    async with simulators.session.get(page) as shown:
        assert 'name="outcome"' in await shown.text()
    await simulators.push_clock(2 * 60)
    await press(simulators, page, "pay")
    assert await simulators.ledger(provider, kind="payment") == []


@pytest.mark.parametrize("provider", ["liqpay", "wayforpay"])
async def test_an_order_whose_page_nobody_opened_is_not_known_and_ends_in_silence(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door, provider: str
) -> None:
    """WayForPay answers 1127, LiqPay `payment_not_found`: nothing is being paid, so the slot is given up at once."""
    await with_shop(salon, provider)
    await salon.register("Онлайн", "online")
    booking = await salon.booking(50_000)
    link = await asked(salon, booking)
    await checkout(salon, link)
    await runs_out(salon, link)
    await becomes(salon, booking, "expired")
    await attempts_become(salon, booking, "cancelled")
    path = {"liqpay": "/api/request", "wayforpay": "/api"}[provider]
    assert (await simulators.get(f"/requests/{provider}", params={"path": path}))["items"], "it was asked about"
    assert len(await bench.said(PrepaymentExpired, account_id=salon.account_id)) == 1


@pytest.mark.parametrize("provider", ["liqpay", "wayforpay"])
async def test_money_that_comes_after_its_time_goes_back_by_itself(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door, provider: str
) -> None:
    await with_shop(salon, provider)
    await salon.register("Онлайн", "online")
    booking = await salon.booking(50_000)
    link = await asked(salon, booking)
    page = await go(simulators, await checkout(salon, link))
    await runs_out(salon, link)
    await becomes(salon, booking, "expired")
    await press(simulators, page, "pay")
    await attempts_become(salon, booking, "refunded")
    assert len(await simulators.ledger(provider, kind="refund")) == 1
    assert (await salon.get(f"/bookings/{booking}/settlement"))["paid"]["amount"] == 0
    assert (await salon.get("/cash-operations"))["items"] == []


async def test_at_monobank_an_order_whose_time_is_over_can_not_be_paid(
    salon: Salon, simulators: Simulators, door: Door
) -> None:
    await with_shop(salon, "monobank")
    await salon.register("Онлайн", "online")
    booking = await salon.booking(50_000)
    link = await asked(salon, booking)
    page = await go(simulators, await checkout(salon, link))
    await runs_out(salon, link)
    await becomes(salon, booking, "expired")

    async def is_removed() -> bool:
        asked_for = await simulators.get("/requests/monobank", params={"path": "/invoice/remove"})
        return len(asked_for["items"]) == 1

    await eventually(is_removed)
    await press(simulators, page, "pay")
    assert await simulators.ledger("monobank", kind="payment") == []


async def test_the_slot_is_kept_a_little_longer_while_the_bank_works_on_the_payment(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door
) -> None:
    bench.service.state["acquiring"].pace.check(0)
    await with_shop(salon, "monobank")
    await salon.register("Онлайн", "online")
    booking = await salon.booking(50_000)
    link = await asked(salon, booking)
    page = await go(simulators, await checkout(salon, link))
    await press(simulators, page, "wait")
    await runs_out(salon, link)

    async def was_asked() -> bool:
        found = await simulators.get("/requests/monobank", params={"path": "/invoice/status"})
        return len(found["items"]) >= 1

    await eventually(was_asked)
    await press(simulators, page, "pay")
    await becomes(salon, booking, "paid")
    assert await bench.said(PrepaymentExpired, account_id=salon.account_id) == []


async def test_a_second_payment_of_the_same_link_goes_back(salon: Salon, simulators: Simulators, door: Door) -> None:
    """Two tabs, two acquirers, both paid."""
    await with_shop(salon, "liqpay")
    await with_shop(salon, "monobank")
    await salon.register("Онлайн", "online")
    booking = await salon.booking(50_000)
    link = await asked(salon, booking)
    first = await go(simulators, await checkout(salon, link, "liqpay"))
    second = await go(simulators, await checkout(salon, link, "monobank"))
    await press(simulators, first, "pay")
    await becomes(salon, booking, "paid")
    await press(simulators, second, "pay")
    await attempts_become(salon, booking, "paid", "refunded")
    assert (await salon.get(f"/bookings/{booking}/settlement"))["paid"]["amount"] == 50_000


async def test_a_booking_that_was_paid_at_the_desk_sends_the_money_back(
    salon: Salon, simulators: Simulators, door: Door
) -> None:
    await with_shop(salon, "liqpay")
    await salon.register("Онлайн", "online")
    await salon.register("Готівка", "cash")
    booking = await salon.booking(50_000)
    link = await asked(salon, booking)
    page = await go(simulators, await checkout(salon, link))
    await salon.settled(booking, ("cash", 50_000))
    await press(simulators, page, "pay")
    [attempt] = await attempts_become(salon, booking, "refunded")
    assert attempt["reason_code"] is None
    assert (await salon.get(f"/bookings/{booking}/settlement"))["paid"]["amount"] == 50_000


async def test_a_declined_card_is_told_to_the_payer_and_the_same_link_takes_another(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door
) -> None:
    await with_shop(salon, "liqpay")
    await salon.register("Онлайн", "online")
    booking = await salon.booking(50_000)
    link = await asked(salon, booking)
    await pay(simulators, await checkout(salon, link), "decline")
    await attempts_become(salon, booking, "failed")
    shown = (await bench.http.get(f"/api/v1/public/payments/{link['id']}")).json()
    assert shown["last_attempt_text"].startswith("Оплату не завершено. Спробуйте іншу картку")
    await pay(simulators, await checkout(salon, link))
    await becomes(salon, booking, "paid")


async def test_what_stands_in_the_way_of_asking_is_said(salon: Salon) -> None:
    booking = await salon.booking(50_000)

    async def refused(**body: Any) -> tuple[int, str]:
        answer = await salon.ask("POST", f"/bookings/{booking}/prepayment", body)
        return answer.status_code, answer.json()["code"]

    assert await refused() == (409, "fiscal.acquirer_not_set_up")
    await with_shop(salon, "liqpay")
    assert await refused() == (422, "fiscal.no_register_for_payment_type")
    await salon.register("Онлайн", "online")
    assert await refused(amount=50_001) == (422, "fiscal.amount_above_due")
    assert await refused(pay_within_min=1) == (422, "request.invalid")
    await asked(salon, booking)
    assert await refused() == (409, "fiscal.prepayment_open")


async def test_a_cancelled_booking_takes_no_prepayment_any_more(salon: Salon, bench: Bench) -> None:
    await with_shop(salon, "liqpay")
    await salon.register("Онлайн", "online")
    created = salon.booking_event(50_000)
    await bench.deliver(created)
    await asked(salon, created.booking.id)
    state = created.booking.model_copy(update={"state": "cancelled_by_client"})
    await bench.deliver(BookingCancelled(account_id=salon.account_id, version=2, booking=state, cancelled_by="client"))
    await becomes(salon, created.booking.id, "cancelled")


async def test_by_rules_a_booking_of_the_site_is_asked_for_its_share(salon: Salon, bench: Bench) -> None:
    await with_shop(salon, "liqpay")
    rules = {"is_on": True, "share_percent": 30, "pay_within_min": 30}
    answer = await salon.ask("PUT", "/acquirers/prepayment-rules", rules)
    assert (answer.status_code, answer.json()["code"]) == (422, "fiscal.no_register_for_payment_type")
    await salon.register("Онлайн", "online")
    assert (await salon.ask("PUT", "/acquirers/prepayment-rules", rules)).status_code == 200
    online = salon.booking_event(33_333, source="site")
    await bench.deliver(online)
    await bench.deliver(online)
    [link] = (await salon.get(f"/bookings/{online.booking.id}/prepayment"))["items"]
    assert link["amount"]["amount"] == 10_000  # 30 % rounded up to the kopeck
    left = datetime.fromisoformat(link["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)
    at_the_desk = await salon.booking(50_000)
    assert (await salon.get(f"/bookings/{at_the_desk}/prepayment"))["items"] == []


@pytest.mark.row("N12")
async def test_without_rules_no_client_is_asked_for_money(salon: Salon, bench: Bench) -> None:
    await with_shop(salon, "liqpay")
    await salon.register("Онлайн", "online")
    online = salon.booking_event(50_000, source="site")
    await bench.deliver(online)
    assert (await salon.get(f"/bookings/{online.booking.id}/prepayment"))["items"] == []
    assert await bench.said(PrepaymentRequested, account_id=salon.account_id) == []
