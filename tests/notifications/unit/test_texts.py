"""Every code has its words, and its next step, in every language."""

import re

import pytest

import notifications
from kit.edge import texts_of
from kit.errors import Problem
from kit.texts import LANGUAGES
from notifications import errors
from notifications.domain.facts import CLIENT_KINDS, Kind
from notifications.domain.reasons import Reason
from notifications.domain.segments import measure
from notifications.wording import VARIABLES

TEXTS = texts_of(notifications.__file__ or "")
PROBLEMS = [problem for problem in vars(errors).values() if isinstance(problem, type) and issubclass(problem, Problem)]
BOOKING_KINDS = (Kind.CREATED, Kind.RESCHEDULED, Kind.CANCELLED)
TEMPLATES = [f"sms.client.{kind}" for kind in CLIENT_KINDS] + [f"sms.staff.{kind}" for kind in BOOKING_KINDS]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_text_and_a_fix(reason: Reason, language: str) -> None:
    assert TEXTS.find(language, f"reason.{reason}")
    assert TEXTS.find(language, f"reason.{reason}.fix")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_a_title_and_a_fix(language: str) -> None:
    declared = [problem for problem in PROBLEMS if problem is not Problem]
    assert len(declared) >= 7
    for problem in declared:
        assert TEXTS.find(language, problem.code), problem.code
        assert TEXTS.find(language, f"{problem.code}.fix"), problem.code


def test_the_languages_say_the_same_things() -> None:
    uk, ru, en = (TEXTS.keys(language) for language in LANGUAGES)
    assert uk == ru == en


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", TEMPLATES)
def test_a_standard_text_uses_known_variables_only(key: str, language: str) -> None:
    text = TEXTS.get(language, key)
    assert text != key
    assert set(re.findall(r"{(\w+)}", text)) <= set(VARIABLES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_login_code_is_one_part(language: str) -> None:
    words = TEXTS.get(language, "sms.login_code", {"code": "123456"})
    assert measure(f"{words}\n\n@zapys.ua #123456").parts == 1
