"""Login codes: how many may go to a phone, how a code comes about, and how long it lives.

A code is derived from a random seed and a secret outside the database, so the same live code can be sent again
although it is stored nowhere.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from kit.errors import InvalidInput

CODE_LIFE = timedelta(minutes=5)
MAX_TRIES = 5
SEED_BYTES = 16
WORTH_RESENDING = timedelta(minutes=1)
"""A code with less of its life left is not sent again: a new one takes its place."""

LIMITS = ((1, timedelta(seconds=60)), (3, timedelta(minutes=10)), (5, timedelta(hours=24)))
"""So many SMS to one phone within each span, over all accounts."""

KNOWN_DEVICE_LIMITS = ((1, timedelta(seconds=60)), (3, timedelta(hours=24)))
"""Besides, for a browser from which this phone signed in before: strangers cannot use that up."""

LONGEST_SPAN = max(span for _, span in LIMITS)
SMS_PER_DAY = max(count for count, _ in LIMITS)
SECRET_BYTES = 24
_NONCE_BYTES = 12
_CODE = re.compile(r"[0-9]{6}")


def may_send_at(sent: Sequence[datetime], now: datetime, limits: Sequence[tuple[int, timedelta]] = LIMITS) -> datetime:
    """The first moment, `now` or later, at which another code may go to a phone that was sent some at `sent`."""
    latest = sorted(sent, reverse=True)
    waits = [latest[count - 1] + span for count, span in limits if len(latest) >= count]
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


def digits_of(written: str) -> str:
    """The six digits of a code as people write it; raises `InvalidInput`."""
    code = re.sub(r"[\s-]", "", written)
    if not _CODE.fullmatch(code):
        raise InvalidInput.of("/code", "login_code")
    return code


def new_secret() -> str:
    """What binds an attempt to the browser that began it."""
    return secrets.token_urlsafe(SECRET_BYTES)


def hash_of_secret(pepper: bytes, secret: str) -> bytes:
    """What is kept of such a secret."""
    return hmac.digest(_key(pepper, b"attempt"), secret.encode(), hashlib.sha256)


def device_token(pepper: bytes, phone_e164: str, factor_id: UUID | None = None) -> str:
    """Proof that this phone signed in on the device that keeps it, with that second factor; it opens nothing by
    itself."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    marks = [_device_mac(pepper, b"device", nonce, phone_e164.encode())]
    if factor_id is not None:
        marks.append(_device_mac(pepper, b"device with factor", nonce, factor_id.bytes))
    return base64.urlsafe_b64encode(nonce + b"".join(marks)).decode()


def is_known_device(pepper: bytes, token: str, phone_e164: str) -> bool:
    """Whether the token was given to a device of this phone."""
    nonce, mark, _ = _parts(token)
    return hmac.compare_digest(mark, _device_mac(pepper, b"device", nonce, phone_e164.encode()))


def is_device_with_factor(pepper: bytes, token: str, factor_id: UUID) -> bool:
    """Whether the token was given to a device on which a code of this second factor was entered."""
    nonce, _, mark = _parts(token)
    return hmac.compare_digest(mark, _device_mac(pepper, b"device with factor", nonce, factor_id.bytes))


def _parts(token: str) -> tuple[bytes, bytes, bytes]:
    try:
        raw = base64.urlsafe_b64decode(token.encode())
    except ValueError:
        raw = b""
    first = _NONCE_BYTES + hashlib.sha256().digest_size
    return raw[:_NONCE_BYTES], raw[_NONCE_BYTES:first], raw[first:]


def _device_mac(pepper: bytes, purpose: bytes, nonce: bytes, owner: bytes) -> bytes:
    return hmac.digest(_key(pepper, purpose), nonce + owner, hashlib.sha256)


def _key(pepper: bytes, purpose: bytes) -> bytes:
    return hmac.digest(pepper, b"login code/" + purpose, hashlib.sha256)
