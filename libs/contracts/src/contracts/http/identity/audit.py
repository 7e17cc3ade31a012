"""Who did what, from where and why."""

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.http.base import Answer

AuditSubjectType = Literal["account", "member", "api_key", "request", "visit"]


class AuditActor(Answer):
    """Who did it; a name as it was then."""

    id: UUID | None
    name: str


class AuditSubject(Answer):
    """What it was done to; a name as it was then."""

    type: AuditSubjectType
    id: UUID
    name: str


class AuditChange(Answer):
    """One field with its values before and after."""

    field: str
    before: Any = None
    after: Any = None


class AuditEntryAnswer(Answer):
    """One act."""

    id: UUID
    at: AwareDatetime
    actor: AuditActor
    action: str
    text: str = Field(description="The act in the reader's language.")
    subject: AuditSubject
    changes: tuple[AuditChange, ...]
    origin: str = Field(default="", description="Address and program it came from; empty for the clock.")
    reason: str | None = Field(default=None, description="Why, where the act asks for a reason.")


class AuditAnswer(Answer):
    """GET /api/v1/accounts/{account}/audit, newest first."""

    items: tuple[AuditEntryAnswer, ...]
    next_cursor: str | None = None
