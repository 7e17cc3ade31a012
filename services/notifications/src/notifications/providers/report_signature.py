"""How TurboSMS signs what it pushes: over the id of the event alone."""

from __future__ import annotations

import hashlib
import hmac


def is_signed(given_signature: str, event_id: str, secret: str | None) -> bool:
    """Whether the signature is right, where the account has told us the key. Which of the two comes first under the
    hash is not documented: both orders are accepted."""
    if not secret:
        return True
    expected = (secret + event_id, event_id + secret)
    given = given_signature.lower().encode()
    return any(hmac.compare_digest(hashlib.sha1(text.encode()).hexdigest().encode(), given) for text in expected)  # noqa: S324 - the provider's choice
