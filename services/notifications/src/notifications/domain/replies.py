"""What a client means by an answer of a word or two."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

LONGEST = 40
"""Letters; whoever writes more wants to be read by a person."""


class Meaning(StrEnum):
    """What is asked for; everything that is not plain is for people to read."""

    CONFIRM = "confirm"
    CANCEL = "cancel"
    STOP = "stop"
    UNCLEAR = "unclear"


_CONFIRM = """
    1 + ++ так да ага yes y ok okay ок окей добре хорошо буду підтверджую подтверждаю confirm прийду приду tak da
"""
_CANCEL = """
    0 - ні нет нi no n cancel скасувати скасуйте скасовую відміна відмінити отмена отменить отмените ni net
"""
_STOP = "stop стоп відписатися отписаться unsubscribe"
_MEANING_OF = {
    word: meaning
    for meaning, words in ((Meaning.CONFIRM, _CONFIRM), (Meaning.CANCEL, _CANCEL), (Meaning.STOP, _STOP))
    for word in words.split()
}
_NOT_BUT = re.compile(r"\b(не|not|don.?t)\b")


def meaning_of(text: str) -> Meaning:
    """The meaning of a short answer; two different words, or a "not" before one, are unclear."""
    said = unicodedata.normalize("NFKC", text).casefold().strip()
    if not said or len(said) > LONGEST or _NOT_BUT.search(said):
        return Meaning.UNCLEAR
    words = [word for word in re.split(r"[\s,.!;:()]+", said) if word]
    found = {_MEANING_OF[word] for word in words if word in _MEANING_OF}
    return found.pop() if len(found) == 1 else Meaning.UNCLEAR
