"""What a refresh token that comes is good for."""

from datetime import UTC, datetime, timedelta

import pytest

from identity.domain.refresh import Seen, Verdict, first_token, hash_of, judge, session_end, successor

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def seen(
    used_s_ago: float | None, *, successor_used: bool = False, ended: bool = False, until: datetime = LATER
) -> Seen:
    used_at = None if used_s_ago is None else NOW - timedelta(seconds=used_s_ago)
    return Seen(used_at, successor_used, ended, until)


@pytest.mark.parametrize(
    ("token", "verdict"),
    [
        (seen(None), Verdict.ROTATE),
        (seen(0), Verdict.REPEAT),
        (seen(10), Verdict.REPEAT),  # the overlap of parallel tabs, to its last moment
        (seen(10.001), Verdict.STOLEN),
        (seen(1, successor_used=True), Verdict.STOLEN),  # the last but one, however soon
        (seen(None, ended=True), Verdict.OVER),
        (seen(60, ended=True), Verdict.OVER),  # a dead family is not killed twice
        (seen(None, until=NOW), Verdict.OVER),
        (seen(None, until=NOW + timedelta(seconds=1)), Verdict.ROTATE),
    ],
)
def test_a_token_is_judged_by_its_use_and_its_family(token: Seen, verdict: Verdict) -> None:
    assert judge(token, NOW) is verdict


def test_staff_sign_in_each_month_and_clients_each_season() -> None:
    assert session_end(NOW, is_staff=True) - NOW == timedelta(days=30)
    assert session_end(NOW, is_staff=False) - NOW == timedelta(days=90)


def test_a_successor_needs_the_token_the_row_and_the_secret() -> None:
    token = first_token()
    following = successor(token, b"salt", b"pepper")
    assert following == successor(token, b"salt", b"pepper")
    assert len(following) == len(token) == 43  # 256 bits in base64url
    assert following not in {
        successor(first_token(), b"salt", b"pepper"),
        successor(token, b"another", b"pepper"),
        successor(token, b"salt", b"another"),
    }
    assert hash_of(token) != hash_of(following)
