"""Texts of messages: by kind and language, with a preview and their way through approval."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from contracts.http import notifications as bodies

from .calling import Call, segment


@dataclass(frozen=True)
class Text:
    """Which text: to whom, about what, in which language."""

    account_id: UUID
    recipient_type: str
    kind: str
    language: str

    @property
    def path(self) -> str:
        return f"/accounts/{self.account_id}/templates/{segment(self.kind)}/{segment(self.language)}"

    @property
    def query(self) -> dict[str, str]:
        return {"recipient_type": self.recipient_type}


@dataclass(frozen=True)
class MessageTexts:
    """Texts of an account for one asker."""

    call: Call

    async def listed(self, account_id: UUID) -> bodies.Templates:
        """Every kind in every language."""
        return await self.call(bodies.Templates, "GET", f"/accounts/{account_id}/templates")

    async def one(self, text: Text) -> bodies.Template:
        """One of them, with its longest filling."""
        return await self.call(bodies.Template, "GET", text.path, query=text.query)

    async def write(self, text: Text, body: bodies.TemplateDraft, *, version: int | None) -> bodies.Template:
        """A text of the account's own."""
        return await self.call(bodies.Template, "PUT", text.path, query=text.query, body=body, version=version)

    async def approve(self, text: Text) -> bodies.Template:
        """Put the waiting text in place."""
        return await self.call(bodies.Template, "POST", f"{text.path}/approve", query=text.query)

    async def reject(self, text: Text, body: bodies.TemplateRejection) -> bodies.Template:
        """Refuse the waiting text with a comment."""
        return await self.call(bodies.Template, "POST", f"{text.path}/reject", query=text.query, body=body)

    async def remove(self, text: Text) -> object:
        """Back to the standard text."""
        return await self.call(object, "DELETE", text.path, query=text.query)

    async def preview(self, account_id: UUID, body: bodies.TemplatePreviewRequest) -> bodies.TemplatePreview:
        """A draft filled in, with its parts and their price."""
        return await self.call(bodies.TemplatePreview, "POST", f"/accounts/{account_id}/templates/preview", body=body)
