"""Answers that an acquirer wants signed.

WayForPay repeats a notice until it gets "accepted" under the signature of the shop. The gateway has no keys: the owner
of payments signs that answer when it makes the order and writes it into the address of the notice.
"""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs

_PARTS = {"orderReference": str, "status": str, "time": int, "signature": str}
_LONGEST = 1_000


def signed_ahead(provider: str, query: str) -> dict[str, object] | None:
    """The answer in the address that was called; none where there is none, or where it is not one of these."""
    told = parse_qs(query).get("answer", [""])[0] if provider == "wayforpay" else ""
    if not told or len(told) > _LONGEST:
        return None
    try:
        answer = json.loads(base64.urlsafe_b64decode(told + "=" * (-len(told) % 4)))
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, dict) or set(answer) != set(_PARTS):
        return None
    is_one = all(type(answer[name]) is kind for name, kind in _PARTS.items()) and answer["status"] == "accept"
    return answer if is_one else None
