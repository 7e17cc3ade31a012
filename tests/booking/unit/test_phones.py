"""A number of no known format is kept where the account allows it, in digits that everybody can dial."""

import pytest

from booking.tables import AccountCopy
from booking.usecases.clients.find_card import phone_of
from contracts.identity import BookingRules


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("123 456 789 012", "+123456789012"),
        ("12345²6789", "+123456789"),
        ("١٢٣٤٥٦٧", "+1234567"),
        ("12-34-56", "+123456"),
    ],
)
def test_a_number_without_a_format_has_plain_digits_only(written: str, kept: str) -> None:
    rules = BookingRules(phone_format_check=False).model_dump(mode="json")
    assert phone_of(AccountCopy(country="UA", rules=rules), written, "/phone") == kept
