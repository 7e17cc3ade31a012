"""Which of two things a call of an SMS provider is: news of a message that was sent, or words of a person.

Looked at only as far as that: what a call says and whether it is genuine is for the owner of messages to find out, and
either kind is safe at the broker all the same.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

_TEXTS = ("text", "message", "body", "sms_message")
_SENDERS = ("phone", "from", "sender", "msisdn")


def is_reply(body: bytes, query: str) -> bool:
    """Whether the call brings a text of somebody, and no status."""
    said = _fields(body, query)
    inner = said.get("data")
    fields = {**said, **(inner if isinstance(inner, dict) else {})}
    fields |= {key[5:-1]: value for key, value in said.items() if key.startswith("data[")}
    has_text = any(isinstance(fields.get(name), str) and fields[name] for name in _TEXTS)
    return has_text and "status" not in fields and any(fields.get(name) for name in _SENDERS)


def _fields(body: bytes, query: str) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        parsed = None
    if isinstance(parsed, dict):
        return parsed
    return dict(parse_qsl(body.decode("utf-8", errors="replace")) or parse_qsl(query))
