import asyncio
import smtplib
from email.message import EmailMessage

import pytest

from tests.simulators.running import Receiver, Simulators, becomes_true

BOT = "/telegram/bot100001:good-token"


async def start(simulators: Simulators, chat: int = 77, **more) -> None:
    await simulators.put(f"/accounts/telegram/{chat}", {"state": "started", **more})


async def test_a_bot_writes_only_to_those_who_started_it(simulators) -> None:
    body = {"chat_id": 77, "text": "Привіт"}
    refused = await simulators.post(f"{BOT}/sendMessage", body)
    assert (refused["ok"], refused["error_code"]) == (False, 400)
    assert "chat not found" in refused["description"]
    await start(simulators)
    sent = await simulators.post(f"{BOT}/sendMessage", body)
    assert (sent["ok"], sent["result"]["chat"]["id"], sent["result"]["text"]) == (True, 77, "Привіт")
    [entry] = await simulators.ledger("telegram")
    assert (entry["chat_id"], entry["message_id"]) == ("77", str(sent["result"]["message_id"]))


@pytest.mark.parametrize("state", ["blocked", "deleted"])
async def test_a_person_who_left_is_403(simulators, state) -> None:
    await simulators.put("/accounts/telegram/77", {"state": state})
    answer = await simulators.post(f"{BOT}/sendMessage", {"chat_id": 77, "text": "т"})
    assert answer["error_code"] == 403


async def test_a_wrong_token_is_401_and_a_long_text_400(simulators) -> None:
    await start(simulators)
    wrong = await simulators.post("/telegram/bot1:bad/sendMessage", {"chat_id": 77, "text": "т"})
    long = await simulators.post(f"{BOT}/sendMessage", {"chat_id": 77, "text": "т" * 4097})
    assert (wrong["error_code"], long["error_code"]) == (401, 400)


async def test_a_flood_says_how_long_to_wait(simulators) -> None:
    await start(simulators)
    await simulators.fault("telegram", "too_many", delay_s=17, count=1)
    answer = await simulators.post(f"{BOT}/sendMessage", {"chat_id": 77, "text": "т"})
    assert (answer["error_code"], answer["parameters"]) == (429, {"retry_after": 17})


async def test_what_a_person_says_is_read_or_pushed(simulators, receiver: Receiver) -> None:
    await start(simulators, says="/start one-time-token")
    updates = await simulators.post(f"{BOT}/getUpdates", {"timeout": 1})
    assert updates["result"][0]["message"]["text"] == "/start one-time-token"
    confirmed = await simulators.post(f"{BOT}/getUpdates", {"offset": updates["result"][0]["update_id"] + 1})
    assert confirmed["result"] == []
    await simulators.post(f"{BOT}/setWebhook", {"url": receiver.url, "secret_token": "s3"})
    await start(simulators, says="ще")
    await becomes_true(lambda: len(receiver.calls) == 1)
    assert receiver.calls[0][0]["X-Telegram-Bot-Api-Secret-Token"] == "s3"
    assert receiver.bodies()[0]["message"]["text"] == "ще"


def a_mail(to: str = "client@example.com") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "zapys@example.com", to, "Нагадування"
    mail["List-Unsubscribe"] = "<https://example.com/u/1>"
    mail.set_content("Завтра о 14:00")
    return mail


def deliver(port: int, mail: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as server:
        server.send_message(mail)


async def test_a_mail_is_kept_with_its_headers(simulators) -> None:
    await asyncio.to_thread(deliver, simulators.smtp_port, a_mail())
    [entry] = await simulators.ledger("smtp")
    assert (entry["to"], entry["subject"]) == (["client@example.com"], "Нагадування")
    assert entry["headers"]["List-Unsubscribe"] == "<https://example.com/u/1>"
    assert entry["text"].strip() == "Завтра о 14:00"


@pytest.mark.parametrize(("mode", "code"), [("mailbox_unknown", 550), ("try_later", 451)])
async def test_a_recipient_is_refused_by_name(simulators, mode, code) -> None:
    await simulators.fault("smtp", mode, token="gone@example.com")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        await asyncio.to_thread(deliver, simulators.smtp_port, a_mail("gone@example.com"))
    assert refused.value.recipients["gone@example.com"][0] == code
    await asyncio.to_thread(deliver, simulators.smtp_port, a_mail())
    assert len(await simulators.ledger("smtp")) == 1


async def test_a_mail_may_be_taken_without_an_answer(simulators) -> None:
    await simulators.fault("smtp", "drop_after_accept", count=1)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        await asyncio.to_thread(deliver, simulators.smtp_port, a_mail())
    assert len(await simulators.ledger("smtp")) == 1


async def test_a_login_is_checked_where_one_is_given(simulators) -> None:
    def sign_in(password: str) -> None:
        with smtplib.SMTP("127.0.0.1", simulators.smtp_port, timeout=60) as server:
            server.login("salon", password)

    await asyncio.to_thread(sign_in, "secret")
    with pytest.raises(smtplib.SMTPAuthenticationError):
        await asyncio.to_thread(sign_in, "wrong")
