"""Services whose every text is a payload, and services that refuse whatever is sent to them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from .stage import Answer, Asked, No, Stage

WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_HUMAN = re.compile(r"[А-Яа-яЇїІіЄєҐґ]")
_ITS_OWN_WORDS = frozenset({"next_step"})


@dataclass
class Poisoned(Stage):
    """Whatever a person may have written comes back as `payload`: every value with a letter of Ukrainian in it.

    Ids, states and moments have none; so no list of fields is needed, and none is forgotten.
    """

    payload: str = ""
    poisoned: int = 0

    def said(self, asked: Asked, answer: Answer) -> Answer:
        """The same answer with other texts."""
        if answer is None or not self.payload:
            return answer
        if isinstance(answer, str):
            return self.payload
        told = answer.model_dump(mode="json", by_alias=True) if isinstance(answer, BaseModel) else answer
        spoilt: dict[str, Any] = self._spoilt(json.loads(json.dumps(told, default=_plain)))
        return spoilt

    def _spoilt(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: value[name] if name in _ITS_OWN_WORDS else self._spoilt(value[name]) for name in value}
        if isinstance(value, list):
            return [self._spoilt(one) for one in value]
        if isinstance(value, str) and _HUMAN.search(value):
            self.poisoned += 1
            return self.payload
        return value


@dataclass
class Refusing(Stage):
    """Every act is refused as a service refuses a body with nothing right in it; what is only looked at is shown."""

    is_refusing: bool = False

    def said(self, asked: Asked, answer: Answer) -> Answer:
        """The answer to a question; the refusal of an act."""
        is_question = asked.query.get("dry_run") == "true" or (
            isinstance(asked.body, dict) and asked.body.get("dry_run")
        )
        if not self.is_refusing or asked.method not in WRITING or is_question or asked.path.endswith(_QUESTIONS):
            return answer
        wrong = [{"pointer": pointer, "code": "wrong", "text": "Так не можна"} for pointer in _leaves(asked.body)]
        raise No(422, "request.invalid", title="Перевірте дані", errors=wrong)


@dataclass
class Counting(Stage):
    """Acts that nobody plays are refused and kept like the others: here it counts what was asked for."""

    def unplayed(self, asked: Asked) -> Answer:
        """No, where something was to be done."""
        if asked.method in WRITING:
            raise No(422, "request.invalid", title="Перевірте дані")
        return super().unplayed(asked)


_QUESTIONS = ("/preview", "/explain", "/explain-day", "/days", "/sessions/refresh")


def _leaves(value: Any, place: str = "") -> Iterator[str]:
    if isinstance(value, dict) and value:
        for name, one in value.items():
            yield from _leaves(one, f"{place}/{name}")
    elif isinstance(value, list) and value:
        for number, one in enumerate(value):
            yield from _leaves(one, f"{place}/{number}")
    elif place:
        yield place


def _plain(value: object) -> object:
    return value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else str(value)
