"""Proof of work instead of pictures: ALTCHA challenges, signed here, solved by the asker's own computer.

A challenge is not stored: it carries its end and its signature. Only a solved one leaves a trace, so that it opens
one door once.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from contracts.http.identity import CaptchaAnswer

LIFE = timedelta(minutes=10)
EFFORT = 100_000
"""Hashes of the dearest challenge; half of that on average, a fraction of a second of a phone."""


def new_challenge(pepper: bytes, now: datetime) -> CaptchaAnswer:
    """Work to be done before `LIFE` is over."""
    from altcha.v1 import ChallengeOptions, create_challenge  # rarely needed, so not held in memory

    options = ChallengeOptions(max_number=EFFORT, hmac_key=_key(pepper), expires=now + LIFE)
    made = create_challenge(options)
    return CaptchaAnswer(
        algorithm="SHA-256",
        challenge=made.challenge,
        maxnumber=made.max_number,
        salt=made.salt,
        signature=made.signature,
    )


def solved(pepper: bytes, payload: str, now: datetime) -> bytes | None:
    """The id of the challenge that this solution (base64 of JSON, as the widget gives it) solves in time, or none."""
    from altcha.v1 import Payload, verify_solution

    try:
        said = Payload.from_base64(payload)
        _, ends, _ = said.parse_salt()
        is_right, _ = verify_solution(said, _key(pepper), check_expires=False)
    except (ValueError, KeyError, TypeError, AttributeError, UnicodeError):
        return None
    if not is_right or said.algorithm != "SHA-256" or ends is None or ends < now.timestamp():
        return None
    return hashlib.sha256(said.challenge.encode()).digest()


def _key(pepper: bytes) -> bytes:
    return hmac.digest(pepper, b"captcha", hashlib.sha256)
