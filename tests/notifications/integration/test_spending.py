"""What strangers can make a salon pay for: little in ten minutes, bounded in a day, never the reminders' money."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from contracts import Money
from contracts.booking import BookingState, ClientState
from contracts.fiscal import TopUpPaid, TopUpReversed
from contracts.notifications import BalanceLow, SpendingBraked
from kit.ids import new_id
from kit.testing import Bench
from notifications.domain.spending import LEAST_PER_DAY, share_passed
from notifications.pump import Pump
from notifications.tables import NotificationRow
from notifications.usecases.watch_balance import BalanceWatch
from tests.notifications.integration.test_login_codes import requested
from tests.notifications.last_call import AT_THREE_HOURS, VISIT, only_reminder_3h, state_of
from tests.notifications.salon import Salon, kyiv, next_phone

DAY = kyiv("2026-12-11T12:00")
PART = 90


async def top_up(salon: Salon, amount: int) -> TopUpPaid:
    event = TopUpPaid(account_id=salon.account_id, version=1, top_up_id=new_id(), amount=Money(amount=amount))
    await salon.deliver(event)
    return event


async def balance_of(salon: Salon) -> int:
    balance: int = (await salon.get("sms-balance"))["balance"]["amount"]
    return balance


async def told_by_sms(salon: Salon) -> None:
    """An own balance, and an administrator who hears of everything by SMS."""
    await salon.set_provider("integrica")
    await salon.set_provider(enabled=False)
    await salon.member("administrator", channels={"sms": True})


async def from_outside(salon: Salon, client: ClientState | None = None) -> BookingState:
    """Somebody books on the salon's page, weeks ahead, so that no reminder is due yet."""
    client = client or salon.client(phone_confirmed=False)
    return await salon.book(VISIT + timedelta(days=20), source="site", client=client)


async def is_waiting(salon: Salon, booking: BookingState) -> bool:
    return any(row.state == "planned" for row in await salon.rows(booking, "created", to="staff"))


async def test_ten_minutes_of_attack_on_the_public_page_cost_a_hundredth_of_the_balance(
    salon: Salon, bench: Bench
) -> None:
    salon.set_clock(DAY)
    await told_by_sms(salon)
    await top_up(salon, 100_000)
    before = await balance_of(salon)
    churner = salon.client(user_id=new_id())
    codes: Pump[Any] = bench.service.state["login_codes"]
    attacked = []
    for _ in range(10):
        attacked += [await from_outside(salon) for _ in range(2)]
        booking = await from_outside(salon, churner)
        await salon.cancel(booking, 2, by="client")
        await salon.deliver(requested(phone_e164=next_phone()))  # a code to any number is the platform's to pay
        await codes.drain()
        await salon.send()
        salon.pass_time(minutes=1)
    spent = before - await balance_of(salon)
    assert 0 < spent <= before // 100
    # Nothing is lost by waiting: it is shown as planned, and goes when there is room.
    waiting = [booking for booking in attacked if await is_waiting(salon, booking)]
    assert len(waiting) > len(attacked) // 2
    # What the salon itself does goes meanwhile as ever, and what is due as well.
    own = await salon.book(VISIT + timedelta(days=20))
    await salon.cancel(own, 2)
    salon.pass_time(minutes=1)
    await salon.send()
    assert (await salon.row(own, "cancelled")).state == "sent"
    salon.pass_time(minutes=12)
    await salon.send()
    assert sum([await is_waiting(salon, booking) for booking in attacked]) < len(waiting)


async def test_a_client_who_does_what_clients_do_is_never_kept_waiting(salon: Salon) -> None:
    salon.set_clock(DAY)
    await told_by_sms(salon)  # the trial's credit: three parts in ten minutes
    for _ in range(4):
        booking = await from_outside(salon, salon.client(user_id=new_id()))
        await salon.send()
        assert {row.state for row in await salon.rows(booking, "created", to="staff") if row.channel == "sms"} == {
            "sent"
        }


async def used_up(salon: Salon, kind: str = "created") -> None:
    """The kind has had its share of the day an hour ago."""
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        statement = text("INSERT INTO outside_spending (account_id, minute, kind, parts) VALUES (:id, :at, :kind, :n)")
        at = DAY - timedelta(hours=1)
        await tx.execute(statement, {"id": salon.account_id, "at": at, "kind": kind, "n": LEAST_PER_DAY})


async def test_beyond_the_cap_of_the_day_a_kind_is_not_sent_somebody_is_told_and_reminders_go(salon: Salon) -> None:
    [reminded] = await only_reminder_3h(salon)
    salon.set_clock(DAY + timedelta(minutes=5))
    await told_by_sms(salon)
    await used_up(salon)
    first, second = await from_outside(salon), await from_outside(salon)
    await salon.send()
    for booking in (first, second):
        [news] = [row for row in await salon.rows(booking, "created", to="staff") if row.channel == "sms"]
        assert (news.state, news.reason_code) == ("suppressed", "daily_limit")
    assert await state_of(salon, reminded) == ("sent", None)
    [braked] = await salon.bench.said(SpendingBraked, account_id=salon.account_id)
    assert (braked.kind, braked.limit) == ("created", LEAST_PER_DAY)
    await salon.deliver(braked)
    alarms = (await salon.get("notifications", params={"kind": "provider_trouble"}))["items"]
    assert alarms
    # Another kind has a share of its own, and so has the next day.
    await salon.cancel(first, 2, by="client")
    salon.pass_time(seconds=30)
    await salon.send()
    [news] = [row for row in await salon.rows(first, "cancelled", to="staff") if row.channel == "sms"]
    assert news.state == "sent"
    salon.pass_time(days=1)
    tomorrow = await from_outside(salon)
    await salon.send()
    assert "sent" in {row.state for row in await salon.rows(tomorrow, "created", to="staff")}


async def test_the_last_money_is_left_to_the_reminders_of_the_next_day(salon: Salon) -> None:
    salon.set_clock(AT_THREE_HOURS - timedelta(hours=1))
    await told_by_sms(salon)
    reminded = await salon.book(VISIT)
    await salon.send()  # the news of it
    price = PART * ((await salon.row(reminded, "reminder_3h")).parts or 0)
    async with salon.bench.service.db.system_tx() as tx:
        statement = "UPDATE sms_balance SET free_amount = :left WHERE account_id = :id"
        await tx.execute(text(statement), {"left": price + PART - 1, "id": salon.account_id})
    news = await from_outside(salon)
    await salon.send()
    [row] = [row for row in await salon.rows(news, "created", to="staff") if row.channel == "sms"]
    assert (row.state, row.reason_code) == ("held", "insufficient_balance")
    salon.set_clock(AT_THREE_HOURS)
    await salon.send()
    assert await state_of(salon, reminded) == ("sent", None)


async def test_a_fifth_and_a_twentieth_of_the_balance_after_a_top_up_are_told_once_each(salon: Salon) -> None:
    watch: BalanceWatch = salon.bench.service.state["balances"]
    await salon.set_provider("integrica")
    await salon.set_rules(balance_warning_amount=0)
    await salon.member("owner", channels={"sms": True})
    paid = await top_up(salon, 95_000)  # with the trial's credit 100,000

    async def told(left: int) -> list[int | None]:
        async with salon.bench.service.db.system_tx() as tx:
            statement = "UPDATE sms_balance SET free_amount = :left WHERE account_id = :id"
            await tx.execute(text(statement), {"left": left, "id": salon.account_id})
        salon.pass_time(minutes=6)
        await watch.all_due()
        return [event.percent for event in await salon.bench.said(BalanceLow, account_id=salon.account_id)]

    assert await told(20_000) == []
    assert await told(19_999) == [20]
    assert await told(5_000) == [20]
    assert await told(4_999) == [20, 5]
    assert await told(100) == [20, 5]
    for event in await salon.bench.said(BalanceLow, account_id=salon.account_id):
        assert event.full_amount == 100_000
        await salon.deliver(event)
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        row = NotificationRow
        words = (
            await tx.scalars(select(row.text).where(row.kind == "balance_low", row.text.is_not(None)).order_by(row.id))
        ).all()
    assert ["20 %" in (one or "") for one in words] == [True, False]
    assert all("1000" in (one or "") for one in words)
    # A top-up begins anew, from what there is then.
    await top_up(salon, 9_900)
    assert await told(1_999) == [20, 5, 20]
    # What went back to its payer was never there.
    await salon.deliver(
        TopUpReversed(account_id=salon.account_id, version=2, top_up_id=paid.top_up_id, amount=paid.amount)
    )
    async with salon.bench.service.db.system_tx() as tx:
        statement = "SELECT full_amount FROM sms_balance WHERE account_id = :id"
        assert await tx.scalar(text(statement), {"id": salon.account_id}) == 0


@pytest.mark.parametrize(("balance", "full", "passed"), [(20, 100, None), (19, 100, 20), (4, 100, 5), (0, 0, None)])
def test_a_share_is_passed_when_less_is_left(balance: int, full: int, passed: int | None) -> None:
    assert share_passed(balance, full) == passed
