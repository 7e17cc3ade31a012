"""Limits and making of login codes."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.domain.codes import LIMITS, may_send_at, new_code, proof_of, still_counted
from kit.ids import new_id

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PEPPER = b"a secret from outside the database"


def at(*minutes_before: float) -> list[datetime]:
    return [NOON - timedelta(minutes=minutes) for minutes in minutes_before]


@pytest.mark.parametrize(
    ("sent", "wait_s"),
    [
        ([], 0),
        (at(0.5), 30),  # one a minute
        (at(1), 0),
        (at(1.5, 4), 0),
        (at(2, 4, 6), 240),  # three in ten minutes: until the first of them is ten minutes old
        (at(2, 4, 10), 0),
        (at(60, 120, 180, 240, 300), 19 * 3600),  # five a day
        (at(60, 120, 180, 240, 1440), 0),
        (at(0.5, 4, 6), 240),  # the longest wait counts
    ],
)
def test_a_phone_waits_for_the_strictest_limit(sent: list[datetime], wait_s: int) -> None:
    assert may_send_at(sent, NOON) - NOON == timedelta(seconds=wait_s)


@given(st.lists(st.integers(min_value=0, max_value=90_000), max_size=60))
def test_however_it_is_asked_no_limit_is_ever_broken(pauses_s: list[int]) -> None:
    sent: list[datetime] = []
    now = NOON
    for pause_s in pauses_s:
        now += timedelta(seconds=pause_s % 700)
        if may_send_at(still_counted(sent, now), now) <= now:
            sent.append(now)
    for count, span in LIMITS:
        for first in sent:
            assert sum(first <= moment < first + span for moment in sent) <= count


def test_a_code_can_be_made_again_but_not_guessed_from_another_attempt() -> None:
    attempt, seed = new_id(), b"\x01" * 16
    code = new_code(PEPPER, attempt, seed)
    assert code == new_code(PEPPER, attempt, seed)
    assert len(code) == 6
    assert code.isdigit()
    others = [new_code(PEPPER, new_id(), seed) for _ in range(50)]
    others += [new_code(PEPPER, attempt, bytes([n]) * 16) for n in range(2, 52)]
    others += [new_code(bytes([n]), attempt, seed) for n in range(50)]
    assert len(set(others)) > 140


def test_every_first_digit_is_as_likely_as_another() -> None:
    firsts = Counter(new_code(PEPPER, new_id(), n.to_bytes(16))[0] for n in range(5000))
    assert set(firsts) == set("0123456789")
    assert all(400 < count < 600 for count in firsts.values())  # ±4.7 sigma around 500


def test_a_proof_fits_one_code_of_one_phone_in_one_attempt() -> None:
    attempt, phone = new_id(), "+380671234567"
    proof = proof_of(PEPPER, attempt, phone, "123456")
    assert proof == proof_of(PEPPER, attempt, phone, "123456")
    assert proof not in {
        proof_of(PEPPER, attempt, phone, "123457"),
        proof_of(PEPPER, attempt, "+380671234568", "123456"),
        proof_of(PEPPER, new_id(), phone, "123456"),
        proof_of(b"another", attempt, phone, "123456"),
    }
