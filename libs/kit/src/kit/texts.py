"""Words for people: gettext catalogues in Ukrainian, Russian and English, one set per service.

A catalogue is `texts/<language>.po` inside the package of its owner; keys are codes (`booking.slot_taken.fix`), not
English sentences, so that a text can be bettered without touching code.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import contracts

LANGUAGES = ("uk", "ru", "en")
KIT_TEXTS = Path(__file__).parent / "texts"
SHARED_TEXTS = Path(contracts.__file__).parent / "texts"
"""Names of what the services share, such as rights: any of them may have to say them."""


class Texts:
    """The catalogues of one service with those of the contracts and of the kit behind them."""

    def __init__(self, *folders: Path) -> None:
        self._catalogues = {language: _load(language, [*folders, SHARED_TEXTS, KIT_TEXTS]) for language in LANGUAGES}

    def find(self, language: str, key: str, params: Mapping[str, Any] | None = None) -> str | None:
        """The text of `key` with `{placeholders}` filled in, or none where the catalogue has no such key."""
        catalogue = self._catalogues.get(language) or self._catalogues["uk"]
        text = catalogue.gettext(key)
        if text == key:
            return None
        return _fill(text, params or {})

    def get(self, language: str, key: str, params: Mapping[str, Any] | None = None) -> str:
        """As `find`; a missing key answers itself, so that it is seen at once."""
        return self.find(language, key, params) or key

    def plural(self, language: str, key: str, count: int, params: Mapping[str, Any] | None = None) -> str:
        """The form of `key` that agrees with `count`; `{count}` is filled in."""
        catalogue = self._catalogues.get(language) or self._catalogues["uk"]
        return _fill(catalogue.ngettext(key, key + ".many", count), {**(params or {}), "count": count})

    def keys(self, language: str) -> frozenset[str]:
        """Every key that the language has a text for."""
        catalog: Mapping[Any, str] = self._catalogues[language]._catalog  # type: ignore[attr-defined]  # noqa: SLF001
        return frozenset(key if isinstance(key, str) else key[0] for key, text in catalog.items() if key and text)


def negotiate(accept_language: str | None, default: str = "uk") -> str:
    """The best of our languages for an Accept-Language header; unknown or broken headers give `default`."""
    best, best_quality = default, 0.0
    for part in (accept_language or "").split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        language = tag.strip().lower().split("-")[0]
        if language in LANGUAGES and quality > best_quality:
            best, best_quality = language, quality
    return best


class _Visible(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _fill(text: str, params: Mapping[str, Any]) -> str:
    return text.format_map(_Visible({name: _shown(value) for name, value in params.items()})) if "{" in text else text


def _shown(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple | set | frozenset) else value


def _load(language: str, folders: Iterable[Path]) -> gettext.GNUTranslations:
    merged: gettext.GNUTranslations | None = None
    for folder in reversed(list(folders)):
        path = folder / f"{language}.po"
        if not path.exists():
            continue
        with path.open("rb") as source:
            catalogue = read_po(source, locale=language)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        translations = gettext.GNUTranslations(compiled)
        if merged is not None:
            translations._catalog = {**merged._catalog, **translations._catalog}  # type: ignore[attr-defined]  # noqa: SLF001
        merged = translations
    if merged is None:
        raise FileNotFoundError(f"no catalogue for {language}")
    return merged
