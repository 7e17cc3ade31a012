"""When signing keys change: a new one is known everywhere before it signs, an old one verifies its last tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

ROTATE_EVERY = timedelta(days=30)
LEAD = timedelta(minutes=15)
"""From the publication of a key to its first signature: every service has heard of it by then."""
GRACE = timedelta(minutes=15)
"""From the first signature of its successor a key still verifies: longer than any token of it lives."""


@dataclass(frozen=True)
class Aged:
    """A key and the moment from which it signs, until a later one does."""

    kid: str
    signs_from: datetime


def signer(keys: Sequence[Aged], now: datetime) -> str:
    """The key that signs now: the latest one whose time has come. Raises `ValueError` without any."""
    return max((key for key in keys if key.signs_from <= now), key=lambda key: key.signs_from).kid


def in_force(keys: Sequence[Aged], now: datetime) -> list[str]:
    """The keys that verify: those to come, the one that signs, and those that signed a moment ago."""
    ordered = sorted(keys, key=lambda key: key.signs_from)
    followers = [*ordered[1:], None]
    return [
        key.kid
        for key, following in zip(ordered, followers, strict=True)
        if following is None or now < following.signs_from + GRACE
    ]


def is_new_one_due(keys: Sequence[Aged], now: datetime) -> bool:
    """Whether the youngest key has signed long enough."""
    return max(key.signs_from for key in keys) <= now - ROTATE_EVERY
