"""Login codes: out at once through the platform's own account, never late, never twice, never readable."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from contracts.identity import LoginCodeRequested, PhoneChangeRequested, SecondFactorChanged, StaffChannels
from kit.ids import new_id
from kit.testing import Bench
from notifications.clock import Clock
from notifications.pump import Pump
from notifications.tables import LoginCodeMessage, NotificationRow
from tests.simulators.running import Simulators

PLATFORM = "platform-token"
phones = (f"+38067{number:07d}" for number in range(4_000_000, 4_009_000, 7))


def requested(**more: Any) -> LoginCodeRequested:
    facts = {
        "version": 1,
        "attempt_id": new_id(),
        "phone_e164": next(phones),
        "code": "047215",
        "language": "uk",
        "domain": "zapys.ua",
        "expires_at": datetime.now(UTC) + timedelta(minutes=5),
    }
    return LoginCodeRequested.model_validate(facts | more)


@pytest.fixture
def pump(bench: Bench) -> Pump[Any]:
    pump: Pump[Any] = bench.service.state["login_codes"]
    return pump


@pytest.fixture
def clock(bench: Bench) -> Iterator[Clock]:
    clock: Clock = bench.service.state["clock"]
    yield clock
    clock.offset = timedelta()


async def row_of(bench: Bench, event: LoginCodeRequested) -> LoginCodeMessage:
    async with bench.service.db.system_tx() as tx:
        return (await tx.scalars(select(LoginCodeMessage).where(LoginCodeMessage.attempt_id == event.attempt_id))).one()


async def test_a_code_reaches_the_phone_with_the_line_that_binds_it_to_its_site(
    bench: Bench, simulators: Simulators, pump: Pump[Any]
) -> None:
    event = requested()
    await bench.deliver(event)
    await pump.drain()
    [message] = await simulators.phone(event.phone_e164)
    assert "047215" in message["text"].splitlines()[0]
    assert message["text"].splitlines()[-1] == "@zapys.ua #047215"
    assert message["sender"] == "Zapys"
    [accepted] = await simulators.ledger("turbosms", account=PLATFORM)
    assert accepted["message_id"] == (await row_of(bench, event)).provider_message_id


async def test_the_request_repeated_by_the_broker_sends_one_sms(
    bench: Bench, simulators: Simulators, pump: Pump[Any]
) -> None:
    event = requested()
    await bench.deliver(event)
    await bench.deliver(event)
    await pump.drain()
    await bench.deliver(event)
    await pump.drain()
    assert len(await simulators.ledger("turbosms")) == 1


async def test_a_code_asked_for_again_is_sent_again(bench: Bench, simulators: Simulators, pump: Pump[Any]) -> None:
    event = requested()
    await bench.deliver(event)
    await bench.deliver(event.model_copy(update={"version": 2}))
    await pump.drain()
    # The provider would drop a repeated text; both carry the same code.
    texts = [message["text"] for message in await simulators.phone(event.phone_e164)]
    assert len(set(texts)) == 2
    assert all(text.endswith("@zapys.ua #047215") for text in texts)


async def test_the_text_is_sealed_while_it_waits_and_gone_when_it_went(
    bench: Bench, simulators: Simulators, pump: Pump[Any]
) -> None:
    event = requested(code="993311")
    await bench.deliver(event)
    dump = text("SELECT login_code_message::text FROM login_code_message WHERE attempt_id = :id")
    async with bench.service.db.system_tx() as tx:
        waiting = (await tx.execute(dump, {"id": event.attempt_id})).scalar_one()
    assert b"993311".hex() not in waiting
    assert "993311" not in waiting
    await pump.drain()
    assert (await row_of(bench, event)).sealed_text is None


async def test_a_code_past_its_end_is_never_sent(
    bench: Bench, simulators: Simulators, pump: Pump[Any], clock: Clock
) -> None:
    event = requested()
    await bench.deliver(event)
    clock.offset = timedelta(minutes=6)
    await pump.drain()
    assert await simulators.ledger("turbosms") == []
    row = await row_of(bench, event)
    assert (row.state, row.sealed_text) == ("expired", None)


async def test_a_refusal_is_tried_again_within_the_life_of_the_code(
    bench: Bench, simulators: Simulators, pump: Pump[Any], clock: Clock
) -> None:
    await simulators.fault("turbosms", "no_funds", token=PLATFORM, count=2)
    event = requested()
    await bench.deliver(event)
    await pump.drain()
    assert (await row_of(bench, event)).provider_error == "203 REQUIRED_BALANCE"
    for _ in range(2):
        clock.offset += timedelta(seconds=3)
        await pump.drain()
    assert len(await simulators.ledger("turbosms")) == 1
    assert (await row_of(bench, event)).attempts == 3


@pytest.mark.parametrize(
    "mode", ["timeout_after_accept", "drop_after_accept", "http_500_after_accept", "html_after_accept",
             "fatal_999_after_accept", "fatal_500_after_accept"]
)  # fmt: skip
async def test_a_code_of_unknown_fate_is_left_to_its_owner_to_ask_for_again(
    bench: Bench, simulators: Simulators, pump: Pump[Any], clock: Clock, mode: str
) -> None:
    await simulators.fault("turbosms", mode, token=PLATFORM, count=1)
    event = requested()
    await bench.deliver(event)
    await pump.drain()
    clock.offset += timedelta(minutes=1)
    await pump.drain()
    row = await row_of(bench, event)
    assert (row.state, row.reason_code, row.sealed_text) == ("unknown", "unknown_outcome", None)
    assert len(await simulators.ledger("turbosms")) == 1


async def test_what_a_dead_sender_left_is_not_sent_by_the_next_one(
    bench: Bench, simulators: Simulators, pump: Pump[Any], clock: Clock
) -> None:
    event = requested()
    await bench.deliver(event)
    await pump._claim(10, frozenset())  # claimed and committed, and then the process died
    clock.offset += timedelta(minutes=1)
    await pump.drain()
    row = await row_of(bench, event)
    assert (row.state, row.sealed_text) == ("unknown", None)
    assert await simulators.ledger("turbosms") == []


async def test_the_service_of_an_account_cannot_read_codes(bench: Bench) -> None:
    async with bench.service.db.tx(new_id()) as tx:
        with pytest.raises(Exception, match="permission denied"):
            await tx.execute(text("SELECT 1 FROM login_code_message"))


async def test_the_old_phone_is_told_of_its_successor_through_the_platforms_account(
    bench: Bench, simulators: Simulators, pump: Pump[Any]
) -> None:
    event = PhoneChangeRequested(
        version=1,
        change_id=new_id(),
        user_id=new_id(),
        old_phone_e164=next(phones),
        new_phone_masked="+380…17",
        language="uk",
        domain="zapys.ua",
        effective_at=datetime.now(UTC) + timedelta(hours=24),
    )
    await bench.deliver(event)
    await bench.deliver(event)
    await pump.drain()
    [message] = await simulators.phone(event.old_phone_e164)
    assert "+380…17" in message["text"]
    assert "zapys.ua/me" in message["text"]
    assert len(await simulators.ledger("turbosms", account=PLATFORM)) == 1


async def test_what_happens_to_a_second_factor_is_told_beside_the_sms_too(
    bench: Bench, simulators: Simulators, pump: Pump[Any]
) -> None:
    account, phone = new_id(), next(phones)
    channels = StaffChannels(email="olena@example.org")
    owner = await bench.make_member(account, [], phone_e164=phone, channels=channels)
    await bench.make_member(account, [], phone_e164=next(phones), person=bench.mint.person(next(phones)))
    now = datetime.now(UTC)
    event = SecondFactorChanged(
        version=1,
        change_id=new_id(),
        user_id=owner.user_id,
        phone_e164=phone,
        change="set_up",
        language="uk",
        domain="zapys.ua",
        at=now,
        effective_at=now + timedelta(hours=24),
    )
    await bench.deliver(event)
    await bench.deliver(event)
    await pump.drain()
    [message] = await simulators.phone(phone)
    assert "24" in message["text"]
    assert "zapys.ua/me/second-factor" in message["text"]
    async with bench.service.db.system_tx() as tx:
        rows = await tx.scalars(select(NotificationRow).where(NotificationRow.account_id == account))
        told = [row for row in rows if row.state == "planned"]
    assert [(row.recipient_id, row.channel, row.text) for row in told] == [(owner.user_id, "email", message["text"])]
