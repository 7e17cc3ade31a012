"""Ways to a person."""

from __future__ import annotations

SMS, VIBER, VOICE, EMAIL, TELEGRAM, WEB_PUSH = "sms", "viber", "voice", "email", "telegram", "web_push"
NO_CHANNEL = "none"
OF_PHONE = frozenset({SMS, VIBER, VOICE})
"""What goes to a phone number, so that a number is needed for it."""
