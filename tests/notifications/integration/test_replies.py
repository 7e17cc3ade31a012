"""Answers of clients: understood where they are plain, left to people where they are not, each taken once."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from contracts.booking import BookingState, ClientChanged
from contracts.gateway import InboundSmsReceived
from contracts.notifications import ReplyReceived
from kit.ids import new_id
from notifications.domain.replies import Meaning, meaning_of
from notifications.tables import ProviderAccount, Reply
from tests.notifications.last_call import AT_THREE_HOURS, only_reminder_3h
from tests.notifications.salon import Salon
from tests.simulators.running import Simulators


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Так", Meaning.CONFIRM),
        ("1", Meaning.CONFIRM),
        ("+", Meaning.CONFIRM),
        ("так, буду!", Meaning.CONFIRM),
        ("ДА", Meaning.CONFIRM),
        ("ok", Meaning.CONFIRM),
        ("Ні", Meaning.CANCEL),
        ("0", Meaning.CANCEL),
        ("скасуйте", Meaning.CANCEL),
        ("отмена", Meaning.CANCEL),
        ("STOP", Meaning.STOP),
        ("так ні", Meaning.UNCLEAR),
        ("не буду", Meaning.UNCLEAR),
        ("Запізнюся на 10 хвилин", Meaning.UNCLEAR),
        ("так, але давайте краще о пʼятій, якщо є час", Meaning.UNCLEAR),
        ("", Meaning.UNCLEAR),
    ],
)
def test_only_plain_words_are_understood(text: str, meaning: Meaning) -> None:
    assert meaning_of(text) is meaning


async def reminded(salon: Salon) -> BookingState:
    [booking] = await only_reminder_3h(salon)
    await salon.send()
    return booking


async def incoming(salon: Salon, phone: str, text: str, **more: Any) -> InboundSmsReceived:
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        account = await tx.get_one(ProviderAccount, (salon.account_id, "turbosms"))
    event_id = more.pop("event_id", str(new_id()))
    signature = more.pop("signature", hashlib.sha1(f"key{event_id}".encode()).hexdigest())
    said = {"id": event_id, "signature": signature, "type": "viber", "data": {"phone": phone, "text": text}}
    usual: dict[str, Any] = {
        "version": 1,
        "callback_id": new_id(),
        "provider": "turbosms",
        "token": account.callback_token,
        "received_at": AT_THREE_HOURS + timedelta(minutes=5),
        "headers": {},
        "body_base64": base64.b64encode(json.dumps(said).encode()).decode(),
    }
    return InboundSmsReceived.model_validate(usual | more)


async def replies(salon: Salon) -> list[Reply]:
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        return list(await tx.scalars(select(Reply).where(Reply.account_id == salon.account_id).order_by(Reply.id)))


@pytest.mark.row("X18")
@pytest.mark.parametrize(("text", "wish"), [("так", "confirm"), ("скасуйте", "cancel"), ("так\0", "confirm")])
async def test_a_plain_answer_becomes_one_wish_about_the_visit_it_answers(salon: Salon, text: str, wish: str) -> None:
    booking = await reminded(salon)
    assert booking.client is not None
    event = await incoming(salon, booking.client.phone_e164 or "", text, event_id="one")
    await salon.deliver(event)
    await salon.deliver(event.model_copy(update={"callback_id": new_id()}))  # the provider repeats itself
    [said] = await salon.bench.said(ReplyReceived, account_id=salon.account_id)
    assert (said.booking_id, said.client_id, said.wish) == (booking.id, booking.client.id, wish)
    assert said.said_at == event.received_at
    assert len(await replies(salon)) == 1


async def test_an_unclear_answer_waits_for_a_person(salon: Salon) -> None:
    booking = await reminded(salon)
    assert booking.client is not None
    await salon.deliver(await incoming(salon, booking.client.phone_e164 or "", "Запізнюся на 10 хвилин"))
    assert await salon.bench.said(ReplyReceived, account_id=salon.account_id) == []
    [kept] = await replies(salon)
    assert (kept.meaning, kept.booking_id, kept.settled_at) == ("unclear", booking.id, None)


async def test_an_answer_with_a_wrong_signature_or_from_a_stranger_changes_nothing(salon: Salon) -> None:
    await salon.set_provider(webhook_secret="key")
    booking = await reminded(salon)
    assert booking.client is not None
    phone = booking.client.phone_e164 or ""
    await salon.deliver(await incoming(salon, phone, "так", signature="forged"))
    await salon.deliver(await incoming(salon, phone, "так", token="somebody-elses"))
    assert await replies(salon) == []
    await salon.deliver(await incoming(salon, "+380501112233", "так"))
    assert await salon.bench.said(ReplyReceived, account_id=salon.account_id) == []
    await salon.deliver(await incoming(salon, phone, "так"))
    assert len(await salon.bench.said(ReplyReceived, account_id=salon.account_id)) == 1


async def test_stop_ends_all_messages_of_this_salon(salon: Salon) -> None:
    client = salon.client()
    salon.set_clock(AT_THREE_HOURS - timedelta(hours=1))
    from tests.notifications.last_call import VISIT

    await salon.book(VISIT, client=client)
    later = await salon.book(VISIT + timedelta(days=7), client=client)
    salon.set_clock(AT_THREE_HOURS + timedelta(minutes=1))
    await salon.send()
    await salon.deliver(await incoming(salon, client.phone_e164 or "", "STOP"))
    await salon.replan()
    assert {row.reason_code for row in await salon.rows(later) if row.kind != "created"} == {"client_opted_out"}


async def test_stop_counts_also_when_it_answers_nothing_that_is_known(salon: Salon) -> None:
    booking = await reminded(salon)
    client = booking.client
    assert client is not None
    salon.pass_time(days=20)
    at = AT_THREE_HOURS + timedelta(days=20)
    await salon.deliver(ClientChanged(account_id=salon.account_id, version=1, client=client))
    await salon.deliver(await incoming(salon, client.phone_e164 or "", "STOP", received_at=at))
    await salon.deliver(await incoming(salon, "+380501112299", "STOP", received_at=at))
    said = await salon.get(f"clients/{client.id}/notification-preferences")
    assert said["messages"] is False
    known, unknown = await replies(salon)
    assert (known.settled_at is not None, unknown.settled_at) == (True, None)  # whose it is, a person must find out
    tasks = await salon.get("staff-tasks")
    assert [task["kind"] for task in tasks["items"]] == ["reply_unclear"]


async def test_an_answer_through_alphasms_comes_with_the_state(salon: Salon, simulators: Simulators) -> None:
    await simulators.put(f"/accounts/alphasms/{salon.token}", {"senders": ["Salon"]})
    await salon.set_provider("alphasms")
    booking = await reminded(salon)
    assert booking.client is not None
    says = {"phone": (booking.client.phone_e164 or "").lstrip("+"), "text": "Так"}
    await simulators.put(f"/accounts/alphasms/{salon.token}", {"says": says})
    salon.pass_time(seconds=10)
    await salon.follow()
    salon.pass_time(minutes=10)
    await salon.follow()
    [said] = await salon.bench.said(ReplyReceived, account_id=salon.account_id)
    assert (said.booking_id, said.wish) == (booking.id, "confirm")
    assert said.said_at < datetime.now(UTC) + timedelta(days=60)
