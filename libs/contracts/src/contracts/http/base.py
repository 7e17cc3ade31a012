"""Bases of HTTP bodies: what comes in is strict, what goes out is frozen."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic_core import CoreSchema, core_schema


class Body(BaseModel):
    """A request body; a field nobody knows is refused, so that a typing error is not silently lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(BaseModel):
    """An answer; a client ignores the fields of a newer server."""

    # A process builds the schema of an answer with the first that it gives or gets: the rest are megabytes unused.
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


_NOT_IN_A_LINE = ("Cc", "Cs", "Zl", "Zp")
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that turn the direction of writing, so that a text shows as something else than it is."""


def _one_line(text: str) -> str:
    # The word is a field code of the catalogues (field.characters).
    if any(unicodedata.category(sign) in _NOT_IN_A_LINE or sign in TURNING for sign in text):
        raise ValueError("characters")
    if all(unicodedata.category(sign)[0] in "CZ" for sign in text):
        raise ValueError("characters")  # spaces of no width
    return text


@dataclass(frozen=True)
class Shape:
    """The form of a text; `word` is the field code (`field.<word>` of the catalogues) that explains it to people."""

    pattern: str
    word: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^{self.pattern}$"}

    def _checked(self, text: str) -> str:
        if not re.fullmatch(self.pattern, text, re.ASCII):
            raise ValueError(self.word)
        return text


OneLine = AfterValidator(lambda text: _one_line(text) if text else text)
"""No control characters and none that turn the direction of writing; what travels in a header needs it too."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_one_line)]
"""One line of text that a person typed: trimmed, something to be seen in it, at most 200 characters, no control
characters and none that turn the direction of writing."""

CurrencyCode = Annotated[str, Shape("[A-Z]{3}", "currency")]
CountryCode = Annotated[str, Shape("[A-Z]{2}", "country")]
