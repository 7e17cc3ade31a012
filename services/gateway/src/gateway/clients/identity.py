"""Signing in, the caller's profile, accounts, members, rights, audit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.http import access
from contracts.http import identity as bodies
from contracts.http.identity.profile import ErasedLogin, EraseLoginBody

from .calling import Call


@dataclass(frozen=True)
class Identity:
    """Identity's API for one asker."""

    call: Call

    async def ask_for_code(self, body: bodies.LoginCodeBody) -> bodies.LoginCodeAnswer:
        """Have a login code sent."""
        return await self.call(bodies.LoginCodeAnswer, "POST", "/auth/codes", body=body)

    async def sign_in(self, body: bodies.SignInBody) -> bodies.SignedInAnswer:
        """Tokens for a code."""
        return await self.call(bodies.SignedInAnswer, "POST", "/auth/sessions", body=body)

    async def step_up(self, body: bodies.StepUpBody) -> bodies.StepUpAnswer:
        """An access token that is good for dangerous acts, for a fresh code."""
        return await self.call(bodies.StepUpAnswer, "POST", "/auth/step-up", body=body)

    async def sign_in_second(self, body: bodies.SecondStepBody) -> bodies.SignedInAnswer:
        """Tokens for a code of the second factor, after the one from the SMS."""
        return await self.call(bodies.SignedInAnswer, "POST", "/auth/sessions/second-factor", body=body)

    async def refresh(self, refresh_token: str) -> bodies.TokensAnswer:
        """A new pair of tokens for an unused refresh token."""
        body = bodies.RefreshBody(refresh_token=refresh_token)
        return await self.call(bodies.TokensAnswer, "POST", "/auth/sessions/refresh", body=body)

    async def sessions(self) -> bodies.SessionsAnswer:
        """The devices on which the caller is signed in."""
        return await self.call(bodies.SessionsAnswer, "GET", "/auth/sessions")

    async def end_session(self, session_id: UUID) -> None:
        """Sign one device out."""
        await self.call(object, "DELETE", f"/auth/sessions/{session_id}")

    async def me(self) -> bodies.ProfileAnswer:
        """The caller with the memberships in force."""
        return await self.call(bodies.ProfileAnswer, "GET", "/me")

    async def erase_me(self) -> ErasedLogin:
        """Have the login itself forgotten."""
        return await self.call(ErasedLogin, "POST", "/me/erase", body=EraseLoginBody(confirm="erase"))

    async def change_me(self, body: bodies.ProfileBody) -> bodies.ProfileAnswer:
        """Name, language, channels; only what is set changes."""
        return await self.call(bodies.ProfileAnswer, "PATCH", "/me", body=body)

    async def accounts(self) -> bodies.AccountsAnswer:
        """The accounts in which the caller works."""
        return await self.call(bodies.AccountsAnswer, "GET", "/accounts")

    async def register_account(self, body: bodies.AccountBody, *, key: str) -> bodies.AccountAnswer:
        """A new account owned by the caller."""
        return await self.call(bodies.AccountAnswer, "POST", "/accounts", body=body, key=key)

    async def account(self, account_id: UUID) -> bodies.AccountAnswer:
        """An account with its settings."""
        return await self.call(bodies.AccountAnswer, "GET", f"/accounts/{account_id}")

    async def change_account(
        self, account_id: UUID, body: bodies.AccountChangeBody, *, version: int | None = None
    ) -> bodies.AccountAnswer:
        """Settings; only what is set changes."""
        path = f"/accounts/{account_id}"
        return await self.call(bodies.AccountAnswer, "PATCH", path, body=body, version=version)

    async def members(self, account_id: UUID, *, with_removed: bool | None = None) -> bodies.MembersAnswer:
        """Members by name."""
        query = {"with_removed": with_removed}
        return await self.call(bodies.MembersAnswer, "GET", f"/accounts/{account_id}/members", query=query)

    async def add_member(self, account_id: UUID, body: bodies.MemberBody, *, key: str) -> bodies.MemberAnswer:
        """A new member."""
        return await self.call(bodies.MemberAnswer, "POST", f"/accounts/{account_id}/members", body=body, key=key)

    async def change_member(
        self, account_id: UUID, member_id: UUID, body: bodies.MemberChangeBody, *, version: int | None = None
    ) -> bodies.MemberAnswer:
        """Role, rights, scope; only what is set changes."""
        path = f"/accounts/{account_id}/members/{member_id}"
        return await self.call(bodies.MemberAnswer, "PATCH", path, body=body, version=version)

    async def remove_member(
        self, account_id: UUID, member_id: UUID, *, version: int | None = None
    ) -> bodies.MemberAnswer:
        """End a membership; it can be restored."""
        path = f"/accounts/{account_id}/members/{member_id}"
        return await self.call(bodies.MemberAnswer, "DELETE", path, version=version)

    async def restore_member(self, account_id: UUID, member_id: UUID, *, key: str) -> bodies.MemberAnswer:
        """Bring a removed member back."""
        path = f"/accounts/{account_id}/members/{member_id}/restore"
        return await self.call(bodies.MemberAnswer, "POST", path, key=key)

    async def permissions(self, account_id: UUID) -> bodies.PermissionsAnswer:
        """Every right by name, and the roles."""
        return await self.call(bodies.PermissionsAnswer, "GET", f"/accounts/{account_id}/permissions")

    async def audit(
        self,
        account_id: UUID,
        *,
        actor_id: UUID | None = None,
        subject: str | None = None,
        until: datetime | None = None,
        cursor: str | None = None,
    ) -> bodies.AuditAnswer:
        """Who changed what, newest first: of one person, about one kind of thing, before a moment."""
        query = {
            "actor_id": actor_id,
            "subject": subject,
            "until": until.isoformat() if until else None,
            "cursor": cursor,
        }
        return await self.call(bodies.AuditAnswer, "GET", f"/accounts/{account_id}/audit", query=query)

    async def ask_for_access(
        self, account_id: UUID, body: access.AccessRequestBody, *, key: str
    ) -> access.AccessRequestAnswer:
        """Ask for rights; whoever can grant them hears of it."""
        path = f"/accounts/{account_id}/access-requests"
        return await self.call(access.AccessRequestAnswer, "POST", path, body=body, key=key)

    async def begin_support_visit(self, body: access.SupportVisitBody, *, key: str) -> access.SupportVisitAnswer:
        """Enter an account for a while, with a reason that its owner sees."""
        return await self.call(access.SupportVisitAnswer, "POST", "/platform/visits", body=body, key=key)

    async def reset_second_factor(self, body: bodies.SecondFactorResetBody) -> bodies.SecondFactorResetAnswer:
        """Take a lost second factor off in some days, unless its owner says no."""
        path = "/platform/second-factor-resets"
        return await self.call(bodies.SecondFactorResetAnswer, "POST", path, body=body)

    async def support_visits(self) -> access.SupportVisitsAnswer:
        """The caller's own visits."""
        return await self.call(access.SupportVisitsAnswer, "GET", "/platform/visits")

    async def end_support_visit(self, visit_id: UUID) -> access.SupportVisitAnswer:
        """Leave before the time is over."""
        return await self.call(access.SupportVisitAnswer, "DELETE", f"/platform/visits/{visit_id}")
