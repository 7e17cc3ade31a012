"""Parts of an SMS, against vectors computed by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.domain.segments import Alphabet, measure


@pytest.mark.parametrize(
    ("text", "units", "parts"),
    [
        ("", 0, 1),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("€" * 80, 160, 1),
        ("€" * 81, 162, 2),
        ("€" * 153, 306, 3),  # an escape pair may not be cut
        ("я" * 70, 70, 1),
        ("я" * 71, 71, 2),
        ("я" * 134, 134, 2),
        ("я" * 135, 135, 3),
        ("a" * 69 + "я", 70, 1),
        ("a" * 70 + "’", 71, 2),
        ("😀" * 35, 70, 1),
        ("😀" * 36, 72, 2),
        ("😀" * 67, 134, 3),
    ],
)
def test_parts_are_counted_as_a_handset_counts_them(text: str, units: int, parts: int) -> None:
    measured = measure(text)
    assert (measured.units, measured.parts) == (units, parts)


def test_one_cyrillic_letter_moves_the_whole_text_to_ucs2() -> None:
    assert measure("Salon Olena").alphabet is Alphabet.GSM
    assert measure("Salon Olenа").alphabet is Alphabet.UCS2


@given(st.text(max_size=400))
def test_what_is_left_in_a_part_is_really_left(text: str) -> None:
    before = measure(text)
    filler = "a" if before.alphabet is Alphabet.GSM else "я"
    if text and before.left > 0 and before.parts > 1:
        assert measure(text + filler * before.left).parts == before.parts
        assert measure(text + filler * (before.left + 1)).parts == before.parts + 1
