"""The played services as they look on pictures: no marks of other tests, and days, lists and sums that agree."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from tests.gateway.pages.stage import Answer, Asked, Stage

_MARKUP = re.compile(r"<script>.*?</script>|</?[a-z]+>|=HYPERLINK\(|\)$")
_REGISTERED = "registered"
_REVIEWS = (
    ("Ірина", 5, "Стрижка тримається вже місяць."),
    ("Максим", 5, "Прийняли вчасно, кава смачна."),
    ("Оксана", 4, "Колір чудовий, тільки важко припаркуватися."),
)


class Tidy(Stage):
    """The same services, tidied up."""

    def said(self, asked: Asked, answer: Answer) -> Answer:
        """Plain words, and what does not belong together taken apart."""
        if answer is None or isinstance(answer, str):
            return answer
        told = answer.model_dump(mode="json", by_alias=True) if isinstance(answer, BaseModel) else answer
        plain: dict[str, Any] = _plain(json.loads(json.dumps(told, default=_as_json)))
        for path, tidy in _BY_PATH.items():
            if asked.method == "GET" and re.search(path, asked.path):
                tidy(plain, asked)
        return plain


def _as_json(value: object) -> object:
    return value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: value[name] if name in ("about_html", "css") else _plain(value[name]) for name in value}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return _MARKUP.sub("", value).strip() if isinstance(value, str) and "<" in value else value


def _undelivered(told: dict[str, Any], _: Asked) -> None:
    told["items"] = [one for one in told["items"] if one.get("state") != "delivered"]


def _waiting(told: dict[str, Any], asked: Asked) -> None:
    if asked.query.get("state") or asked.query.get("states"):
        told["items"] = [one for one in told["items"] if one.get("state") != _REGISTERED]


def _paid(told: dict[str, Any], _: Asked) -> None:
    for one in told["items"]:
        if one.get("state") == "paid":
            for attempt in one.get("payments") or []:
                attempt |= {"state": "paid", "reason_text": None, "reason_code": None}


def _out_of_sight(told: dict[str, Any], _: Asked) -> None:
    for column in told.get("columns") or []:
        for one in column["bookings"]:
            if one.get("client"):
                one["client"]["phone"] = "+380•••67"


def _reviews(told: dict[str, Any], _: Asked) -> None:
    first = told["items"][0]
    told["items"] = [
        {**first, "id": first["id"][:-1] + str(number), "client_name": name, "rating": rating, "text": text}
        | ({} if number == 0 else {"answer": None, "reply": None, "owner_reply": None})
        for number, (name, rating, text) in enumerate(_REVIEWS)
    ]
    told["rating"] = {"average": 4.7, "count": len(_REVIEWS)}


def _rated(told: dict[str, Any], _: Asked) -> None:
    if told.get("rating", {}).get("count"):
        told["rating"] = {"average": 4.7, "count": len(_REVIEWS)}


def _added_up(told: dict[str, Any], _: Asked) -> None:
    for total in told.get("totals") or []:
        for name in ("sold", "given_back", "net", "tips", "entries", "reversals"):
            total[name] = sum(one[name] for one in told["items"])


_BY_PATH: dict[str, Callable[[dict[str, Any], Asked], None]] = {
    r"^/accounts/[^/]+/notifications$": _undelivered,
    r"^/accounts/[^/]+/receipts$": _waiting,
    r"^/accounts/[^/]+/payments$": _paid,
    r"^/accounts/[^/]+/calendar$": _out_of_sight,
    r"^/public/[^/]+/reviews$": _reviews,
    r"^/public/levada$": _rated,
    r"^/accounts/[^/]+/finance/(report|day|register|payment_type|staff_member|service)": _added_up,
}
