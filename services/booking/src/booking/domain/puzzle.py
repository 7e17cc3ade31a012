"""A puzzle that costs a machine time and a person nothing: proof of work in the form of ALTCHA."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime

HARDEST = 50_000
"""The largest number that may have to be found; a phone tries it within a second."""


@dataclass(frozen=True)
class Puzzle:
    """One puzzle; whoever knows the key sees that it is ours."""

    challenge: str
    salt: str
    signature: str


@dataclass(frozen=True)
class Solved:
    """A right answer: the puzzle it belongs to, and when that ends."""

    challenge: str
    expires_at: datetime


def make(key: bytes, random: str, number: int, expires_at: datetime) -> Puzzle:
    """A puzzle whose answer is `number`, good until `expires_at`."""
    salt = f"{random}?expires={int(expires_at.timestamp())}"
    challenge = hashlib.sha256(f"{salt}{number}".encode()).hexdigest()
    return Puzzle(challenge, salt, _signature(key, challenge))


def judge(key: bytes, written: str, now: datetime) -> Solved | str:
    """The puzzle that an answer solves, or why it solves none: `malformed`, `expired`, `wrong`."""
    try:
        answer = json.loads(base64.b64decode(written, validate=True))
        algorithm, challenge, salt, signature = (
            str(answer[name]) for name in ("algorithm", "challenge", "salt", "signature")
        )
        number = answer["number"]
        expires_at = datetime.fromtimestamp(int(salt.rpartition("?expires=")[2]), tz=UTC)
    except (binascii.Error, ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
        return "malformed"
    if isinstance(number, bool) or not isinstance(number, int) or algorithm != "SHA-256":
        return "malformed"
    if not signature.isascii() or not hmac.compare_digest(signature, _signature(key, challenge)):
        return "wrong"
    if not 0 <= number <= HARDEST or hashlib.sha256(f"{salt}{number}".encode()).hexdigest() != challenge:
        return "wrong"
    if expires_at <= now:
        return "expired"
    return Solved(challenge, expires_at)


def _signature(key: bytes, challenge: str) -> str:
    return hmac.new(key, challenge.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
