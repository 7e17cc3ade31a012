"""Every mistake that a service finds in a field has words in all languages: nobody reads a bare code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kit.texts import LANGUAGES

ROOT = Path(__file__).parents[2]
FOLDERS = ["libs/kit/src/kit", *(f"services/{name}/src/{name}" for name in ("booking", "identity", "notifications"))]
FOLDERS += ["services/fiscal/src/fiscal"]
_SAID = re.compile(r"""(?:InvalidInput\.of|FieldError)\(\s*(?:f?"[^"]*"|[\w.]+),\s*"([a-z_]+)\"""")
_KEY = re.compile(r'msgid "field\.([a-z_]+)"')


def _words(folder: str, language: str) -> set[str]:
    return {key for file in (ROOT / folder).rglob(f"{language}.po") for key in _KEY.findall(file.read_text())}


@pytest.mark.parametrize("folder", FOLDERS)
def test_mistakes_in_fields_have_words(folder: str) -> None:
    said = {code for file in (ROOT / folder).rglob("*.py") for code in _SAID.findall(file.read_text())}
    assert said
    for language in LANGUAGES:
        assert said <= _words(folder, language) | _words(FOLDERS[0], language), language
