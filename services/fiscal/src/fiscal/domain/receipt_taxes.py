"""Tax codes on the lines of a receipt, where the owner of the register has to state them."""

from collections.abc import Mapping, Sequence
from typing import Any


def with_taxes(body: Mapping[str, Any], codes: Sequence[int], sale: Mapping[str, Any] | None) -> dict[str, Any]:
    """The body with the register's codes on every line that has none yet.

    A return states what its sale stated, by the code of the good, whatever the register's codes are by then.
    """
    stated = _stated(sale) if sale is not None else {}
    goods = [_line(line, stated.get(line["good"]["code"], []) if sale is not None else codes) for line in body["goods"]]
    return {**body, "goods": goods}


def _line(line: Mapping[str, Any], codes: Sequence[int]) -> dict[str, Any]:
    if not codes or line["good"].get("tax"):
        return dict(line)
    return {**line, "good": {**line["good"], "tax": list(codes)}}


def _stated(sale: Mapping[str, Any]) -> dict[str, list[int]]:
    return {line["good"]["code"]: list(line["good"].get("tax") or []) for line in sale["goods"]}
