"""HTTP bodies of API keys: programs that work for an account."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StrictInt

from contracts.permissions import Permission

from .base import Answer, Body, Line


class ApiKeyBody(Body):
    """POST /api/v1/accounts/{account}/api-keys."""

    name: Line = Field(description="Which program it is for.")
    permissions: tuple[Permission, ...] = Field(min_length=1, max_length=100, description="The scopes of the key.")
    location_ids: tuple[UUID, ...] | None = Field(
        default=None, min_length=1, max_length=200, description="None: every location."
    )
    expires_in_days: StrictInt | None = Field(default=None, ge=1, le=3650, description="None: until it is revoked.")


class ApiKeyAnswer(Answer):
    """A key as lists show it."""

    id: UUID
    name: str
    hint: str = Field(description="The end of the key, to recognise it by.")
    permissions: tuple[str, ...]
    location_ids: tuple[UUID, ...] | None
    kept_by: str = Field(description="Whose rights bound those of the key.")
    created_at: AwareDatetime
    expires_at: AwareDatetime | None
    last_used_at: AwareDatetime | None = Field(description="When it was last exchanged for an access token.")
    last_used_from: str | None = Field(description="Network address of that use.")


class NewApiKeyAnswer(ApiKeyAnswer):
    """The one answer that holds the key itself."""

    key: str = Field(description="Keep it now: it is shown only this once.")


class ApiKeysAnswer(Answer):
    """GET /api/v1/accounts/{account}/api-keys: those in force, newest first."""

    items: tuple[ApiKeyAnswer, ...]
    next_cursor: None = None


class ApiTokenBody(Body):
    """POST /api/v1/auth/tokens."""

    api_key: str = Field(min_length=1, max_length=200)


class ApiTokenAnswer(Answer):
    """A short access token of the key; exchange the key again when it ends."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the scheme, no secret
    expires_in: int = Field(description="Seconds that the access token lives.")
    account_id: UUID
    permissions: tuple[str, ...] = Field(description="What it may now: the key's rights that its keeper still holds.")
    location_ids: tuple[UUID, ...] | None
