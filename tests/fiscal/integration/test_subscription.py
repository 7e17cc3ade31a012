"""Paying for the extras of the price list: a month of each, on the bank's verified word alone, apart from SMS money."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from contracts.fiscal import TopUpPaid
from fiscal.book_tables import PaidExtra
from fiscal.domain.price_list import months_on
from fiscal.payment_tables import CardPayment
from fiscal.usecases.payments.pay_subscription import paid_until, subscription_given_back, subscription_paid
from kit.ids import new_id
from kit.testing import Bench
from tests.fiscal.door import Door
from tests.fiscal.payer import pay
from tests.fiscal.salon import Salon
from tests.simulators.running import Simulators
from tests.support.rivals import while_saved
from tests.support.waiting import eventually

DOMAIN, SUPPORT = 15_000, 29_900


@pytest.fixture(autouse=True)
async def payments(bench: Bench, simulators: Simulators) -> AsyncIterator[None]:
    """The worker's loop over payments."""
    tasks = [asyncio.ensure_future(loop()) for loop in (bench.service.loops["payments"], bench.service.wakeups.run)]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def choose(salon: Salon, *extras: str) -> dict[str, Any]:
    answer = await salon.ask("PUT", "/subscription", {"extras": extras})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def start(salon: Salon, provider: str = "liqpay") -> dict[str, Any]:
    answer = await salon.ask("POST", "/subscription/payments", {"provider": provider})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def becomes(salon: Salon, payment_id: str, state: str) -> None:
    async def is_so() -> bool:
        return bool((await salon.get(f"/subscription/payments/{payment_id}"))["state"] == state)

    await eventually(is_so, within_s=30)


def until_of(shown: dict[str, Any]) -> dict[str, datetime]:
    return {one["key"]: datetime.fromisoformat(one["paid_until"]) for one in shown["extras"] if one["paid_until"]}


@pytest.mark.row("N30")
@pytest.mark.row("S7")
async def test_extras_are_paid_for_by_the_month_and_only_what_is_not_paid_yet(
    salon: Salon, bench: Bench, simulators: Simulators, door: Door
) -> None:
    nothing = await salon.ask("POST", "/subscription/payments")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "fiscal.subscription_paid")
    shown = await choose(salon, "custom_domain")
    assert (shown["state"], shown["due"]["amount"]) == ("unpaid", DOMAIN)
    await simulators.put("/switches/liqpay", {"notice_copies": 3})
    begun = await start(salon)
    assert (begun["amount"]["amount"], begun["extras"]) == (DOMAIN, ["custom_domain"])
    assert (await start(salon))["id"] == begun["id"], "the order that waits is answered again"
    before = datetime.now(UTC)
    await pay(simulators, begun["checkout"])
    await becomes(salon, begun["id"], "paid")
    shown = await salon.get("/subscription")
    assert (shown["state"], shown["due"]) == ("active", None)
    first = until_of(shown)["custom_domain"]
    assert months_on(before) <= first <= months_on(datetime.now(UTC))

    shown = await choose(salon, "custom_domain", "priority_support")
    assert (shown["state"], shown["due"]["amount"]) == ("unpaid", SUPPORT)
    second = await start(salon, "monobank")
    await pay(simulators, second["checkout"])
    await becomes(salon, second["id"], "paid")
    assert until_of(await salon.get("/subscription"))["custom_domain"] == first
    paid = (await salon.get("/subscription/payments"))["items"]
    assert [(one["state"], one["amount"]["amount"]) for one in paid] == [("paid", SUPPORT), ("paid", DOMAIN)]
    assert (await salon.get("/sms-balance/top-ups"))["items"] == [], "SMS money is another purse"
    assert await bench.said(TopUpPaid, account_id=salon.account_id) == []


async def test_the_next_month_is_paid_from_a_week_before_and_goes_on_from_the_end_of_this_one(
    salon: Salon, simulators: Simulators, door: Door
) -> None:
    await choose(salon, "custom_domain")
    begun = await start(salon, "wayforpay")
    await pay(simulators, begun["checkout"])
    await becomes(salon, begun["id"], "paid")
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=6)
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        await tx.execute(text("UPDATE paid_extra SET paid_until = :ends"), {"ends": ends})
    shown = await salon.get("/subscription")
    assert (shown["state"], shown["due"]["amount"]) == ("active", DOMAIN)
    again = await start(salon, "wayforpay")
    await pay(simulators, again["checkout"])
    await becomes(salon, again["id"], "paid")
    assert until_of(await salon.get("/subscription")) == {"custom_domain": months_on(ends)}
    await simulators.put("/accounts/wayforpay/demo_merchant", {"refund": again["id"]})
    await becomes(salon, again["id"], "refunded")
    assert until_of(await salon.get("/subscription")) == {"custom_domain": months_on(months_on(ends), -1)}


def order(salon: Salon, *extras: str) -> CardPayment:
    """One that no worker asks about: what follows is told here."""
    now = datetime.now(UTC)
    return CardPayment(
        account_id=salon.account_id,
        id=new_id(),
        kind="subscription",
        provider="liqpay",
        amount=DOMAIN,
        currency="UAH",
        description="Підписка",
        extras=list(extras),
        created_at=now,
        created_by_name="Власниця",
        valid_until=now + timedelta(hours=1),
    )


async def test_two_orders_that_are_paid_at_the_same_moment_are_two_months(salon: Salon, bench: Bench) -> None:
    await choose(salon, "custom_domain")
    orders, now = [order(salon, "custom_domain") for _ in range(2)], datetime.now(UTC)
    db = bench.service.db
    async with db.tx(salon.account_id) as tx:
        tx.add_all(orders)

    async def second() -> None:
        async with db.tx(salon.account_id) as tx:
            payment = await tx.get_one(CardPayment, (salon.account_id, orders[1].id), with_for_update=True)
            await subscription_paid(tx, payment, now)

    async with db.tx(salon.account_id) as tx:
        payment = await tx.get_one(CardPayment, (salon.account_id, orders[0].id), with_for_update=True)
        await subscription_paid(tx, payment, now)
        own = await tx.scalar(text("SELECT pg_backend_pid()"))
        other = asyncio.ensure_future(second())

        async def waits_for_this_one() -> bool:
            blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted AND :own = ANY(pg_blocking_pids(pid))"
            return bool(await tx.scalar(text(blocked), {"own": own}))

        await eventually(waits_for_this_one)
    await other
    assert until_of(await salon.get("/subscription")) == {"custom_domain": months_on(months_on(now))}


async def test_a_month_that_is_given_back_ends_where_the_month_before_it_did(salon: Salon, bench: Bench) -> None:
    """Of 31 January and a month there is a 28 February, and a month before that is not the 31st any more."""
    ends, later = datetime(2027, 1, 31, 9, tzinfo=UTC), datetime(2027, 2, 28, 9, tzinfo=UTC)
    await choose(salon, "custom_domain")
    first, next_one = order(salon, "custom_domain"), order(salon, "custom_domain")
    async with bench.service.db.tx(salon.account_id) as tx:
        tx.add_all([first, next_one, PaidExtra(account_id=salon.account_id, key="custom_domain", paid_until=ends)])
        await tx.flush()
        await subscription_paid(tx, first, ends - timedelta(days=3))
        assert await paid_until(tx, salon.account_id) == {"custom_domain": later}
    async with bench.service.db.tx(salon.account_id) as tx:
        await subscription_given_back(tx, await tx.get_one(CardPayment, (salon.account_id, first.id)))
        assert await paid_until(tx, salon.account_id) == {"custom_domain": ends}
        for payment in (first.id, next_one.id):
            await subscription_paid(tx, await tx.get_one(CardPayment, (salon.account_id, payment)), ends)
        await subscription_given_back(tx, await tx.get_one(CardPayment, (salon.account_id, first.id)))
        assert await paid_until(tx, salon.account_id) == {"custom_domain": later}, "the next month stays"


@pytest.mark.parametrize(
    ("day", "count", "later"),
    [("2026-01-31", 1, "2026-02-28"), ("2028-01-31", 1, "2028-02-29"), ("2026-12-15", 1, "2027-01-15"),
     ("2027-01-15", -1, "2026-12-15")],
)  # fmt: skip
def test_a_month_later_is_the_same_day_or_the_last_of_a_shorter_month(day: str, count: int, later: str) -> None:
    assert months_on(datetime.fromisoformat(day), count) == datetime.fromisoformat(later)


async def test_two_who_choose_extras_for_the_first_time_come_one_after_the_other(bench: Bench, salon: Salon) -> None:
    first = text(
        "INSERT INTO subscription (account_id, version, extras, changed_at, changed_by_name)"
        " VALUES (:account, 1, '{}', now(), 'Олена')"
    )
    asked = salon.ask("PUT", "/subscription", {"extras": ["custom_domain"]})
    answer = await while_saved(bench.service.db, salon.account_id, first, asked)
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
