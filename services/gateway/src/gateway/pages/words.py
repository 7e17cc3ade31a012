"""Words of the pages, in the language of the running request.

Catalogues: one folder of `texts` per area of pages (`texts/pages` holds what several say, `texts/help` the help pages),
`texts` itself the gateway's own refusals, and the kit's words lie behind them all.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from kit import context
from kit.texts import Texts

_FOLDER = Path(__file__).parent.parent / "texts"

_DAY_S = 24 * 3600

LANGUAGE_NAMES = {"uk": "Українська", "ru": "Русский", "en": "English"}


@cache
def texts() -> Texts:
    """All words of the pages; read once."""
    return Texts(*(folder for folder in sorted(_FOLDER.iterdir()) if folder.is_dir()), _FOLDER)


def t(key: str, **params: Any) -> str:
    """The text of `key`; a missing one answers its key, so that it is seen at once."""
    return texts().get(context.current().language, key, params)


def find(key: str, **params: Any) -> str | None:
    """The text of `key`, or none where there is no such text."""
    return texts().find(context.current().language, key, params)


def n(key: str, count: int, **params: Any) -> str:
    """The form of `key` that agrees with `count`."""
    return texts().plural(context.current().language, key, count, params)


def duration(minutes: int) -> str:
    """`1 год 30 хв`."""
    hours, rest = divmod(minutes, 60)
    parts = [t("unit.hours", count=hours)] if hours else []
    if rest or not hours:
        parts.append(t("unit.minutes", count=rest))
    return "\u00a0".join(parts)


def age(seconds: int) -> str:
    """How long something waits: `45 хв`, `3 год 5 хв`, `2 дні`."""
    if seconds < _DAY_S:
        return duration(max(seconds, 0) // 60)
    return n("unit.days_long", seconds // _DAY_S)
