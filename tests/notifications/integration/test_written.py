"""A member writes to a client by hand and never sees the number: once, within limits, or with the reason why not."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from contracts.booking import BookingState, ClientChanged, ClientState
from contracts.notifications import MessageWritten, ReplyReceived
from contracts.permissions import Permission
from kit.ids import new_id
from kit.testing import Person
from notifications.domain.written import PER_CLIENT, has_contact, has_link, hide_numbers
from tests.notifications.integration.test_replies import incoming
from tests.notifications.salon import Salon, kyiv, next_phone

VISIT = kyiv("2026-12-11T15:00")
WORDS = "Візьміть, будь ласка, змінне взуття"
OF_MASTER = [
    Permission.BOOKING_VIEW,
    Permission.BOOKING_CREATE,
    Permission.BOOKING_RESCHEDULE,
    Permission.BOOKING_CANCEL,
    Permission.CLIENT_VIEW,
    Permission.CLIENT_MESSAGE,
]


async def known_client(salon: Salon, **more: Any) -> ClientState:
    client = salon.client(**more)
    await salon.deliver(ClientChanged(account_id=salon.account_id, version=1, client=client))
    return client


async def master_of(salon: Salon, **more: Any) -> Person:
    return await salon.member("master", permissions=[right.value for right in OF_MASTER], name="Марко", **more)


async def post(
    salon: Salon, who: Person, client: ClientState, body: dict[str, Any], rest: str = "", key: str = ""
) -> Any:
    headers = who.headers | ({"Idempotency-Key": key} if key else {})
    path = salon.path(f"clients/{client.id}/messages{rest}")
    return await salon.bench.http.post(path, headers=headers, json=body)


async def scene(salon: Salon, **more: Any) -> tuple[Person, ClientState, BookingState]:
    client = await known_client(salon, **more)
    return await master_of(salon), client, await salon.book(VISIT, client=client)


@pytest.mark.row("X15")
async def test_a_master_writes_and_the_client_gets_exactly_one_sms_while_the_number_stays_hidden(salon: Salon) -> None:
    master, client, booking = await scene(salon)
    body = {"text": WORDS, "booking_id": str(booking.id)}
    foretold = await post(salon, master, client, body, "/preview")
    assert foretold.status_code == 200, foretold.text
    shown = foretold.json()
    assert (shown["state"], shown["is_now"], shown["channel"]) == ("planned", True, "sms")
    assert (shown["text"], shown["parts"], shown["provider"]) == (f"Салон: {WORDS}", 1, "turbosms")
    assert shown["price"] is None, "at the account's own provider nobody here knows the price"
    assert await salon.rows(booking, "written") == [], "a preview keeps nothing"

    answers = await asyncio.gather(*(post(salon, master, client, body, key="twice") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    await salon.send()
    await salon.send()
    there = [one for one in await salon.accepted() if one["text"] == f"Салон: {WORDS}"]
    assert [one["phone"].lstrip("+") for one in there] == [(client.phone_e164 or "").lstrip("+")]

    letters = await salon.get(f"clients/{client.id}/messages", master)
    [letter] = letters["items"]
    assert (letter["state"], letter["author_name"], letter["direction"]) == ("sent", "Марко", "out")
    digits = (client.phone_e164 or "")[-7:]
    for told in (foretold.text, *(answer.text for answer in answers), str(letters)):
        assert digits not in told
    [said] = await salon.bench.said(MessageWritten, account_id=salon.account_id)
    assert (said.author_id, said.author_name, said.notification.booking_id) == (master.user_id, "Марко", booking.id)
    assert WORDS not in said.model_dump_json(), "the words stay where they are"
    tab = await salon.get(f"bookings/{booking.id}/notifications")
    [own] = [one for one in tab["items"] if one["kind"] == "written"]
    assert (own["text"], own["author_name"]) == (f"Салон: {WORDS}", "Марко")


@pytest.mark.row("X15")
async def test_whoever_may_not_write_reads_who_can_let_them_and_strangers_find_nobody(salon: Salon) -> None:
    master, client, booking = await scene(salon)
    body = {"text": WORDS, "booking_id": str(booking.id)}
    without = await salon.member("master", permissions=[one.value for one in OF_MASTER[:-1]])
    refused = await post(salon, without, client, body)
    assert (refused.status_code, refused.json()["permission"]) == (403, "client.message")
    elsewhere = await master_of(salon, location_ids=frozenset({new_id()}))
    for who, whom, more in (
        (elsewhere, client, body),
        (elsewhere, client, {"text": WORDS}),
        (salon.bench.mint.person("+380509999998"), client, body),
        (master, salon.client(), {"text": WORDS}),
        (master, await known_client(salon), body),
    ):
        for rest in ("", "/preview"):
            answer = await post(salon, who, whom, more, rest)
            assert answer.status_code == 404, answer.text
    here = await master_of(salon, location_ids=frozenset({salon.location_id}))
    assert (await post(salon, here, client, {"text": WORDS})).status_code == 201, "a client of the own place"
    assert await salon.bench.said(MessageWritten, account_id=salon.account_id) != []


async def test_a_client_who_refused_is_not_written_to_and_that_is_said_before(salon: Salon) -> None:
    master, client, booking = await scene(salon, notifications_on=False)
    body = {"text": WORDS, "booking_id": str(booking.id)}
    before = (await post(salon, master, client, body, "/preview")).json()
    assert (before["state"], before["reason_code"], before["is_now"]) == ("suppressed", "client_opted_out", False)
    assert before["reason_text"]
    assert before["fix"]["text"]
    kept = await post(salon, master, client, body)
    assert (kept.status_code, kept.json()["reason_code"]) == (201, "client_opted_out")
    await salon.send()
    assert await salon.accepted() == []
    nowhere = await known_client(salon, phone_e164=None)
    assert (await post(salon, master, nowhere, {"text": WORDS}, "/preview")).json()[
        "reason_code"
    ] == "recipient_no_phone"


async def test_at_night_it_waits_for_the_morning_and_no_plan_takes_it_back(salon: Salon) -> None:
    master, client, booking = await scene(salon)
    salon.set_clock(kyiv("2026-12-07T22:30"))
    body = {"text": WORDS, "booking_id": str(booking.id)}
    before = (await post(salon, master, client, body, "/preview")).json()
    assert (before["state"], before["is_now"]) == ("planned", False)
    assert before["planned_at"] == "2026-12-08T05:00:00Z"
    await post(salon, master, client, body)
    await salon.send()
    assert await salon.accepted() == []
    moved = await salon.move(booking, VISIT + timedelta(hours=1), 2)
    await salon.cancel(moved, 3)
    assert (await salon.row(booking, "written")).state == "planned"
    salon.set_clock(kyiv("2026-12-08T07:00"))
    await salon.send()
    assert f"Салон: {WORDS}" in [one["text"] for one in await salon.accepted()]


async def test_the_price_and_an_empty_balance_are_said_before(salon: Salon) -> None:
    master, client, _ = await scene(salon)
    await salon.set_provider(enabled=False)
    body = {"text": WORDS * 2}
    before = (await post(salon, master, client, body, "/preview")).json()
    balance = await salon.get("sms-balance")
    assert (before["provider"], before["parts"]) == ("integrica", 2)
    assert before["price"]["amount"] == 2 * balance["price_per_part"]["amount"]
    await salon.set_provider("integrica", enabled=False)
    before = (await post(salon, master, client, body, "/preview")).json()
    assert (before["state"], before["reason_code"]) == ("held", "no_provider")
    aloud = (await post(salon, master, client, {"text": WORDS, "channel": "voice"}, "/preview")).json()
    assert (aloud["channel"], aloud["reason_code"]) == ("voice", "no_provider")
    assert aloud["channels"] == ["sms"]
    await salon.set_provider("alphasms", order=2)
    aloud = (await post(salon, master, client, {"text": WORDS, "channel": "voice"}, "/preview")).json()
    assert (aloud["state"], aloud["provider"], aloud["channels"]) == ("planned", "alphasms", ["sms", "voice"])


async def test_words_by_hand_leave_the_money_of_the_next_reminders_alone(salon: Salon) -> None:
    master, client, _ = await scene(salon)
    await salon.set_provider("integrica")
    await salon.set_provider(enabled=False)
    balance = await salon.get("sms-balance")
    price = balance["price_per_part"]["amount"]
    soon = kyiv("2026-12-08T11:30")
    for _ in range(
        balance["available"]["amount"] // price // 2 + 1
    ):  # each has reminders on the eve and in the morning
        await salon.book(soon)
    body = {"text": WORDS}
    before = (await post(salon, master, client, body, "/preview")).json()
    assert (before["state"], before["reason_code"]) == ("held", "insufficient_balance")
    row = (await post(salon, master, client, body)).json()
    await salon.send()
    [kept] = [
        one for one in (await salon.get(f"clients/{client.id}/messages", master))["items"] if one["id"] == row["id"]
    ]
    assert (kept["state"], kept["reason_code"]) == ("held", "insufficient_balance")


async def test_there_is_a_measure_a_day_for_each_client_and_writer(salon: Salon) -> None:
    master, client, booking = await scene(salon)
    body = {"text": WORDS, "booking_id": str(booking.id)}
    answers = await asyncio.gather(*(post(salon, master, client, body) for _ in range(PER_CLIENT + 3)))
    assert sorted(answer.status_code for answer in answers) == [201] * PER_CLIENT + [429] * 3
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["code"] == "notifications.too_many_to_client"
    assert refused.json()["fix"]["text"]
    assert 0 < int(refused.headers["Retry-After"]) <= 12 * 3600, "till the midnight of the place"
    assert (await post(salon, master, client, body, "/preview")).json()["left_for_client"] == 0
    assert (await post(salon, salon.owner, client, body)).status_code == 201, "each writer has a measure of their own"
    salon.set_clock(kyiv("2026-12-08T09:00"))
    assert (await post(salon, master, client, body)).status_code == 201


async def test_words_have_no_links_and_no_numbers_of_whoever_may_not_see_any(salon: Salon) -> None:
    master, client, _ = await scene(salon)
    for words, code in (
        ("Деталі тут: https://evil.example/a", "link_in_text"),
        ("Пишіть мені в t.me/marko", "link_in_text"),
        ("Мій номер 067 123-45-67", "contact_in_text"),
        ("Інстаграм @marko_cuts", "contact_in_text"),
        ("я" * 300, "too_many_parts"),
    ):
        for rest in ("", "/preview"):
            answer = await post(salon, master, client, {"text": words}, rest)
            assert answer.status_code == 422, words
            [error] = answer.json()["errors"]
            assert (error["pointer"], error["code"]) == ("/text", code)
            assert error["text"]
    assert (await post(salon, salon.owner, client, {"text": "Мій номер 067 123-45-67"})).status_code == 201
    assert (await post(salon, salon.owner, client, {"text": "http://a.example"})).status_code == 422
    braces = await post(salon, master, client, {"text": "Знижка {phone} о 15:30, 23.11.2026"})
    assert braces.json()["text"] == "Салон: Знижка {phone} о 15:30, 23.11.2026", "nothing in it is filled in"


async def test_the_answer_of_the_client_reaches_the_writer_without_numbers_and_calls_nothing_off(salon: Salon) -> None:
    master, client, booking = await scene(salon)
    await post(salon, master, client, {"text": "Вам потрібне ще й фарбування?", "booking_id": str(booking.id)})
    await salon.send()
    salon.pass_time(minutes=5)
    at = kyiv("2026-12-07T12:05")
    number = client.phone_e164 or ""
    await salon.deliver(await incoming(salon, number, "Ні", received_at=at))
    said = f"краще подзвоніть {number[3:]}"
    await salon.deliver(await incoming(salon, number, said, received_at=at + timedelta(minutes=1)))
    assert await salon.bench.said(ReplyReceived, account_id=salon.account_id) == [], "“no” was said to a person"
    letters = (await salon.get(f"clients/{client.id}/messages?booking_id={booking.id}", master))["items"]
    assert [(one["direction"], one["text"]) for one in letters[:2]] == [("in", "краще подзвоніть •••"), ("in", "Ні")]
    of_owner = (await salon.get(f"clients/{client.id}/messages"))["items"]
    assert of_owner[0]["text"] == said
    tasks = (await salon.get("staff-tasks"))["items"]
    assert {task["said"] for task in tasks} == {"Ні", said}
    assert {task["booking_id"] for task in tasks} == {str(booking.id)}
    helper = await salon.member("support", permissions=["notifications.view"])
    assert number[-7:] not in str(await salon.get("staff-tasks", helper))


async def test_a_client_without_visits_answers_to_a_person_too(salon: Salon) -> None:
    client = await known_client(salon)
    assert (await post(salon, salon.owner, client, {"text": WORDS})).status_code == 201
    await salon.send()
    await salon.deliver(await incoming(salon, client.phone_e164 or "", "так", received_at=kyiv("2026-12-07T12:05")))
    [task] = (await salon.get("staff-tasks"))["items"]
    assert (task["client_id"], task["said"]) == (str(client.id), "так")


@pytest.mark.parametrize("words", ["salon.ua", "WWW.salon", "ось bit.ly/x1", "https://a.b", "t.me/x", "салон.укр"])
def test_links_are_found(words: str) -> None:
    assert has_link(words)


@pytest.mark.parametrize("words", ["о 15.30", "вул. Шевченка, 5", "Так.Чекаю", "200.50 грн", "і т.д.", "23.11.2026"])
def test_ordinary_words_are_no_links(words: str) -> None:
    assert not has_link(words)


@pytest.mark.parametrize(
    "words",
    ["0671234567", "+380 67 123 45 67", "067-123-45-67", "(067) 123 45 67", "067.123.45.67", "4149 4993 1234 5678"],
)
def test_long_numbers_are_found_and_hidden(words: str) -> None:
    assert has_contact(words)
    assert hide_numbers(f"а {words} б") == "а ••• б"


@pytest.mark.parametrize(
    "words", ["о 15:30 23.11.2026", "з 10:00 до 12:30", "05.12.2026 10:00", "450 грн, 2 год", "№ 12345"]
)
def test_days_hours_and_prices_are_no_numbers(words: str) -> None:
    assert not has_contact(words)
    assert hide_numbers(words) == words


def test_a_phone_of_the_tests_is_hidden_in_every_spelling() -> None:
    phone = next_phone()
    assert hide_numbers(f"{phone} {phone[3:]}") == "•••"
