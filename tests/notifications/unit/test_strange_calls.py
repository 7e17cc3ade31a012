"""What providers and others send to our addresses, when it is made to break whoever reads it."""

import json

import pytest

from notifications.providers.callbacks import fields_of
from notifications.usecases.bind_chat import _read
from notifications.usecases.take_delivery_report import read_report

HALF = "\ud83d"


@pytest.mark.parametrize("body", [b"[" * 60_000, b'{"a":' * 20_000, b"\xff\xfe\x00", b"null", b'{"data": 7}'])
def test_a_strange_body_says_nothing(body: bytes) -> None:
    assert read_report("turbosms", body, "") is None
    assert isinstance(fields_of(body, ""), dict)
    assert _read(body) == (None, "")


def test_words_that_no_database_keeps_lose_what_cannot_be_kept() -> None:
    """One such report was a dead letter that nobody could ever replay."""
    told = {"data": {"message_id": f"a{HALF}1\0", "status": "DELIVRD"}, "id": HALF, "text": f"так{HALF}\0"}
    body = json.dumps(told).encode()
    report = read_report("turbosms", body, "")
    assert report is not None
    assert (report.message_id, report.event_id, report.status) == ("a?1", "?", "DELIVRD")
    assert fields_of(body, "")["text"] == "так?"
    message = {"message": {"chat": {"type": "private", "id": 7}, "text": f"/start {HALF}\0"}}
    assert _read(json.dumps(message).encode()) == ("7", "/start ?")
