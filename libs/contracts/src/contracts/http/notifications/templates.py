"""Texts of messages: the account's own, their approval, their length and price."""

from __future__ import annotations

from typing import Literal

from pydantic import (
    AwareDatetime,
    Field,
    StrictBool,
)

from contracts.base import Language, Money
from contracts.http.base import Answer, Body

from .settings import Kind


class Measured(Answer):
    """A filled-in text and what it costs."""

    text: str
    alphabet: Literal["gsm", "ucs2"]
    units: int = Field(description="Septets or UTF-16 units.")
    parts: int
    left_in_part: int = Field(description="Units until one more part is needed.")
    price: Money


class Template(Answer):
    """The text of one kind in one language, with a filled-in example.

    `text` is what was written last, `used_text` what goes out: they differ while a new text waits for approval."""

    kind: str
    recipient_type: Literal["client", "staff"]
    language: Language
    state: Literal["standard", "draft", "pending", "approved", "rejected"] = "standard"
    text: str
    used_text: str
    transliterate: bool = False
    comment: str | None = Field(default=None, description="What whoever rejected it has said.")
    author_name: str | None = None
    written_at: AwareDatetime | None = None
    decided_by_name: str | None = None
    decided_at: AwareDatetime | None = None
    variables: list[str]
    example: str
    example_parts: int
    longest: Measured | None = Field(
        default=None, description="With the longest values that this account really has; in the answer about one text."
    )
    version: int = 0


class Templates(Answer):
    items: list[Template]


class TemplateDraft(Body):
    """A text of the account's own. It goes out once somebody else has approved it; until then the old one does."""

    text: str = Field(min_length=1, max_length=1000)
    transliterate: StrictBool = Field(default=False, description="Send it in Latin letters, which needs fewer parts.")
    submit: StrictBool = Field(default=True, description="Off: keep it as a draft that nobody is asked to check.")


class TemplateRejection(Body):
    comment: str = Field(min_length=1, max_length=500)


class TemplatePreviewRequest(Body):
    """A draft to look at; without a text the one in use is shown."""

    kind: Kind
    recipient_type: Literal["client", "staff"] = "client"
    language: Language = "uk"
    text: str | None = Field(default=None, min_length=1, max_length=1000)
    transliterate: StrictBool = False


class TemplatePreview(Measured):
    """The draft filled in, and what it costs."""

    longest: Measured = Field(description="With the longest values that this account really has.")
    longest_transliterated: Measured = Field(description="The same in Latin letters.")
