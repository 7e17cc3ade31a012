"""The platform itself: prices, the demo, wishes, messages to those who run it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from contracts.http import feedback
from contracts.http.identity import SignedInAnswer

from .calling import Call


@dataclass(frozen=True)
class Platform:
    """Identity's doors of the platform for one asker."""

    call: Call

    async def open_demo(self) -> SignedInAnswer:
        """Sign in as the owner of today's demo account."""
        return await self.call(SignedInAnswer, "POST", "/demo/sessions")

    async def ideas(self, *, with_hidden: bool | None = None) -> feedback.IdeasAnswer:
        """What people wish, the most wanted first; hidden ones too for the people of the platform."""
        return await self.call(feedback.IdeasAnswer, "GET", "/platform/ideas", query={"with_hidden": with_hidden})

    async def change_idea(self, idea_id: UUID, body: feedback.IdeaChangeBody) -> feedback.IdeaAnswer:
        """What becomes of a wish, or that nobody shall see it."""
        return await self.call(feedback.IdeaAnswer, "PATCH", f"/platform/ideas/{idea_id}", body=body)

    async def messages(self) -> feedback.PlatformMessages:
        """What people wrote, waiting ones first."""
        return await self.call(feedback.PlatformMessages, "GET", "/platform/messages")

    async def change_message(self, message_id: UUID, body: feedback.MessageChangeBody) -> feedback.PlatformMessage:
        """Whether somebody has answered."""
        return await self.call(feedback.PlatformMessage, "PATCH", f"/platform/messages/{message_id}", body=body)

    async def write_idea(self, body: feedback.IdeaBody, *, key: str) -> feedback.IdeaAnswer:
        """A new wish."""
        return await self.call(feedback.IdeaAnswer, "POST", "/platform/ideas", body=body, key=key)

    async def vote(self, idea_id: UUID) -> None:
        """For a wish, in the name of the caller's firm."""
        await self.call(object, "PUT", f"/platform/ideas/{idea_id}/vote")

    async def take_vote_back(self, idea_id: UUID) -> None:
        """As if it had not been given."""
        await self.call(object, "DELETE", f"/platform/ideas/{idea_id}/vote")

    async def write(self, body: feedback.MessageBody, *, key: str) -> feedback.MessageReceived:
        """To the people who run the product."""
        return await self.call(feedback.MessageReceived, "POST", "/platform/messages", body=body, key=key)
