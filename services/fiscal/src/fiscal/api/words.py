"""Causes in the caller's language, with the page of the cure."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from contracts.http.fiscal import Fix
from fiscal.domain.reasons import Reason, fix_page
from fiscal.errors import PREFIX
from kit import context
from kit.texts import Texts


@dataclass(frozen=True)
class Words:
    """The catalogues for one reader."""

    texts: Texts
    language: str
    base_url: str

    def reason(self, code: str | None, provider_text: str | None) -> str | None:
        """What the cause means."""
        if code is None:
            return None
        return self.texts.get(self.language, PREFIX + code, {"provider_text": provider_text or "—"})

    def fix(self, code: str | None, account_id: UUID, cash_register_id: UUID, provider_text: str | None) -> Fix | None:
        """What to do about the cause, and where."""
        if code is None:
            return None
        params = {"provider_text": provider_text or "—"}
        text = self.texts.get(self.language, f"{PREFIX}{code}.fix", params)
        return Fix(text=text, url=self.base_url + fix_page(Reason(code), account_id, cash_register_id))


async def _words(request: Request) -> Words:
    return Words(request.app.state.texts, context.current().language, request.app.state.base_url)


WordsDep = Annotated[Words, Depends(_words)]
