"""Headers that several routes read."""

import re

from kit.errors import InvalidInput


def version_of(if_match: str | None) -> int | None:
    """The number in `If-Match: "7"`; `*` asks for nothing."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = re.fullmatch(r'(?:W/)?"?(\d{1,9})"?', if_match.strip(), re.ASCII)
    if found is None:
        raise InvalidInput.of("header/if-match", "int")
    return int(found[1])
