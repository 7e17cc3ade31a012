"""Numbers, days, moments and objects as addresses and forms say them; nonsense is none, never an error."""

import json
import re
from datetime import date, datetime
from typing import Any

_FIRST, _LAST = date(2000, 1, 1), date(2100, 12, 31)
_WHOLE = re.compile(r"-?[0-9]{1,15}")


def number_said(text: str | None) -> int | None:
    """A whole number in plain digits, fifteen at most."""
    return int(text) if text and _WHOLE.fullmatch(text) else None


def day_said(text: str | None) -> date | None:
    """A day of this century: further away nothing can be reckoned with."""
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return day if day and _FIRST <= day <= _LAST else None


def moment_said(text: str | None) -> datetime | None:
    """A moment of this century with its offset; a plus that was not encoded arrives as a space."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+")) if text else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo and _FIRST <= moment.date() <= _LAST else None


def object_said(text: str) -> dict[str, Any] | None:
    """A JSON object that a page of ours has put into a form."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
