"""The prepaid balance: never negative, never lost, every kopeck explained."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from contracts import Money
from contracts.fiscal import TopUpPaid
from kit.db import Database
from kit.ids import new_id
from kit.testing import Bench
from notifications.tables import LedgerEntry, NotificationRow, SmsBalanceRow
from notifications.usecases import forget_old, keep_balance
from tests.notifications.last_call import only_reminder_3h, state_of
from tests.notifications.salon import Salon, kyiv
from tests.simulators.running import Simulators

NOW = datetime(2026, 12, 7, 10, tzinfo=UTC)


async def paid_in(db: Database, amount: int) -> UUID:
    account_id = new_id()
    async with db.tx(account_id) as tx:
        await keep_balance.credit(tx, account_id, amount, new_id(), NOW, kind="topup")
    return account_id


async def test_a_new_account_starts_with_the_trial_credit_once(salon: Salon) -> None:
    balance = await salon.get("sms-balance")
    assert balance["balance"] == {"amount": 5000, "currency": "UAH"}
    assert [entry["kind"] for entry in balance["ledger"]] == ["adjustment"]
    assert (await salon.get("sms-providers/integrica"))["enabled"]


@pytest.mark.row("S5")
async def test_one_accepted_message_is_one_debit(salon: Salon, simulators: Simulators) -> None:
    await salon.set_provider("integrica")
    [booking] = await only_reminder_3h(salon)
    await salon.send()
    assert await state_of(salon, booking) == ("sent", None)
    price = 90 * ((await salon.row(booking, "reminder_3h")).parts or 0)
    balance = await salon.get("sms-balance")
    assert balance["balance"]["amount"] == balance["available"]["amount"] == 5000 - price
    assert [entry["amount"] for entry in balance["ledger"] if entry["amount"] < 0] == [-price]


async def test_what_the_provider_refuses_costs_nothing(salon: Salon) -> None:
    await salon.set_provider("integrica")
    client = salon.client(phone_e164="+380671230305")
    salon.set_clock(kyiv("2026-12-11T11:00"))
    booking = await salon.book(kyiv("2026-12-11T15:00"), client=client)
    salon.set_clock(kyiv("2026-12-11T12:00"))
    await salon.send()
    assert await state_of(salon, booking) == ("failed", "phone_bad")
    balance = await salon.get("sms-balance")
    assert balance["available"]["amount"] == 5000
    assert [entry["kind"] for entry in balance["ledger"]] == ["release", "reserve", "adjustment"]


async def test_money_for_a_message_of_unknown_fate_stays_aside_until_news_come(
    salon: Salon, simulators: Simulators, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forget_old, "GIVEN_BACK_TOGETHER", 1)
    await salon.set_provider("integrica")
    await simulators.fault("turbosms", "drop_after_accept", token="platform-token", count=3)
    bookings = await only_reminder_3h(salon, 3)
    await salon.send()
    assert {await state_of(salon, booking) for booking in bookings} == {("unknown", "unknown_outcome")}
    balance = await salon.get("sms-balance")
    assert balance["reserved"]["amount"] > 0
    assert balance["balance"]["amount"] == 5000
    salon.pass_time(days=4)
    for _ in range(2):  # however few at a time, and none twice
        await salon.bench.service.state["housekeeping"].once()
    balance = await salon.get("sms-balance")
    assert (balance["reserved"]["amount"], balance["available"]["amount"]) == (0, 5000)


async def test_trouble_of_the_platforms_account_is_not_blamed_on_the_salon(
    salon: Salon, simulators: Simulators
) -> None:
    await salon.set_provider("integrica")
    await salon.set_provider(enabled=False)
    await simulators.fault("turbosms", "reject_auth", token="platform-token")
    [booking] = await only_reminder_3h(salon)
    await salon.send()
    assert await state_of(salon, booking) == ("held", "provider_unavailable")
    await simulators.session.delete(f"{simulators.base_url}/faults/turbosms")
    salon.pass_time(seconds=31)
    await salon.watch()
    await salon.send()
    assert await state_of(salon, booking) == ("sent", None)


async def test_fifty_senders_race_for_the_last_kopeck(bench: Bench) -> None:
    db = bench.service.db
    account_id = await paid_in(db, 90 * 7 + 89)

    async def try_to_reserve() -> bool:
        async with db.tx(account_id) as tx:
            return await keep_balance.reserve(tx, account_id, 90, new_id(), new_id(), NOW)

    won = await asyncio.gather(*(try_to_reserve() for _ in range(50)))
    assert sum(won) == 7
    async with db.tx(account_id) as tx:
        row = await tx.get_one(SmsBalanceRow, account_id)
        assert (row.free_amount, row.reserved_amount) == (89, 630)


async def test_a_claim_is_ended_once_however_often_and_in_whatever_way(bench: Bench) -> None:
    db = bench.service.db
    account_id, claim_id = await paid_in(db, 1000), new_id()
    async with db.tx(account_id) as tx:
        await keep_balance.reserve(tx, account_id, 90, claim_id, new_id(), NOW)

    async def end(how: Any) -> None:
        async with db.tx(account_id) as tx:
            await how(tx, account_id, claim_id, NOW)

    await asyncio.gather(*(end(how) for how in [keep_balance.settle, keep_balance.release] * 10))
    async with db.tx(account_id) as tx:
        row = await tx.get_one(SmsBalanceRow, account_id)
        kinds = list(await tx.scalars(select(LedgerEntry.kind).order_by(LedgerEntry.created_at)))
        assert row.reserved_amount == 0
        assert row.free_amount == (1000 if "release" in kinds else 910)
        assert len(kinds) == 3
        sums = await tx.execute(select(func.sum(LedgerEntry.free_change), func.sum(LedgerEntry.reserved_change)))
        assert tuple(sums.one()) == (row.free_amount, 0)


@pytest.mark.row("S6")
async def test_a_top_up_told_many_times_at_once_is_credited_once(salon: Salon) -> None:
    event = TopUpPaid(account_id=salon.account_id, version=1, top_up_id=new_id(), amount=Money(amount=10_000))
    await asyncio.gather(*(salon.bench.deliver(event) for _ in range(6)))
    assert (await salon.get("sms-balance"))["balance"]["amount"] == 15_000


async def test_nobody_may_change_a_line_of_the_ledger(salon: Salon) -> None:
    for opened in (salon.bench.service.db.tx(salon.account_id), salon.bench.service.db.system_tx()):
        async with opened as tx:
            with pytest.raises(Exception, match="permission denied"):
                await tx.execute(text("UPDATE ledger_entry SET free_change = 1"))


async def test_the_forecast_says_when_the_credit_ends(salon: Salon) -> None:
    await salon.set_provider("integrica")
    for day in range(8, 30):
        await salon.book(kyiv(f"2026-12-{day:02d}T15:00"))
    forecast = (await salon.get("sms-balance"))["forecast"]
    assert forecast["planned_messages"] > 55
    assert not forecast["is_enough"]
    assert forecast["runs_out_at"].startswith("2026-12-2")


@pytest.mark.row("X14")
async def test_the_credit_of_a_week_ends_with_the_message_that_was_foretold(salon: Salon) -> None:
    await salon.set_provider("integrica")
    await salon.set_provider(enabled=False)
    salon.set_clock(kyiv("2026-12-07T08:00"))
    starts = [kyiv("2026-12-08T11:00") + timedelta(hours=9 * number) for number in range(16)]
    bookings = [await salon.book(at) for at in starts]
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        row = NotificationRow
        planned = select(row.planned_at, row.parts).where(row.state == "planned").order_by(row.planned_at)
        costs = [(at, 90 * (parts or 0)) for at, parts in await tx.execute(planned)]
    assert len(costs) > 20
    async with salon.bench.service.db.system_tx() as tx:
        enough = sum(cost for _, cost in costs[:15])
        statement = "UPDATE sms_balance SET free_amount = :free WHERE account_id = :id"
        await tx.execute(text(statement), {"free": enough, "id": salon.account_id})
    foretold = (await salon.get("sms-balance"))["forecast"]
    assert not foretold["is_enough"]
    for at, _ in costs:
        salon.set_clock(at)
        await salon.send()
    rows = [one for booking in bookings for one in await salon.rows(booking) if one.state in ("sent", "held")]
    unpaid = sorted(one.planned_at for one in rows if one.state == "held")
    assert datetime.fromisoformat(foretold["runs_out_at"]) == unpaid[0] == costs[15][0]
    assert sum(one.state == "sent" for one in rows) == 15
    assert {one.reason_code for one in rows if one.state == "held"} == {"insufficient_balance"}
