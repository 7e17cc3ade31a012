"""What a member may write to a client by hand: how much, how often, and what must not be in it.

Nobody checks such words before they go, so there are no links in them. Whoever may not see the contacts of clients is
to stay within the product on both sides: no numbers and no names of other networks either.
"""

from __future__ import annotations

import re
from datetime import timedelta

MOST_PARTS = 4
PER_CLIENT, PER_DAY = 5, 60
"""Messages of one member on a day of the wall clock: to the same client, and to all."""
USEFUL = timedelta(hours=24)
"""Words to somebody that could not go for so long are not what they would say any more."""

_ENDINGS = "com|net|org|info|biz|ua|ru|eu|pl|app|link|site|online|store|shop|club|top|xyz|click|укр|рф"
_LINK = re.compile(rf"://|\bwww\.|\bt\.me\b|[\w-]+\.(?:{_ENDINGS})\b|[\w-]+\.[^\W\d_]{{2,}}/\w", re.IGNORECASE)
_DATE_OR_TIME = r"(?<!\d)(?:\d{1,2}\.\d{1,2}(?:\.\d{2,4})?|\d{1,2}:\d{2})(?![\d.])"
_NUMBER = re.compile(rf"({_DATE_OR_TIME})|[+(]*\d(?:[\s().\-\u2010-\u2015]*\d){{8,}}")
_HANDLE = re.compile(r"(?<!\w)@\w{3,}|\w@\w")
HIDDEN = "•••"


def has_link(text: str) -> bool:
    """Whether a phone would make something in it a link."""
    return _LINK.search(text) is not None


def has_contact(text: str) -> bool:
    """Whether it names a phone, a card, a mailbox or an account of some network."""
    return _HANDLE.search(text) is not None or any(not found[1] for found in _NUMBER.finditer(text))


def hide_numbers(text: str) -> str:
    """For readers who may not see phones: what somebody has written, without the long numbers in it."""
    return _NUMBER.sub(lambda found: found[0] if found[1] else HIDDEN, text)
