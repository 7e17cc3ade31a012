"""Which column of somebody's file is which field of a card, guessed from its heading."""

from __future__ import annotations

from collections.abc import Sequence

_KNOWN = {
    "name": ("name", "first name", "client", "client name", "full name", "імʼя", "імя", "піб", "клієнт", "имя", "фио",
             "клиент", "прізвище та імʼя"),
    "surname": ("surname", "last name", "family name", "прізвище", "фамилия"),
    "phone": ("phone", "phone number", "mobile", "tel", "telephone", "телефон", "номер телефону", "номер телефона",
              "мобільний", "мобильный", "номер"),
    "email": ("email", "e-mail", "mail", "пошта", "електронна пошта", "ел. пошта", "почта", "электронная почта"),
    "note": ("note", "notes", "comment", "comments", "нотатка", "нотатки", "примітка", "примітки", "коментар",
             "заметка", "заметки", "примечание", "комментарий"),
    "language": ("language", "мова", "язык"),
}  # fmt: skip


def guessed(headings: Sequence[str]) -> dict[str, int]:
    """The number of the column for each field that a heading names; the first one wins."""
    found: dict[str, int] = {}
    for number, heading in enumerate(headings):
        plain = _plain(heading)
        for field, names in _KNOWN.items():
            if field not in found and plain in names:
                found[field] = number
                break
    return found


def _plain(heading: str) -> str:
    return " ".join(heading.replace("'", "ʼ").replace("’", "ʼ").lower().strip(" :*").split())
