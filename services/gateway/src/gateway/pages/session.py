"""Who is signed in: both tokens lie in cookies that scripts cannot read, and the short one renews itself unseen.

A refresh token works once, and a second use ends the whole family of tokens. A browser often asks for several pages at
the same moment with the same cookies, so one renewal serves all of them.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from fastapi import FastAPI

from contracts.http.identity import TokensAnswer
from gateway.clients import Refused

from .cookies import Cookies

ACCESS = "access"
REFRESH = "refresh"
_EARLIER_S = 15
"""The browser forgets an access token this much before it ends, so that none ends on its way."""
_REMEMBERED_S = 30


class Renewals:
    """Renewals under way and just done, so that each refresh token is used once by this process."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[TokensAnswer]] = {}

    @classmethod
    def of(cls, app: FastAPI) -> Renewals:
        """Those of this process."""
        found: Renewals | None = getattr(app.state, "renewals", None)
        if found is None:
            found = app.state.renewals = cls()
        return found

    async def once(self, refresh_token: str, renew: Callable[[str], Awaitable[TokensAnswer]]) -> TokensAnswer:
        """The new pair; whoever comes with the same token meanwhile or shortly after gets the same one."""
        name = hashlib.sha256(refresh_token.encode()).hexdigest()
        task = self._running.get(name)
        if task is None:

            async def ask() -> TokensAnswer:
                try:
                    return await renew(refresh_token)
                except BaseException:
                    self._running.pop(name, None)  # who comes next asks anew: the failure may be over by then
                    raise

            task = self._running[name] = asyncio.create_task(ask())
            asyncio.get_running_loop().call_later(_REMEMBERED_S, self._running.pop, name, None)
        return await asyncio.shield(task)


def keep(cookies: Cookies, tokens: TokensAnswer) -> None:
    """Let the browser keep a pair of tokens."""
    left = int((tokens.refresh_expires_at - datetime.now(UTC)).total_seconds())
    keep_access(cookies, tokens.access_token, tokens.expires_in)
    cookies.put(REFRESH, tokens.refresh_token, max_age_s=max(1, left))


def keep_access(cookies: Cookies, access_token: str, expires_in: int) -> None:
    """Let the browser keep another access token of the same session; `expires_in` in seconds."""
    cookies.put(ACCESS, access_token, max_age_s=max(1, expires_in - _EARLIER_S))


def forget(cookies: Cookies) -> None:
    """Take both tokens away."""
    cookies.drop(ACCESS)
    cookies.drop(REFRESH)


async def access_token(
    cookies: Cookies, renewals: Renewals, renew: Callable[[str], Awaitable[TokensAnswer]]
) -> str | None:
    """The token to ask services with, renewed where it has ended; none for who is not signed in.

    Raises `Refused` when it could not be renewed just now, which says nothing about the session.
    """
    token = cookies.get(ACCESS)
    refresh_token = cookies.get(REFRESH)
    if token or not refresh_token:
        return token
    try:
        tokens = await renewals.once(refresh_token, renew)
    except Refused as refused:
        if refused.status != 401:
            raise  # identity is away: nobody knows who this is, the cookies stay
        forget(cookies)
        return None
    keep(cookies, tokens)
    return tokens.access_token
