"""Every refusal, right, role and act has words in three languages."""

import inspect
from pathlib import Path
from typing import get_args

import pytest

import identity
from contracts.permissions import Permission
from identity import errors
from identity.roles import DANGEROUS, PRESETS
from identity.usecases.audit import Action
from kit.edge import texts_of
from kit.errors import Problem
from kit.texts import LANGUAGES, Texts

FIELD_CODES = ("vanity_address", "login_code", "currency", "country", "email", "permission", "version")


@pytest.fixture(scope="module")
def texts() -> Texts:
    return texts_of(str(Path(identity.__file__)))


def refusals() -> list[type[Problem]]:
    found = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Problem)]
    return [kind for kind in found if kind.code.startswith("identity.")]


def needed() -> set[str]:
    codes = {refusal.code for refusal in refusals()}
    return (
        codes
        | {f"{code}.fix" for code in codes}
        | {f"field.{code}" for code in FIELD_CODES}
        | {f"role.{role}" for role in PRESETS}
        | {f"permission.{key}" for key in Permission}
        | {f"permission.{key}.why" for key in DANGEROUS}
        | {f"audit.{action}" for action in get_args(Action)}
    )


def test_there_are_refusals_and_their_codes_are_their_own() -> None:
    codes = [refusal.code for refusal in refusals()]
    assert len(codes) >= 15
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_has_words(texts: Texts, language: str) -> None:
    assert needed() - texts.keys(language) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_name_only_what_the_refusal_knows(texts: Texts, language: str) -> None:
    for refusal in refusals():
        known = {name: f"<{name}>" for name in inspect.signature(refusal).parameters}
        params = {**known, "retry_after_s": 7, "trace_id": "x"}
        for suffix in ("", ".detail", ".fix"):
            text = texts.find(language, refusal.code + suffix, params) or ""
            assert "{" not in text, text


def test_the_languages_differ(texts: Texts) -> None:
    same = [key for key in needed() if texts.get("uk", key) == texts.get("en", key) or texts.get("ru", key) == key]
    assert same == []
