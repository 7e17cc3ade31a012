"""Bases of HTTP bodies: what comes in is strict, what goes out is frozen."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints


class Body(BaseModel):
    """A request body; a field nobody knows is refused, so that a typing error is not silently lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(BaseModel):
    """An answer; a client ignores the fields of a newer server."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def _one_line(text: str) -> str:
    # The word is a field code of the catalogues (field.characters).
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in text):
        raise ValueError("characters")
    return text


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_one_line)]
"""One line of text that a person typed: trimmed, not empty, at most 200 characters, no control characters."""
