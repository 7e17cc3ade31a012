"""Every refusal and every cause has its words and its cure in three languages."""

import re

import pytest

import fiscal
from fiscal import errors
from fiscal.domain.reasons import Reason, fix_page, refusal
from kit.edge import texts_of
from kit.errors import Kind, Problem
from kit.ids import new_id
from kit.texts import LANGUAGES

TEXTS = texts_of(fiscal.__file__)


def concrete(kind: type[Problem]) -> set[type[Problem]]:
    found = {one for below in kind.__subclasses__() for one in concrete(below)}
    return found | ({kind} if "code" in kind.__dict__ else set())


CODES = sorted({problem.code for problem in concrete(errors.FiscalProblem)})


def test_there_are_refusals_and_no_two_share_a_code() -> None:
    assert len(CODES) == len(concrete(errors.FiscalProblem)) > 20


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_every_refusal_has_title_and_fix(code: str, language: str) -> None:
    for key in (code, f"{code}.fix"):
        text = TEXTS.find(language, key)
        assert text, f"{key} has no text in {language}"
        if language != "en":
            assert re.search("[а-яіїєґ]", text), f"{key} is not in {language}"


def test_no_text_is_left_of_a_refusal_that_is_gone() -> None:
    known = {key for code in CODES for key in (code, f"{code}.fix")}
    known |= {f"{one.code}.rule" for one in concrete(errors.FiscalProblem) if one.kind is Kind.FORBIDDEN}
    for language in LANGUAGES:
        assert {key for key in TEXTS.keys(language) if key.startswith("fiscal.")} == known


@pytest.mark.parametrize("reason", list(Reason))
def test_every_cause_is_a_refusal_with_a_page(reason: Reason) -> None:
    account, register = new_id(), new_id()
    problem = refusal(reason, account, register, "слова Checkbox")
    assert problem.code == f"fiscal.{reason}"
    assert problem.params()["reason_code"] == reason
    assert problem.fix_url == fix_page(reason, account, register)
