"""Parameters of the HTTP gateway: query, form or JSON, one way per request; and the token in one of four places."""

import json
import re
from collections.abc import Iterable
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request

from simulators.turbosms.codes import Refused

_KEY = re.compile(r"[^\[\]]+|\[\]")


async def parameters(request: Request) -> dict[str, Any]:
    """What the caller passed; `Refused` where the body cannot be read."""
    if "application/json" in request.headers.get("content-type", ""):
        raw = await request.body()
        if not raw.strip():
            return {}
        try:
            parsed = json.loads(raw)
        except ValueError as error:
            raise Refused(502) from error
        if not isinstance(parsed, dict):
            raise Refused(300)
        return parsed
    form: FormData = await request.form()
    pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return nested(pairs or request.query_params.multi_items())


def token_of(request: Request, given: dict[str, Any]) -> str:
    """The token of the call; `Refused` where there is none. `Basic` carries the raw token, not base64."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() in {"bearer", "basic"} and value.strip():
        return value.strip()
    token = request.query_params.get("token") or given.get("token")
    if not token:
        raise Refused(103)
    return str(token)


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """`sms[text]=…` and `recipients[]=…` as the nested values that they stand for."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        keys = _KEY.findall(name)
        if not keys:
            continue
        _set(tree, keys, value)
    return tree


def _set(tree: dict[str, Any], keys: list[str], value: str) -> None:
    *path, last = keys
    is_list = last == "[]" or (last.isdigit() and bool(path))
    if is_list:
        last, path = (path[-1], path[:-1]) if path else (last, path)
    for key in path:
        branch = tree.setdefault(key, {})
        if not isinstance(branch, dict):
            return
        tree = branch
    if is_list:
        known = tree.setdefault(last, [])
        if isinstance(known, list):
            known.append(value)
    else:
        tree[last] = value
