"""When sending works again: what is still of use goes, what is not says so."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from contracts import Money
from contracts.fiscal import TopUpPaid
from kit.ids import new_id
from notifications.pump import Pump
from notifications.tables import LoginCodeMessage
from notifications.usecases.record_outcome import Recorder
from tests.notifications.last_call import AT_THREE_HOURS, VISIT, only_reminder_3h, state_of
from tests.notifications.salon import Salon

from .test_login_codes import requested


@pytest.mark.row("S3")
async def test_of_three_held_messages_one_is_past_its_visit_when_the_cure_comes(salon: Salon) -> None:
    await salon.set_provider("integrica", enabled=False)
    await salon.at_turbosms(balance=0)
    bookings = await only_reminder_3h(salon, 3)
    await salon.send()
    assert {await state_of(salon, booking) for booking in bookings} == {("held", "insufficient_balance")}
    salon.set_clock(VISIT + timedelta(seconds=30))  # the first visit has begun
    await salon.at_turbosms(balance=100)
    for _ in range(3):
        await salon.watch()
        await salon.send()
    assert [await state_of(salon, booking) for booking in bookings] == [
        ("expired", "expired"),
        ("sent", None),
        ("sent", None),
    ]
    assert len(await salon.accepted()) == 2


@pytest.mark.row("X5")
async def test_after_six_hours_of_silence_the_soonest_visit_is_told_first_and_a_past_one_never(salon: Salon) -> None:
    await salon.set_provider("integrica", enabled=False)
    await salon.at_turbosms(balance=0)
    salon.set_clock(AT_THREE_HOURS - timedelta(hours=1))
    late, gone, soon = [await salon.book(VISIT + timedelta(hours=hours)) for hours in (5.5, 0, 4)]
    for hours in (0, 4, 5.5):
        salon.set_clock(AT_THREE_HOURS + timedelta(hours=hours, minutes=1))
        await salon.send()
    assert {await state_of(salon, one) for one in (late, gone, soon)} == {("held", "insufficient_balance")}
    salon.set_clock(AT_THREE_HOURS + timedelta(hours=6))
    await salon.at_turbosms(balance=100)
    sender: Pump[Any] = salon.bench.service.state["sender"]
    one_by_one: Pump[Any] = Pump(sender._claim, sender._work, asyncio.Event(), concurrency=1)
    for _ in range(3):
        await salon.watch()
        await one_by_one.drain()
    assert await state_of(salon, gone) == ("expired", "expired")
    phones = [one.client.phone_e164 for one in (soon, late) if one.client]
    assert [accepted["phone"].lstrip("+") for accepted in await salon.accepted()] == [
        (phone or "").lstrip("+") for phone in phones
    ]


@pytest.mark.row("X5")
async def test_a_provider_that_was_away_for_six_hours_gets_only_what_is_still_of_use(salon: Salon) -> None:
    await salon.set_provider("integrica", enabled=False)
    providers = salon.bench.service.state["providers"]
    address, providers.turbosms.base_url = providers.turbosms.base_url, "http://127.0.0.1:9"
    try:
        salon.set_clock(AT_THREE_HOURS - timedelta(hours=1))
        gone, late, soon = [await salon.book(VISIT + timedelta(hours=hours)) for hours in (0, 5.5, 4)]
        for minutes in range(0, 361, 20):  # it is tried again and again meanwhile
            salon.set_clock(AT_THREE_HOURS + timedelta(minutes=minutes + 1))
            await salon.watch()
            await salon.send()
        # The cause is not cured, and yet nobody is shown a message that waits for a visit of the past.
        await salon.bench.service.state["housekeeping"].once()
        states = [await state_of(salon, one) for one in (gone, late, soon)]
        assert states[0] == ("expired", "expired")
        assert {state for state, _ in states[1:]} == {"held"}
    finally:
        providers.turbosms.base_url = address
    for _ in range(3):
        salon.pass_time(minutes=2)
        await salon.watch()
        await salon.send()
    assert [await state_of(salon, one) for one in (gone, late, soon)] == [
        ("expired", "expired"),
        ("sent", None),
        ("sent", None),
    ]
    assert len(await salon.accepted()) == 2


@pytest.mark.row("X6")
@pytest.mark.row("S3")
async def test_a_top_up_lets_all_go_at_once_that_waited_for_money_each_once(salon: Salon) -> None:
    await salon.set_provider("integrica")
    await salon.set_provider(enabled=False)
    async with salon.bench.service.db.system_tx() as tx:
        statement = "UPDATE sms_balance SET free_amount = 0 WHERE account_id = :id"
        await tx.execute(text(statement), {"id": salon.account_id})
    bookings = await only_reminder_3h(salon, 14)
    await salon.send()
    waiting = await salon.get("notifications/causes", params={"state": "held"})
    [cause] = waiting["items"]
    assert (cause["reason_code"], cause["count"], waiting["total"]) == ("insufficient_balance", 14, 14)
    assert cause["fix"]["url"].endswith("/balance")
    money = Money(amount=10_000)
    await salon.deliver(TopUpPaid(account_id=salon.account_id, version=1, top_up_id=new_id(), amount=money))
    await salon.send()  # no time has passed: what was cured is due in the same moment
    assert {await state_of(salon, booking) for booking in bookings} == {("sent", None)}
    assert (await salon.get("notifications/causes", params={"state": "held"}))["total"] == 0
    for booking in bookings:
        assert booking.client is not None
        assert len(await salon.simulators.phone(booking.client.phone_e164 or "")) == 1


async def test_what_a_provider_answered_is_written_down_when_the_database_is_back(
    salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.loops.KNOCK_S", 0)
    [taken] = await only_reminder_3h(salon)
    sender: Pump[Any] = salon.bench.service.state["sender"]
    commit, away = Recorder._commit, iter(range(3))

    async def commits(self: Recorder, batch: Any) -> None:
        if next(away, None) is not None:
            raise ConnectionRefusedError
        await commit(self, batch)

    monkeypatch.setattr(Recorder, "_commit", commits)
    await sender.drain()
    assert await state_of(salon, taken) == ("sent", None)
    assert len(await salon.accepted()) == 1


async def test_the_answer_about_a_login_code_outlives_its_lease_and_the_code_does_not(salon: Salon) -> None:
    event = requested(expires_at=AT_THREE_HOURS + timedelta(minutes=5))
    salon.set_clock(AT_THREE_HOURS)
    await salon.deliver(event)
    codes: Pump[Any] = salon.bench.service.state["login_codes"]
    [claim] = await codes._claim(10, frozenset())
    salon.pass_time(minutes=1)
    assert await codes._claim(10, frozenset()) == []  # another process finds the lease over and takes the text away
    await salon.simulators.fault("turbosms", "reject_auth", token="platform-token", count=1)
    await codes._work(claim)
    salon.pass_time(minutes=1)
    assert await codes._claim(10, frozenset()) == []
    async with salon.bench.service.db.system_tx() as tx:
        row = await tx.get_one(LoginCodeMessage, (event.attempt_id, 1))
    assert (row.state, row.due_at) == ("failed", None)


async def test_a_message_that_could_not_even_be_prepared_surely_did_not_go_and_goes_later(
    salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    [booking] = await only_reminder_3h(salon)

    def is_away(*_: object) -> None:
        raise ConnectionError("the database is away")

    with monkeypatch.context() as patched:
        patched.setattr("notifications.providers.factory.Providers.of", is_away)
        await salon.send()
    assert await state_of(salon, booking) == ("held", "provider_unavailable")
    salon.pass_time(seconds=21)  # both of the salon's providers were tried
    await salon.send()
    assert await state_of(salon, booking) == ("sent", None)
    assert len(await salon.accepted()) == 1


async def test_a_pause_that_telegram_wants_keeps_back_no_sms(salon: Salon) -> None:
    hearer = await salon.member("administrator", channels={"telegram_chat_id": "4711"})
    [booking] = await only_reminder_3h(salon)
    pump: Pump[Any] = salon.bench.service.state["sender"]
    pace = pump._claim.__self__.pace  # type: ignore[attr-defined]
    pace.rest("telegram", 300)
    try:
        await salon.send()
    finally:
        del pace._of["telegram"]
    told = [row for row in await salon.rows(booking, "created", "staff") if row.recipient_id == hearer.user_id]
    assert [row.state for row in told] == ["planned"]
    assert await state_of(salon, booking) == ("sent", None)
    salon.pass_time(minutes=6)
    await salon.send()
    told = [row for row in await salon.rows(booking, "created", "staff") if row.recipient_id == hearer.user_id]
    assert [row.attempts for row in told] == [1]
