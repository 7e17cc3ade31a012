"""Who may do what, and who asks for more: requests, API keys, settings with their effect, drafts of a registration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts.http import access as bodies
from contracts.http import api_keys as keys
from contracts.http.access import Step
from contracts.http.identity import SecondFactorDemand, SecondFactorDemandBody

from .calling import Call


@dataclass(frozen=True)
class Access:
    """Identity's API for who looks after rights and settings."""

    call: Call

    async def requests(self, account_id: UUID, *, state: str | None = None) -> bodies.AccessRequestsAnswer:
        """Requests for rights: all for who can decide, else the caller's own."""
        path = f"/accounts/{account_id}/access-requests"
        return await self.call(bodies.AccessRequestsAnswer, "GET", path, query={"state": state})

    async def ask(self, account_id: UUID, body: bodies.AccessRequestBody, *, key: str) -> bodies.AccessRequestAnswer:
        """Ask for rights, locations or the approval of one act."""
        path = f"/accounts/{account_id}/access-requests"
        return await self.call(bodies.AccessRequestAnswer, "POST", path, body=body, key=key)

    async def grant(self, account_id: UUID, request_id: UUID, body: bodies.GrantBody) -> bodies.AccessRequestAnswer:
        """Give what was asked for."""
        path = f"/accounts/{account_id}/access-requests/{request_id}/grant"
        return await self.call(bodies.AccessRequestAnswer, "POST", path, body=body)

    async def decline(self, account_id: UUID, request_id: UUID) -> bodies.AccessRequestAnswer:
        """Say no."""
        path = f"/accounts/{account_id}/access-requests/{request_id}/decline"
        return await self.call(bodies.AccessRequestAnswer, "POST", path)

    async def api_keys(self, account_id: UUID) -> keys.ApiKeysAnswer:
        """Keys in force."""
        return await self.call(keys.ApiKeysAnswer, "GET", f"/accounts/{account_id}/api-keys")

    async def make_api_key(self, account_id: UUID, body: keys.ApiKeyBody) -> keys.NewApiKeyAnswer:
        """A new key; this one answer holds it."""
        return await self.call(keys.NewApiKeyAnswer, "POST", f"/accounts/{account_id}/api-keys", body=body)

    async def revoke_api_key(self, account_id: UUID, key_id: UUID) -> None:
        """The key opens nothing any more."""
        await self.call(object, "DELETE", f"/accounts/{account_id}/api-keys/{key_id}")

    async def settings(self, account_id: UUID, *, expert: bool) -> bodies.SettingsAnswer:
        """Each setting with its effect and value."""
        path = f"/accounts/{account_id}/settings"
        return await self.call(bodies.SettingsAnswer, "GET", path, query={"expert": expert})

    async def factor_demand(self, account_id: UUID) -> SecondFactorDemand:
        """Whether dangerous acts need an authenticator app, and who has none."""
        return await self.call(SecondFactorDemand, "GET", f"/accounts/{account_id}/settings/second-factor")

    async def demand_factor(self, account_id: UUID, body: SecondFactorDemandBody) -> SecondFactorDemand:
        """Demand one, or stop demanding it."""
        return await self.call(SecondFactorDemand, "PUT", f"/accounts/{account_id}/settings/second-factor", body=body)

    async def visits(self, account_id: UUID) -> bodies.SupportVisitsAnswer:
        """When somebody of the platform was in the account, and why."""
        return await self.call(bodies.SupportVisitsAnswer, "GET", f"/accounts/{account_id}/support-visits")

    async def draft(self) -> bodies.DraftAnswer:
        """The registration that was begun."""
        return await self.call(bodies.DraftAnswer, "GET", "/me/registration-draft")

    async def keep_step(self, step: Step, values: Mapping[str, Any]) -> bodies.DraftAnswer:
        """Keep one step as its form stands."""
        path = f"/me/registration-draft/steps/{step}"
        return await self.call(bodies.DraftAnswer, "PUT", path, body={"values": dict(values)})

    async def drop_draft(self) -> None:
        """Forget it."""
        await self.call(object, "DELETE", "/me/registration-draft")
