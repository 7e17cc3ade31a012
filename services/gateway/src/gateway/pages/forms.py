"""A form as it was sent: typed values, what is wrong with them, and the guards against doubling and forgery."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from starlette.datastructures import FormData

from . import words
from .said import number_said
from .words import t

_AMOUNT = re.compile(r"[0-9]{1,13}(\.[0-9]{0,2})?")


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong; without a field it concerns the whole form."""

    field: str | None
    text: str
    label: str = ""


@dataclass
class Form:
    """Values by field name, with what was wrong about them. An empty one is a form not yet sent."""

    values: Mapping[str, list[str]] = field(default_factory=dict)
    errors: list[Mistake] = field(default_factory=list)
    summary: str = ""
    fix: Mapping[str, Any] | None = None
    trace_id: str = ""
    code: str = ""
    """Of the refusal that was noted."""
    amounts: set[str] = field(default_factory=set)
    """Fields that were read as money."""

    @classmethod
    def sent(cls, data: FormData) -> Form:
        """From a request; files are not expected here and are ignored."""
        values: dict[str, list[str]] = {}
        for name, value in data.multi_items():
            if isinstance(value, str):
                values.setdefault(name, []).append(value)
        return cls(values)

    @classmethod
    def of(cls, **values: object) -> Form:
        """Filled with what is known already."""
        filled: dict[str, list[str]] = {}
        for name, value in values.items():
            if isinstance(value, list | tuple | set | frozenset):
                filled[name] = [str(one) for one in value]
            elif value is not None:
                filled[name] = [str(value)]
        return cls(filled)

    def value(self, name: str) -> str:
        """As typed; empty when it is not there."""
        found = self.values.get(name)
        return found[0] if found else ""

    def text(self, name: str) -> str | None:
        """Trimmed, none when there is nothing."""
        return self.value(name).strip() or None

    def many(self, name: str) -> list[str]:
        """All values of a field that may come several times."""
        return [value for value in self.values.get(name, []) if value]

    def has(self, name: str, value: str = "on") -> bool:
        """Whether a box is ticked."""
        return value in self.values.get(name, [])

    def whole(self, name: str) -> int | str | None:
        """A whole number where it is one; otherwise as typed, so that the owner of the rule can refuse it."""
        typed = self.text(name)
        number = number_said(typed)
        return typed if number is None else number

    def minor_units(self, name: str) -> int | str | None:
        """`1 234,50` as 123450; what is no amount stays as typed, so that the owner of the rule can refuse it."""
        self.amounts.add(name)
        typed = self.text(name)
        if typed is None:
            return None
        cleaned = "".join(typed.split()).replace(",", ".").removesuffix("₴")
        if not _AMOUNT.fullmatch(cleaned):
            return typed
        whole, _, minor = cleaned.partition(".")
        return int(whole) * 100 + int((minor or "0").ljust(2, "0"))

    @property
    def key(self) -> str | None:
        """The key against doubling that the page came with."""
        return self.text("idempotency_key")

    def error(self, name: str) -> str | None:
        """What is wrong with one field."""
        return next((mistake.text for mistake in self.errors if mistake.field == name), None)

    def is_wrong(self, *starts: str) -> bool:
        """Whether something is wrong with a field whose name begins so."""
        return any(mistake.field and mistake.field.startswith(starts) for mistake in self.errors)

    @property
    def named(self) -> list[Mistake]:
        """What is wrong with single fields."""
        return [mistake for mistake in self.errors if mistake.field]

    @property
    def general(self) -> list[Mistake]:
        """What is wrong with the whole."""
        return [mistake for mistake in self.errors if not mistake.field]

    def refuse(self, name: str | None, text: str, label: str = "") -> Form:
        """Note a mistake."""
        self.summary = self.summary or t("form.has_errors")
        self.errors.append(Mistake(name, text, label or _label(name)))
        return self

    def note(self, problem: Mapping[str, Any], fields: Mapping[str, str] | None = None) -> Form:
        """Take over a refusal: its field errors go beside the fields that `fields` maps their pointers to.

        `fields` maps the start of a JSON pointer (`/client/phone`) to a field of this form; without a match the last
        segment of the pointer is tried.
        """
        self.summary = str(problem.get("title") or t("form.has_errors"))
        self.fix = problem.get("fix")
        self.trace_id = str(problem.get("trace_id") or "")
        self.code = str(problem.get("code") or "")
        found = problem.get("errors") or []
        for error in found:
            name = self._field_of(str(error.get("pointer", "")), fields or {})
            text = (
                t("form.no_amount")
                if name in self.amounts and error.get("code") in ("int", "number")
                else error.get("text")
            )
            self.errors.append(Mistake(name, str(text or ""), _label(name)))
        detail = problem.get("detail")
        if not found:
            self.errors.append(Mistake(None, str(detail) if detail and detail != self.summary else ""))
        return self

    def _field_of(self, pointer: str, fields: Mapping[str, str]) -> str | None:
        for start, name in fields.items():
            if pointer == start or pointer.startswith(f"{start}/"):
                return name
        last = pointer.rsplit("/", 1)[-1]
        return last if last in self.values else None


def _label(name: str | None) -> str:
    """What a field is called; empty where it has no name of its own, so that no key is ever shown."""
    return (words.find(f"label.{name}") or "") if name else ""


def uuids(values: Iterable[str]) -> list[UUID]:
    """Those of the values that are ids."""
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found
