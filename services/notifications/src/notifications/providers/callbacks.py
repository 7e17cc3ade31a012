"""What a provider's call says, whatever form it comes in: JSON, a form or a query."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from kit.providers import read_json


def fields_of(body: bytes, query: str) -> dict[str, Any]:
    """The fields of a call; of a query where the body holds none. Texts are as a database can keep them."""
    try:
        parsed = read_json(body)
    except ValueError:
        parsed = None
    if isinstance(parsed, dict):
        return parsed
    pairs = parse_qsl(body.decode("utf-8", errors="replace")) or parse_qsl(query)
    return {name: value.replace("\0", "") for name, value in pairs}


def data_of(said: dict[str, Any]) -> dict[str, Any]:
    """What a call nests under `data`; a form spells such fields `data[message_id]`."""
    inner = said.get("data")
    data: dict[str, Any] = inner if isinstance(inner, dict) else {}
    return {**data, **{name[5:-1]: value for name, value in said.items() if name.startswith("data[")}}
