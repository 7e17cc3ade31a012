"""What the routes of a service ask for: its database, the caller, the caller's membership.

The service puts `db` and `access` on `app.state` when it is wired together.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from .access import Access, Caller, Member
from .db import Database
from .texts import Texts


async def _db(request: Request) -> Database:
    db: Database = request.app.state.db
    return db


_token = HTTPBearer(auto_error=False, scheme_name="accessToken", description="An access token of identity.")
TokenDep = Annotated[HTTPAuthorizationCredentials | None, Depends(_token)]


async def _bearer(request: Request, _: TokenDep) -> Caller:
    access: Access = request.app.state.access
    return await access.caller(request.headers.get("authorization"))


BearerDep = Annotated[Caller, Depends(_bearer)]
"""A person or an API key."""


async def _caller(caller: BearerDep) -> Caller:
    caller.require_person()
    return caller


async def _caller_or_none(request: Request, token: TokenDep) -> Caller | None:
    return await _caller(await _bearer(request, token)) if request.headers.get("authorization") else None


async def _fresh_caller(caller: BearerDep) -> Caller:
    caller.require_fresh()
    return caller


DbDep = Annotated[Database, Depends(_db)]
CallerDep = Annotated[Caller, Depends(_caller)]
"""A signed-in person; an API key has no life outside its account."""
OptionalCallerDep = Annotated[Caller | None, Depends(_caller_or_none)]
FreshCallerDep = Annotated[Caller, Depends(_fresh_caller)]
"""A person who entered a code from the own phone a short while ago: for dangerous acts."""


async def _member(request: Request, caller: BearerDep, account_id: UUID) -> Member:
    access: Access = request.app.state.access
    return await access.member(account_id, caller)


MemberDep = Annotated[Member, Depends(_member)]
"""The caller's membership in the account that the path names as `account_id`."""

PACKAGE_TEXTS = "texts"


def texts_of(package_file: str) -> Texts:
    """The catalogues beside a service's package file."""
    return Texts(Path(package_file).parent / PACKAGE_TEXTS)
