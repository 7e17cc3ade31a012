"""Beside SMS: mail, Telegram, web push and voice leave through one sender, each once; dead addresses are dropped."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from contracts.booking import ClientChanged
from contracts.gateway import InboundSmsReceived
from contracts.identity import UserErased
from contracts.notifications import BalanceLow
from kit.ids import new_id
from notifications.app import platform_callback_token
from notifications.tables import NotificationRow, TelegramChat, UserPreference
from notifications.unsubscribing import Unsubscribing
from notifications.usecases.watch_balance import BalanceWatch
from tests.notifications.last_call import VISIT, only_reminder_3h, state_of
from tests.notifications.salon import Salon, next_phone
from tests.simulators.running import Simulators


async def booked_for(salon: Salon, **channels: Any) -> NotificationRow:
    """A visit that one administrator hears of, by the channel chosen in the profile."""
    await salon.member("administrator", channels=channels)
    booking = await salon.book(VISIT)
    rows = [row for row in await salon.rows(booking, "created", to="staff") if row.state == "planned"]
    await salon.send()
    [row] = [row for row in rows if row.recipient_name]
    return row


async def fresh(salon: Salon, row: NotificationRow) -> NotificationRow:
    async with salon.bench.service.db.tx(salon.account_id) as tx:
        return await tx.get_one(NotificationRow, (salon.account_id, row.id))


@pytest.mark.row("S49")
async def test_whoever_chose_e_mail_gets_a_mail_and_no_sms(salon: Salon, simulators: Simulators) -> None:
    row = await booked_for(salon, email="olena@example.com")
    [mail] = await simulators.ledger("smtp")
    assert mail["to"] == ["olena@example.com"]
    assert mail["text"].strip() == row.text
    assert await salon.accepted() == []
    sent = await fresh(salon, row)
    assert (sent.state, sent.provider, sent.channel) == ("sent", "smtp", "email")


async def test_a_mailbox_that_is_no_more_costs_one_attempt_and_says_so(salon: Salon, simulators: Simulators) -> None:
    await simulators.fault("smtp", "mailbox_unknown")
    row = await booked_for(salon, email="gone@example.com")
    salon.pass_time(hours=1)
    await salon.send()
    ended = await fresh(salon, row)
    assert (ended.state, ended.reason_code, ended.attempts) == ("failed", "address_gone", 1)


async def test_a_relay_that_is_away_is_tried_again(salon: Salon, simulators: Simulators) -> None:
    await simulators.fault("smtp", "try_later", count=1)
    row = await booked_for(salon, email="olena@example.com")
    assert (await fresh(salon, row)).state == "held"
    salon.pass_time(minutes=2)
    await salon.send()
    assert (await fresh(salon, row)).state == "sent"
    assert len(await simulators.ledger("smtp")) == 1


async def test_a_chat_is_bound_by_a_link_that_works_once(salon: Salon, simulators: Simulators) -> None:
    person = await salon.member("administrator", channels={})
    path = "/api/v1/me/notification-channels"
    started = await salon.bench.http.post(f"{path}/telegram", headers=person.headers)
    assert started.status_code == 201, started.text
    token = started.json()["url"].rpartition("=")[2]
    for chat_id in (5001, 5002):  # the second comes too late: the link was spent
        await salon.deliver(_to_the_bot(salon, chat_id, f"/start {token}"))
    async with salon.bench.service.db.system_tx() as tx:
        found = await tx.execute(
            text("SELECT chat_id FROM telegram_chat WHERE user_id = :user_id"), {"user_id": person.user_id}
        )
        assert [row.chat_id for row in found] == ["5001"]
    shown = await salon.bench.http.get(path, headers=person.headers)
    assert shown.json()["telegram"]["bound_at"]
    await salon.deliver(_to_the_bot(salon, 5001, "/stop"))
    assert (await salon.bench.http.get(path, headers=person.headers)).json()["telegram"]["bound_at"] is None


def _to_the_bot(salon: Salon, chat_id: int, words: str) -> InboundSmsReceived:
    settings: Any = salon.bench.service.settings
    token = platform_callback_token(settings.secrets_key_file.read_bytes().strip())
    said = {"update_id": chat_id, "message": {"chat": {"id": chat_id, "type": "private"}, "text": words}}
    return InboundSmsReceived.model_validate(
        {
            "version": 1,
            "callback_id": new_id(),
            "provider": "telegram",
            "token": token,
            "received_at": VISIT,
            "headers": {},
            "body_base64": base64.b64encode(json.dumps(said).encode()).decode(),
        }
    )


async def test_a_message_goes_to_the_chat_and_a_blocked_bot_is_forgotten(salon: Salon, simulators: Simulators) -> None:
    await simulators.put("/accounts/telegram/7001", {"state": "started"})
    row = await booked_for(salon, telegram_chat_id="7001")
    [taken] = await simulators.ledger("telegram")
    assert (taken["chat_id"], taken["text"]) == ("7001", row.text)
    await simulators.put("/accounts/telegram/7001", {"state": "blocked"})
    booking = await salon.book(VISIT + timedelta(hours=3))
    await salon.send()
    [blocked] = [one for one in await salon.rows(booking, "created", to="staff") if one.channel == "telegram"]
    assert (blocked.state, blocked.reason_code) == ("failed", "address_gone")


async def test_a_push_reaches_every_browser_and_those_that_left_are_dropped(
    salon: Salon, simulators: Simulators
) -> None:
    person = await salon.member("administrator", channels={"web_push": True})
    path = "/api/v1/me/notification-channels"
    for name in ("office", "home"):
        shown = await simulators.put(f"/accounts/webpush/{name}", {})
        body = {"endpoint": shown["endpoint"], "keys": shown["keys"], "browser": name}
        answer = await salon.bench.http.post(f"{path}/browsers", headers=person.headers, json=body)
        assert answer.status_code == 201, answer.text
    await simulators.put("/accounts/webpush/home", {"state": "gone"})
    booking = await salon.book(VISIT)
    await salon.send()
    [row] = [one for one in await salon.rows(booking, "created", to="staff") if one.channel == "web_push"]
    assert row.state == "sent"
    [taken] = await simulators.ledger("webpush")
    assert (taken["account"], taken["payload"]["body"]) == ("office", row.text)
    left = (await salon.bench.http.get(path, headers=person.headers)).json()["browsers"]
    assert [one["browser"] for one in left] == ["office"]


async def test_a_browser_may_not_point_into_the_house_nor_bring_strange_keys(salon: Salon) -> None:
    path = "/api/v1/me/notification-channels/browsers"
    keys = {"p256dh": "A" * 87, "auth": "A" * 22}
    for endpoint, pointer in (("https://10.0.0.1/push", "/endpoint"), ("https://push.example.com/x", "/keys")):
        body = {"endpoint": endpoint, "keys": keys, "browser": "x"}
        answer = await salon.bench.http.post(path, headers=salon.owner.headers, json=body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.row("N45")
async def test_a_voice_reminder_calls_the_adapter_once(salon: Salon, simulators: Simulators) -> None:
    await simulators.put(f"/accounts/alphasms/{salon.token}", {"senders": ["Salon"]})
    await salon.set_provider("alphasms", order=2)  # the first in order cannot read aloud
    [booking] = await only_reminder_3h(salon)
    async with salon.bench.service.db.system_tx() as tx:
        await tx.execute(
            text("UPDATE notification SET channel = 'voice' WHERE booking_id = :id AND kind = 'reminder_3h'"),
            {"id": booking.id},
        )
    await salon.send()
    await salon.send()
    assert await state_of(salon, booking) == ("sent", None)
    [call] = await simulators.ledger("alphasms", account=salon.token)
    assert call["kind"] == "voice"


async def test_viber_goes_first_where_a_name_for_it_is_set(salon: Salon) -> None:
    await salon.set_provider(viber_sender_name="Salon")
    [booking] = await only_reminder_3h(salon)
    await salon.send()
    assert await state_of(salon, booking) == ("sent", None)
    [taken] = await salon.accepted()
    assert taken["kind"] == "viber"


@pytest.mark.row("S14")
@pytest.mark.row("S15")
async def test_a_name_that_the_provider_does_not_know_is_refused_before_it_is_saved(salon: Salon) -> None:
    body = {"kind": "http-token", "token": salon.token, "sender_name": "Stranger"}
    answer = await salon.bench.http.put(salon.path("sms-providers/turbosms"), headers=salon.owner.headers, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "notifications.sender_name_not_registered")
    assert (await salon.get("sms-providers/turbosms"))["sender_name"] == "Salon"
    too_long = await salon.bench.http.put(
        salon.path("sms-providers/turbosms"), headers=salon.owner.headers, json=body | {"sender_name": "TwelveLetter"}
    )
    assert too_long.json()["errors"][0]["pointer"] == "/sender_name"


async def test_a_low_balance_is_told_once_per_fall(salon: Salon) -> None:
    watch: BalanceWatch = salon.bench.service.state["balances"]

    async def told() -> int:
        salon.pass_time(minutes=6)
        await watch.all_due()
        return len(await salon.bench.said(BalanceLow, account_id=salon.account_id))

    assert await told() == 0
    async with salon.bench.service.db.system_tx() as tx:
        of = {"id": salon.account_id}
        await tx.execute(text("UPDATE sms_balance SET free_amount = 100 WHERE account_id = :id"), of)
    await salon.book(VISIT, client=salon.client(phone_e164=next_phone()))
    assert await told() == 1
    assert await told() == 1
    async with salon.bench.service.db.system_tx() as tx:
        await tx.execute(text("UPDATE sms_balance SET free_amount = 100000 WHERE account_id = :id"), of)
    assert await told() == 1
    async with salon.bench.service.db.system_tx() as tx:
        await tx.execute(text("UPDATE sms_balance SET free_amount = 0 WHERE account_id = :id"), of)
    assert await told() == 2
    # Where the account has chosen an amount, that is what is too little.
    async with salon.bench.service.db.system_tx() as tx:
        await tx.execute(text("UPDATE sms_balance SET free_amount = 30000 WHERE account_id = :id"), of)
    assert await told() == 2
    await salon.set_rules(balance_warning_amount=30_001)
    assert await told() == 3


async def test_one_press_in_a_mail_ends_the_mails_of_that_salon(salon: Salon, simulators: Simulators) -> None:
    unsubscribing: Unsubscribing = salon.bench.service.state["unsubscribing"]
    client = salon.client(email="natalia@example.com")
    await salon.deliver(ClientChanged(account_id=salon.account_id, version=1, client=client))
    url = unsubscribing.url(salon.account_id, client.id)
    path = url.removeprefix(unsubscribing.public_url)
    asked = await salon.bench.http.get(path)
    assert (asked.status_code, asked.json()["is_refused"]) == (200, False)
    for _ in range(2):
        done = await salon.bench.http.post(path, data={"List-Unsubscribe": "One-Click"})
        assert (done.status_code, done.json()["is_refused"]) == (200, True)
    assert (await salon.bench.http.get(path)).json()["is_refused"]
    refused = await salon.get(f"clients/{client.id}/notification-preferences")
    assert (refused["refused_channels"], refused["messages"]) == (["email"], True)
    [listed] = (await salon.get("notification-refusals"))["items"]
    assert (listed["client_id"], listed["refused_channels"]) == (str(client.id), ["email"])
    by_browser = await salon.bench.http.get(path, headers={"Accept": "text/html,application/xhtml+xml"})
    assert by_browser.status_code == 303
    assert by_browser.headers["location"].endswith("/unsubscribe/" + path.rpartition("/")[2])
    forged = path[:-4] + ("AAAA" if not path.endswith("AAAA") else "BBBB")
    for wrong in (forged, path[:-20], "/api/v1/public/unsubscribe/%D0%B6"):
        assert (await salon.bench.http.post(wrong)).status_code == 404


async def test_of_a_forgotten_login_no_chat_browser_or_wish_is_left(salon: Salon) -> None:
    person, other = new_id(), new_id()
    now = datetime.now(UTC)
    async with salon.bench.service.db.system_tx() as tx:
        for user_id in (person, other):
            tx.add(TelegramChat(user_id=user_id, chat_id=f"{user_id.int % 10**9}", bound_at=now))
            tx.add(UserPreference(user_id=user_id, messages=False, reminders=True, changes=True, changed_at=now))
    await salon.bench.deliver(UserErased(version=2, user_id=person, erased_at=now))
    async with salon.bench.service.db.system_tx() as tx:
        for table in (TelegramChat, UserPreference):
            kept = set(await tx.scalars(select(table.user_id).where(table.user_id.in_((person, other)))))
            assert kept == {other}
