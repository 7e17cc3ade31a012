"""Every refusal of every service has its words and its cure in three languages."""

import importlib

import pytest

import kit.errors
import kit.second_person
from kit.errors import Kind, Problem
from kit.texts import LANGUAGES
from zapys_dev.databases import SERVICES
from zapys_dev.generated.product import wired_services
from zapys_dev.generated.refusals import declared


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.row("X1")
def test_every_refusal_says_what_and_how_to_cure_it(service: str) -> None:
    with wired_services() as wired:
        [texts] = [each.service.texts for each in wired if each.name == service]
    problems = declared(importlib.import_module(f"{service}.errors"))
    assert problems
    missing = [
        f"{language} {problem.code}{suffix}"
        for problem in problems
        for language in LANGUAGES
        for suffix in ("", ".fix")
        if not texts.find(language, f"{problem.code}{suffix}")
    ]
    assert missing == []
    assert all(problem.code.partition(".")[0] in (service, "access", "request") for problem in problems)


@pytest.mark.parametrize("service", SERVICES)
def test_the_three_catalogues_have_the_same_keys(service: str) -> None:
    with wired_services() as wired:
        [texts] = [each.service.texts for each in wired if each.name == service]
    keys = {language: texts.keys(language) for language in LANGUAGES}
    assert keys["uk"] == keys["ru"] == keys["en"]


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.row("X3")
def test_every_denial_says_which_rule_it_follows(service: str) -> None:
    with wired_services() as wired:
        [texts] = [each.service.texts for each in wired if each.name == service]
    own = declared(importlib.import_module(f"{service}.errors"))
    everywhere = [*declared(kit.errors), *declared(kit.second_person)]
    denials: list[type[Problem]] = [problem for problem in (*everywhere, *own) if problem.kind is Kind.FORBIDDEN]
    assert len(denials) >= 5
    missing = [f"{p.code} {each}" for p in denials for each in LANGUAGES if not texts.find(each, f"{p.code}.rule")]
    assert missing == []
