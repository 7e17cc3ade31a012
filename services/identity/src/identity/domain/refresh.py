"""Refresh tokens: each use gives its successor, and a token that comes back late ends the whole family.

The successor is derived from the token, a salt of its row and a secret outside the database. Parallel tabs that send
the same token at once therefore get the same successor: the family never branches.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

OVERLAP = timedelta(seconds=10)
"""How long parallel tabs may still send the previous token."""

CLIENT_LIFE = timedelta(days=90)
STAFF_LIFE = timedelta(days=30)
"""A person who works in an account signs in with a code each month (docs/adr on remembered browsers)."""

SALT_BYTES = 32


class Verdict(Enum):
    """What a refresh token that came is good for."""

    ROTATE = "rotate"
    REPEAT = "repeat"
    STOLEN = "stolen"
    OVER = "over"


@dataclass(frozen=True)
class Seen:
    """The facts about a token that came."""

    used_at: datetime | None
    is_successor_used: bool
    session_ended: bool
    session_expires_at: datetime


def judge(token: Seen, now: datetime) -> Verdict:
    """Whether to rotate, to repeat the last rotation, to end the family, or to refuse."""
    if token.session_ended or token.session_expires_at <= now:
        return Verdict.OVER
    if token.used_at is None:
        return Verdict.ROTATE
    if not token.is_successor_used and now - token.used_at <= OVERLAP:
        return Verdict.REPEAT
    return Verdict.STOLEN


def session_end(created_at: datetime, *, is_staff: bool) -> datetime:
    """When the person must sign in with a code again, however often the session is used."""
    return created_at + (STAFF_LIFE if is_staff else CLIENT_LIFE)


def first_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def successor(token: str, salt: bytes, pepper: bytes) -> str:
    """The token that follows `token`: 256 bits that nobody can compute without the secret and the row."""
    key = hmac.digest(pepper, b"refresh token/successor", hashlib.sha256)
    raw = hmac.digest(key, salt + token.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def hash_of(token: str) -> bytes:
    """What is kept of a token: it has 256 bits, so a plain hash cannot be reversed."""
    return hashlib.sha256(token.encode()).digest()
