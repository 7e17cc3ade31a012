"""Login codes: how many may go to a phone, how a code comes about, and how long it lives.

A code is derived from a random seed and a secret outside the database, so the same live code can be sent again
although it is stored nowhere.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

CODE_LIFE = timedelta(minutes=5)
MAX_TRIES = 5
SEED_BYTES = 16
WORTH_RESENDING = timedelta(minutes=1)
"""A code with less of its life left is not sent again: a new one takes its place."""

LIMITS = ((1, timedelta(seconds=60)), (3, timedelta(minutes=10)), (5, timedelta(hours=24)))
"""So many SMS to one phone within each span, over all accounts."""

LONGEST_SPAN = max(span for _, span in LIMITS)


def may_send_at(sent: Sequence[datetime], now: datetime) -> datetime:
    """The first moment, `now` or later, at which another code may go to a phone that was sent some at `sent`."""
    latest = sorted(sent, reverse=True)
    waits = [latest[count - 1] + span for count, span in LIMITS if len(latest) >= count]
    return max([now, *waits])


def still_counted(sent: Sequence[datetime], now: datetime) -> list[datetime]:
    """The moments that any limit still looks at."""
    return [moment for moment in sent if moment > now - LONGEST_SPAN]


def new_code(pepper: bytes, attempt_id: UUID, seed: bytes) -> str:
    """Six digits of one attempt; the same arguments give the same code."""
    digest = hmac.digest(_key(pepper, b"code"), attempt_id.bytes + seed, hashlib.sha256)
    return f"{int.from_bytes(digest) % 1_000_000:06d}"


def proof_of(pepper: bytes, attempt_id: UUID, phone_e164: str, code: str) -> bytes:
    """What a guess is compared by: bound to the attempt and the phone, so a code fits nowhere else."""
    said = attempt_id.bytes + phone_e164.encode() + b"\0" + code.encode()
    return hmac.digest(_key(pepper, b"proof"), said, hashlib.sha256)


def _key(pepper: bytes, purpose: bytes) -> bytes:
    return hmac.digest(pepper, b"login code/" + purpose, hashlib.sha256)
