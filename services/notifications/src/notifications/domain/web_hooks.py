"""Rules of web hooks: how they are signed, when they are tried again, when they stop (www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

PREFIX = "whsec_"
SECRET_BYTES = 32
BOTH_HOLD_FOR = timedelta(hours=24)
"""How long the former secret still signs after a new one was made."""

_PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=20),
)
GIVES_UP_AFTER = timedelta(days=3)
PAUSES_AFTER = timedelta(days=2)
"""A delivery was given up, and for so long nothing at all was taken: the receiver is not there any more."""
GONE = 410


def new_secret() -> str:
    """A secret as receivers' libraries want it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature(secret_texts: Sequence[str], message_id: str, at: datetime, body: str) -> str:
    """The value of `webhook-signature`: one signature per secret that holds, the newest first."""
    signed = f"{message_id}.{int(at.timestamp())}.{body}".encode()
    made = (hmac.new(_key(secret), signed, hashlib.sha256).digest() for secret in secret_texts)
    return " ".join(f"v1,{base64.b64encode(one).decode()}" for one in made)


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(PREFIX))


def next_try(attempts: int, created_at: datetime, now: datetime) -> datetime | None:
    """When a delivery is tried again after `attempts` tries; none when three days are over."""
    if attempts > len(_PAUSES):
        return None
    moment = now + _PAUSES[attempts - 1]
    return moment if moment <= created_at + GIVES_UP_AFTER else None


def wants(event_types: Sequence[str], event_type: str) -> bool:
    """Whether a hook asked for this type: `*` is everything, `booking.*` a whole family."""
    family = event_type.partition(".")[0]
    return any(wanted in ("*", event_type, f"{family}.*") for wanted in event_types)
