"""`ETag` and `If-Match`: the version of what is read and changed."""

import re
from typing import Annotated

from fastapi import Depends, Header, Response

from kit.errors import InvalidInput

_ETAG = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')


def set_etag(response: Response, version: int) -> None:
    """Tell the version."""
    response.headers["ETag"] = f'"{version}"'


def _expected(if_match: Annotated[str | None, Header(max_length=100)] = None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise InvalidInput.of("header/if-match", "version")
    return int(found[1])


ExpectedVersionDep = Annotated[int | None, Depends(_expected)]
"""The version that the caller has read; none when the caller does not care."""
