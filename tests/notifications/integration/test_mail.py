"""The SMTP client against a mail server that answers as mailbox providers do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from notifications.domain.outcomes import Accepted, ErrorClass, NotSent, Refused, Unknown
from notifications.providers.mail import Attachment, OutgoingMail, Smtp
from tests.simulators.running import Simulators

TO = "olena@example.com"


def mail(**more: Any) -> OutgoingMail:
    usual: dict[str, Any] = {
        "key": "n-1",
        "to": TO,
        "subject": "Новий запис",
        "text": "Завтра о 14:00, Софія",
        "at": datetime(2026, 12, 7, 10, 0, tzinfo=UTC),
    }
    return OutgoingMail(**(usual | more))


@pytest.fixture
def smtp(simulators: Simulators) -> Smtp:
    return Smtp("127.0.0.1", simulators.smtp_port, "no-reply@zapys.example", "Zapys", timeout_s=0.5)


async def test_a_mail_is_taken_with_its_files_and_the_way_to_refuse_such_mails(
    smtp: Smtp, simulators: Simulators
) -> None:
    sheet = Attachment(
        "журнал.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK\x03\x04"
    )
    outcome = await smtp.send(
        mail(html="<p>Завтра</p>", attachments=(sheet,), unsubscribe_url="https://zapys.example/u/abc")
    )
    assert isinstance(outcome, Accepted)
    assert outcome.message_id == "<n-1@zapys.example>"
    [taken] = await simulators.ledger("smtp")
    assert (taken["to"], taken["subject"]) == ([TO], "Новий запис")
    assert taken["text"].strip() == "Завтра о 14:00, Софія"
    assert taken["headers"]["List-Unsubscribe"] == "<https://zapys.example/u/abc>"
    assert taken["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert taken["files"] == [{"name": "журнал.xlsx", "media_type": sheet.media_type, "bytes": 4}]


async def test_a_line_break_in_a_subject_makes_no_header(smtp: Smtp, simulators: Simulators) -> None:
    assert isinstance(await smtp.send(mail(subject="Hi\r\nBcc: eve@example.com")), Accepted)
    [taken] = await simulators.ledger("smtp")
    assert "Bcc" not in taken["headers"]
    assert isinstance(await smtp.send(mail(to="a@example.com\r\nBcc: eve@example.com")), Refused)


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        ("mailbox_unknown", ErrorClass.BAD_RECIPIENT),
        ("mailbox_full", ErrorClass.TRANSIENT),
        ("try_later", ErrorClass.TRANSIENT),
        ("policy", ErrorClass.CONTENT),
        ("sender_refused", ErrorClass.AUTH),  # the relay speaks of us: no mailbox is gone, and nothing is lost
        ("http_500", ErrorClass.TRANSIENT),
    ],
)
async def test_a_refusal_says_whose_fault_it_is(
    smtp: Smtp, simulators: Simulators, mode: str, error: ErrorClass
) -> None:
    await simulators.fault("smtp", mode)
    outcome = await smtp.send(mail())
    assert isinstance(outcome, Refused)
    assert outcome.error is error
    assert await simulators.ledger("smtp") == []


@pytest.mark.parametrize("mode", ["drop_after_accept", "timeout_after_accept"])
async def test_silence_after_the_data_is_an_unknown_outcome(smtp: Smtp, simulators: Simulators, mode: str) -> None:
    await simulators.fault("smtp", mode)
    assert isinstance(await smtp.send(mail()), Unknown)
    assert len(await simulators.ledger("smtp")) == 1


async def test_a_relay_that_is_away_was_surely_not_reached() -> None:
    away = Smtp("127.0.0.1", 9, "no-reply@zapys.example", "Zapys", timeout_s=0.5)
    assert isinstance(await away.send(mail()), NotSent)


async def test_a_wrong_password_at_the_relay_is_told_apart(simulators: Simulators) -> None:
    wrong = Smtp("127.0.0.1", simulators.smtp_port, "a@zapys.example", "Zapys", "salon", "guess", timeout_s=0.5)
    outcome = await wrong.send(mail())
    assert isinstance(outcome, Refused)
    assert outcome.error is ErrorClass.AUTH
