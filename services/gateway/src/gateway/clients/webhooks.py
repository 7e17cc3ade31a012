"""Web hooks of an account."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from contracts.http import webhooks as bodies

from .calling import Call


@dataclass(frozen=True)
class Webhooks:
    """Web hooks for one asker."""

    call: Call

    async def listed(self, account_id: UUID) -> bodies.Webhooks:
        """All of the account, and the types that there are."""
        return await self.call(bodies.Webhooks, "GET", f"/accounts/{account_id}/webhooks")

    async def create(self, account_id: UUID, body: bodies.WebhookDraft, *, key: str) -> bodies.WebhookWithSecret:
        """A new one; only this answer holds its secret."""
        path = f"/accounts/{account_id}/webhooks"
        return await self.call(bodies.WebhookWithSecret, "POST", path, body=body, key=key)

    async def one(self, account_id: UUID, webhook_id: UUID) -> bodies.Webhook:
        """One of them."""
        return await self.call(bodies.Webhook, "GET", f"/accounts/{account_id}/webhooks/{webhook_id}")

    async def change(self, account_id: UUID, webhook_id: UUID, body: bodies.WebhookChange) -> bodies.Webhook:
        """Change, pause or go on."""
        return await self.call(bodies.Webhook, "PATCH", f"/accounts/{account_id}/webhooks/{webhook_id}", body=body)

    async def delete(self, account_id: UUID, webhook_id: UUID) -> object:
        """Take it away."""
        return await self.call(object, "DELETE", f"/accounts/{account_id}/webhooks/{webhook_id}")

    async def rotate(self, account_id: UUID, webhook_id: UUID, *, key: str) -> bodies.WebhookWithSecret:
        """A new secret."""
        path = f"/accounts/{account_id}/webhooks/{webhook_id}/rotate-secret"
        return await self.call(bodies.WebhookWithSecret, "POST", path, key=key)

    async def test(self, account_id: UUID, webhook_id: UUID, *, key: str) -> bodies.WebhookDelivery:
        """Send it something harmless."""
        path = f"/accounts/{account_id}/webhooks/{webhook_id}/test"
        return await self.call(bodies.WebhookDelivery, "POST", path, key=key)

    async def deliveries(
        self, account_id: UUID, webhook_id: UUID, *, cursor: str | None = None
    ) -> bodies.WebhookDeliveries:
        """What was told and what was not."""
        path = f"/accounts/{account_id}/webhooks/{webhook_id}/deliveries"
        return await self.call(bodies.WebhookDeliveries, "GET", path, query={"cursor": cursor})

    async def resend(
        self, account_id: UUID, webhook_id: UUID, delivery_id: UUID, *, key: str
    ) -> bodies.WebhookDelivery:
        """Tell it once more."""
        path = f"/accounts/{account_id}/webhooks/{webhook_id}/deliveries/{delivery_id}/resend"
        return await self.call(bodies.WebhookDelivery, "POST", path, key=key)
