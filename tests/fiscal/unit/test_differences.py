"""Every kind of difference has its meaning, its cure and its page in three languages."""

import re

import pytest

import fiscal
from fiscal.domain.differences import DifferenceCode, page_of
from fiscal.domain.price_list import BASE, EXTRAS
from fiscal.reconciling import DIFFERENCES
from kit.edge import texts_of
from kit.ids import new_id
from kit.texts import LANGUAGES

TEXTS = texts_of(fiscal.__file__)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_difference_and_every_extra_has_its_words(language: str) -> None:
    keys = [f"difference.{code}{end}" for code in DifferenceCode for end in ("", ".fix")]
    keys += [f"extra.{extra.key}{end}" for extra in (BASE, *EXTRAS) for end in ("", ".text")]
    for key in keys:
        text = TEXTS.find(language, key)
        assert text, f"{key} has no text in {language}"
        assert bool(re.search("[а-яіїєґ]", text)) == (language != "en"), key
    listed = {key for key in TEXTS.keys(language) if key.startswith(("difference.", "extra."))}
    assert listed == set(keys), "no text is left of what is gone"


def test_the_statement_looks_for_every_kind_and_for_no_other() -> None:
    known = {code.value for code in DifferenceCode}
    named = set(re.findall(r"(?:SELECT|THEN|ELSE) '([a-z_]+)'", DIFFERENCES.text))
    assert named == known


@pytest.mark.parametrize("code", list(DifferenceCode))
def test_every_difference_leads_to_a_page_of_the_account(code: DifferenceCode) -> None:
    account = new_id()
    for booking in (None, new_id()):
        assert page_of(code, account, booking, new_id()).startswith(f"/manage/{account}/")
