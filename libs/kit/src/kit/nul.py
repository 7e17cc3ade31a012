"""The one character that PostgreSQL cannot store: refused at the door, with the names of the fields that hold it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from .errors import FieldError, InvalidInput

_WRITTEN_IN_JSON = b"\\u0000"
_WRITTEN_IN_QUERY = b"%00"


def refuse_in_body(body: bytes) -> None:
    """Raise `InvalidInput` when a JSON body holds a null character."""
    if _WRITTEN_IN_JSON not in body:
        return
    try:
        _refuse(_pointers(json.loads(body), ""))
    except (ValueError, RecursionError):
        return  # no JSON: whoever reads it next says so


def refuse_in_query(query: bytes) -> None:
    """Raise `InvalidInput` when a parameter of a query string holds a null character."""
    if _WRITTEN_IN_QUERY in query:
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        _refuse([f"query/{name}" for name, value in pairs if "\0" in value])


def _refuse(pointers: list[str]) -> None:
    if pointers:
        raise InvalidInput([FieldError(pointer or "/", "characters", {}) for pointer in pointers])


def _pointers(value: Any, pointer: str) -> list[str]:
    if isinstance(value, str):
        return [pointer] if "\0" in value else []
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, part in pairs for found in _pointers(part, f"{pointer}/{key}")]
