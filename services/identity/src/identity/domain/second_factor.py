"""Codes of an authenticator app (RFC 6238), and the recovery codes that stand in for it.

A code lives for 30 seconds; that of the half minute before and after fits too, for clocks that differ. A recovery code
has 80 random bits: nobody guesses it, so only codes of six digits are counted.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

STEP_S = 30
NEIGHBOURS = (0, -1, 1)
ISSUER = "Zapys"

LIMITS = ((5, timedelta(minutes=15)), (20, timedelta(hours=24)))
"""So many wrong codes within each span; past them even the right one is refused."""
KEPT_FAILURES = max(count for count, _ in LIMITS)

HOLD = timedelta(hours=24)
"""So long a factor that was set up on a new device can be given up by the person's other devices."""
RESET_WAIT = timedelta(hours=72)
"""So long the person can say no before those who run the platform take a lost factor off."""
TICKET_LIFE = timedelta(minutes=10)

RECOVERY_CODES = 10
_RECOVERY_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TAKEN_FOR = str.maketrans("OIL", "011")
"""Letters that are no signs of it, because people take them for digits."""
_RECOVERY_LENGTH = 16
_SIX_DIGITS = re.compile(r"[0-9]{6}")
_RECOVERY = re.compile(rf"[{_RECOVERY_SIGNS}]{{{_RECOVERY_LENGTH}}}")


def new_secret() -> str:
    """What the app and we share, in base32."""
    import pyotp

    return pyotp.random_base32()


def address_of(secret: str, person: str) -> str:
    """The `otpauth` address that apps read from a picture; `person` tells logins apart in the app."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=person, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The 30 seconds whose code this is, near to `now`; none for a wrong one. Takes as long for each."""
    import pyotp

    totp, present = pyotp.TOTP(secret), int(now.timestamp()) // STEP_S
    found = None
    for neighbour in NEIGHBOURS:
        if hmac.compare_digest(totp.generate_otp(present + neighbour), code) and found is None:
            found = present + neighbour
    return found


def read_code(written: str) -> tuple[str, bool] | None:
    """A code as people write it, and whether it is a recovery code; none for neither."""
    code = re.sub(r"[\s-]", "", written).upper()
    if _SIX_DIGITS.fullmatch(code):
        return code, False
    recovery = code.translate(_TAKEN_FOR)
    return (recovery, True) if _RECOVERY.fullmatch(recovery) else None


def may_try_at(failed_at: Sequence[datetime], now: datetime) -> datetime:
    """The first moment, `now` or later, at which another code is judged; `failed_at` has the latest first."""
    return max([now, *(failed_at[count - 1] + span for count, span in LIMITS if len(failed_at) >= count)])


def wait_s(failed_at: Sequence[datetime], now: datetime) -> int:
    """The same in whole seconds from now, one at least."""
    return max(1, ceil((may_try_at(failed_at, now) - now).total_seconds()))


def tries_left(failed_at: Sequence[datetime], now: datetime) -> int:
    """How many wrong codes may still come now."""
    return min(count - sum(1 for at in failed_at if at > now - span) for count, span in LIMITS)


def new_recovery_codes() -> tuple[str, ...]:
    """Ten, in groups that people can copy."""
    return tuple(_new_recovery_code() for _ in range(RECOVERY_CODES))


def hash_of_recovery(pepper: bytes, user_id: UUID, code: str) -> bytes:
    """What is kept of a recovery code: of no use without a secret outside, and for nobody else."""
    said = user_id.bytes + code.replace("-", "").encode()
    return hmac.digest(_key(pepper, b"recovery"), said, hashlib.sha256)


def new_ticket() -> str:
    """What the browser brings with the second factor."""
    return secrets.token_urlsafe(24)


def hash_of_ticket(pepper: bytes, ticket: str) -> bytes:
    """What is kept of it."""
    return hmac.digest(_key(pepper, b"ticket"), ticket.encode(), hashlib.sha256)


def sealing_key(pepper: bytes) -> bytes:
    """The key that seals the shared secrets."""
    return _key(pepper, b"seal")


def _new_recovery_code() -> str:
    code = "".join(secrets.choice(_RECOVERY_SIGNS) for _ in range(_RECOVERY_LENGTH))
    return "-".join(code[at : at + 4] for at in range(0, _RECOVERY_LENGTH, 4))


def _key(pepper: bytes, purpose: bytes) -> bytes:
    return hmac.digest(pepper, b"second factor/" + purpose, hashlib.sha256)
