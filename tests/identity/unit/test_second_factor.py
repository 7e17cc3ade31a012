"""Codes of an authenticator app, reckoned without clock and database."""

from datetime import UTC, datetime, timedelta

import pyotp

from identity.domain import second_factor as rules
from kit.ids import new_id

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
NOW = datetime(2026, 11, 22, 12, 0, 10, tzinfo=UTC)


def test_codes_are_those_of_the_standard() -> None:
    for at, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
        assert rules.step_of(RFC_SECRET, code, datetime.fromtimestamp(at, UTC)) == at // rules.STEP_S


def test_the_half_minute_before_and_after_fits_and_no_other() -> None:
    totp, step = pyotp.TOTP(RFC_SECRET), int(NOW.timestamp()) // rules.STEP_S
    found = [rules.step_of(RFC_SECRET, totp.generate_otp(step + shift), NOW) for shift in range(-3, 4)]
    assert found == [None, None, step - 1, step, step + 1, None, None]


def test_codes_are_read_as_people_write_them() -> None:
    assert rules.read_code(" 123 456 ") == ("123456", False)
    assert rules.read_code("7kxm-2pqr 9tvw-4hjo") == ("7KXM2PQR9TVW4HJ0", True)  # an O is a nought to many
    assert [rules.read_code(written) for written in ("12345", "1234567", "", "7KXM-2PQR-9TVW", "١٢٣٤٥٦")] == [None] * 5


def test_five_wrong_ones_in_a_quarter_of_an_hour_and_twenty_a_day() -> None:
    failed: list[datetime] = []
    judged, now = 0, NOW
    while now < NOW + timedelta(hours=24):
        if rules.may_try_at(failed, now) <= now:
            failed, judged = [now, *failed][: rules.KEPT_FAILURES], judged + 1
        now += timedelta(minutes=1)
    assert judged == 20
    assert rules.may_try_at([NOW] * 4, NOW) == NOW
    assert rules.may_try_at([NOW] * 5, NOW) == NOW + timedelta(minutes=15)
    assert [rules.tries_left([NOW] * count, NOW) for count in (0, 4, 5)] == [5, 1, 0]


def test_recovery_codes_are_long_and_worth_nothing_to_another_person() -> None:
    made = rules.new_recovery_codes()
    assert len(set(made)) == rules.RECOVERY_CODES
    for code in made:
        assert rules.read_code(code) == (code.replace("-", ""), True)
    pepper, mine, theirs = bytes(32), new_id(), new_id()
    plain = made[0].replace("-", "")
    assert rules.hash_of_recovery(pepper, mine, made[0]) == rules.hash_of_recovery(pepper, mine, plain)
    assert rules.hash_of_recovery(pepper, mine, plain) != rules.hash_of_recovery(pepper, theirs, plain)
