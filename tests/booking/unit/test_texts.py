"""Whatever booking refuses or explains, it says in three languages, with the next step."""

import pytest

from booking.domain.reasons import Code
from booking.errors import PROBLEMS
from booking.words import TEXTS
from kit.texts import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.code)
def test_every_refusal_has_a_title_and_a_next_step(problem, language):
    assert TEXTS.find(language, problem.code)
    assert TEXTS.find(language, f"{problem.code}.fix")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", Code)
def test_every_reason_has_words_for_staff_and_for_clients(code, language):
    for key in (f"reason.{code}", f"reason.{code}.fix", f"reason.{code}.public_fix"):
        assert TEXTS.find(language, key), key


def test_the_three_languages_know_the_same_things():
    ukrainian, russian, english = (TEXTS.keys(language) for language in ("uk", "ru", "en"))
    assert ukrainian == russian == english


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_public_is_not_told_about_other_people(language):
    private = {
        Code.TAKEN: ("запис у", "запись у", "has a booking"),
        Code.TIME_OFF: ("неробочий", "нерабочее", "time off"),
        Code.STAFF_DELETED: ("більше не", "больше не", "no longer"),
    }
    for code, words in private.items():
        said = TEXTS.get(language, f"reason.{code}.public", {"staff": "Олена"})
        assert not any(word in said for word in words)
