"""What outside services answer is kept as PostgreSQL can keep it, whatever they put in."""

import pytest

from kit.providers import Answer


def test_the_character_that_cannot_be_stored_is_in_no_answer() -> None:
    assert Answer(200, rb'{"text": "a\u0000b", "of": ["\u0000"]}', {}).json() == {"text": "ab", "of": [""]}
    assert Answer(500, b"a\x00b\xff", {}).text(10) == "a\ufffdb\ufffd"


def test_of_a_long_answer_the_beginning_is_kept() -> None:
    assert Answer(500, "ї".encode() * 1000, {}).text(7) == "ї" * 7


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("30", 30.0), ("0", 0.0), ("", 1.5), ("²", 1.5), ("-5", 1.5), ("9" * 40, 1.5), ("Wed, 21 Oct 2026", 1.5)],
)
def test_when_to_call_again_is_read_where_it_is_said_in_seconds(said: str, seconds: float) -> None:
    assert Answer(429, b"", {"retry-after": said}).retry_after_s(1.5) == seconds
