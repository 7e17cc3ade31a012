"""The published and computed examples that any implementation must agree with."""

import pytest

from simulators.checkbox.hooks import signature as checkbox_signature
from simulators.journal import phone_digits
from simulators.segments import sms_parts
from simulators.turbosms.reports import signature as turbosms_signature


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("€" * 153, 3),  # 306 units, but an escape pair may not be cut
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("a" * 69 + "я", 1),
        ("a" * 70 + "’", 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 67, 3),  # 134 units, but a surrogate pair may not be cut
        ("", 1),
    ],
)
def test_an_sms_is_billed_by_the_parts_that_the_operator_counts(text, parts) -> None:
    assert sms_parts(text) == parts


@pytest.mark.parametrize(
    "spelling", ["+38 (067) 123-45-67", "380671234567", "80671234567", "0671234567", "671234567", "+380671234567"]
)
def test_every_spelling_of_a_number_finds_the_same_phone(spelling) -> None:
    assert phone_digits(spelling) == "380671234567"


def test_a_turbosms_report_signs_the_secret_and_the_id_in_either_order() -> None:
    assert turbosms_signature("secret", "evt-1") == "92d177bb0b335cb95667d78aeebb8b9432f5cd2f"
    assert turbosms_signature("secret", "evt-1", secret_first=False) == "f3905daa42deafb268a6b1665bb88651df5b9444"


def test_a_checkbox_event_is_signed_over_its_exact_bytes() -> None:
    body = b'{"receipt":{"id":"5b0e8a2e-0000-4000-8000-000000000001","status":"DONE"}}'
    assert checkbox_signature("whk_key", body) == "QgfBZ1oueopg9+GbTfQI6dwccPlIjSQIJfJQYPdxr18="
