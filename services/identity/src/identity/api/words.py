"""Names of rights and settings in the caller's language."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from kit import context
from kit.texts import Texts


@dataclass(frozen=True)
class Words:
    """The catalogues in one language."""

    texts: Texts
    language: str

    def get(self, key: str) -> str:
        """The text of a key."""
        return self.texts.get(self.language, key)

    def right(self, key: str) -> str:
        """The name of a right."""
        return self.get(f"permission.{key}")

    def of_danger(self, key: str) -> tuple[str, str]:
        """The name of a dangerous right and what can go wrong with it."""
        return self.right(key), self.get(f"permission.{key}.why")


async def _words(request: Request) -> Words:
    texts: Texts = request.app.state.texts
    return Words(texts, context.current().language)


WordsDep = Annotated[Words, Depends(_words)]
