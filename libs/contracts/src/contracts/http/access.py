"""Bodies of requests for rights, of a registration's draft, of settings with their effects, of the platform's door."""

from math import isfinite
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StrictBool, StringConstraints

from .base import Answer, Body, Line

RequestState = Literal["open", "granted", "declined", "expired"]
Step = Literal["firm", "location", "services", "staff", "schedule"]


# Requests for rights


class AccessRequestBody(Body):
    """POST /api/v1/accounts/{account}/access-requests; the `ask` of a refusal is such a body."""

    rule: Annotated[str, StringConstraints(pattern=r"^[a-z_]+([.][a-z_]+)+$", max_length=100)] = (
        "access.missing_permission"
    )
    permissions: tuple[str, ...] = Field(default=(), max_length=20)
    location_ids: tuple[UUID, ...] = Field(default=(), max_length=50)
    all_locations: StrictBool = False
    act: str | None = Field(
        default=None, max_length=400, description="The one act to approve, as the refusal named it."
    )
    to: UUID | None = Field(default=None, description="The member to ask; none: everybody who can decide.")
    note: Line | None = None


class AccessRequestAnswer(Answer):
    """What somebody asked for, and what became of it."""

    id: UUID
    version: int
    state: RequestState
    rule: str
    permissions: tuple[str, ...]
    permission_names: tuple[str, ...] = Field(description="The same in the reader's language.")
    location_ids: tuple[UUID, ...]
    all_locations: bool
    act: str | None
    note: str | None
    member_id: UUID
    member_name: str
    to: UUID | None
    created_at: AwareDatetime
    expires_at: AwareDatetime
    decided_at: AwareDatetime | None
    decided_by_name: str | None


class AccessRequestsAnswer(Answer):
    """GET /api/v1/accounts/{account}/access-requests, newest first."""

    items: tuple[AccessRequestAnswer, ...]
    next_cursor: None = None


class GrantBody(Body):
    """POST …/access-requests/{id}/grant; the wish itself cannot be widened here."""

    expires_at: AwareDatetime | None = Field(default=None, description="When the rights end by themselves.")


# Registration


_MOST_LEVELS = 10


def _as_forms_hold(values: dict[str, Any]) -> dict[str, Any]:
    """Nested no deeper than any form, with numbers and texts that can be kept and given back."""
    todo: list[tuple[Any, int]] = [(values, 0)]
    while todo:
        value, level = todo.pop()
        if level > _MOST_LEVELS:
            raise ValueError("wrong")
        if isinstance(value, dict):
            todo += [(part, level + 1) for pair in value.items() for part in pair]
        elif isinstance(value, list):
            todo += [(part, level + 1) for part in value]
        elif isinstance(value, float) and not isfinite(value):
            raise ValueError("number")
        elif isinstance(value, str) and any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in value):
            raise ValueError("characters")
    return values


class DraftStepBody(Body):
    """PUT /api/v1/me/registration-draft/steps/{step}: what the form of this step holds now."""

    values: Annotated[dict[str, Any], AfterValidator(_as_forms_hold)] = Field(
        max_length=50, description="At most 16 kB as JSON, ten levels deep."
    )


class DraftAnswer(Answer):
    """A registration that was begun, on whatever device."""

    version: int
    steps: dict[Step, dict[str, Any]] = Field(description="The steps filled in so far.")
    next_step: Step | None = Field(description="The first step not filled in; none when all are.")
    changed_at: AwareDatetime | None


# Settings


class SettingAnswer(Answer):
    """One setting, as an owner reads it."""

    key: str = Field(description="The field of PATCH `change`; parts are joined by a dot.")
    section: Literal["firm", "booking", "clients", "safety"]
    expert: bool = Field(description="Shown only when somebody asks for all of them.")
    name: str
    effect: str = Field(description="What changes for clients and staff.")
    kind: Literal["text", "yes_no", "number", "choice", "list"]
    minimum: int | None = None
    maximum: int | None = None
    unit: Literal["min", "days"] | None = None
    default: Any = None
    value: Any = None
    change: str = Field(description="Where it is changed.")


class SettingsAnswer(Answer):
    """GET /api/v1/accounts/{account}/settings."""

    expert: bool
    items: tuple[SettingAnswer, ...]
    hidden: int = Field(description="How many more there are with `expert=true`.")


# The platform's own door


class SupportVisitBody(Body):
    """POST /api/v1/platform/visits."""

    account: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=60)] = Field(
        description="Id or vanity address."
    )
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=300)]
    minutes: int = Field(default=30, ge=5, le=120, strict=True)


class SupportVisitAnswer(Answer):
    """Somebody of the platform in an account."""

    id: UUID
    account_id: UUID
    account_name: str
    name: str
    role: Literal["support", "operator"]
    reason: str
    started_at: AwareDatetime
    ends_at: AwareDatetime
    ended_at: AwareDatetime | None


class SupportVisitsAnswer(Answer):
    """GET /api/v1/platform/visits: the caller's own; GET /api/v1/accounts/{account}/support-visits: the account's."""

    items: tuple[SupportVisitAnswer, ...]
    next_cursor: None = None
