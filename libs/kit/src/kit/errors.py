"""Refusals: one declared class per reason, with a stable code and a kind.

The kind, not the class, decides the HTTP status and whether a consumer may try again. Standard library only, so that
the domain of a service may use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any, ClassVar

EVERYWHERE = "*"
"""Stands for every location where a refusal names one."""


class Kind(Enum):
    """What sort of refusal it is: (HTTP status, may the same call succeed later by itself)."""

    BAD_REQUEST = (400, False)
    UNAUTHENTICATED = (401, False)
    FORBIDDEN = (403, False)
    NOT_FOUND = (404, False)
    NOT_ALLOWED = (405, False)
    CONFLICT = (409, False)
    STALE = (412, False)
    PAYLOAD_TOO_LARGE = (413, False)
    REFUSED = (422, False)
    TOO_MANY = (429, True)
    FAILED = (500, True)
    UNAVAILABLE = (503, True)
    TIMED_OUT = (504, True)

    @property
    def status(self) -> int:
        """The HTTP status that answers it."""
        return self.value[0]

    @property
    def may_retry(self) -> bool:
        """Whether waiting can cure it without a human."""
        return self.value[1]


@dataclass(eq=False)
class Problem(Exception):
    """A refusal of the trade or of the edge. Subclasses are dataclasses whose fields explain it.

    `code` never changes once published: texts, help pages and alerts hang on it. The catalogue of the owning service
    holds `<code>` (title), `<code>.detail` and `<code>.fix`, formatted with the fields.
    """

    code: ClassVar[str] = "problem"
    kind: ClassVar[Kind] = Kind.REFUSED
    fix_url: ClassVar[str | None] = None

    def params(self) -> Mapping[str, Any]:
        """The fields, for the texts and for the answer."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def retry_after_s(self) -> int | None:
        """Seconds until trying again makes sense, where that is known."""
        return None

    def wish(self) -> Mapping[str, Any] | None:
        """What a refused person may ask somebody else for; none where nobody can give it."""
        return None

    @property
    def headers(self) -> Mapping[str, str]:
        """What the HTTP answer says besides, such as where the caller stands within a limit."""
        return {}

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.params().items() if "phone" not in name)
        return f"{self.code}({shown})"


@dataclass(eq=False)
class FieldError:
    """One wrong field of the input: JSON pointer, stable code, values for the text."""

    pointer: str
    code: str
    params: Mapping[str, Any]


@dataclass(eq=False)
class InvalidInput(Problem):
    """The request itself is wrong; each error names its field."""

    code: ClassVar[str] = "request.invalid"
    kind: ClassVar[Kind] = Kind.REFUSED
    errors: list[FieldError]

    @classmethod
    def of(cls, pointer: str, code: str, **params: Any) -> InvalidInput:
        """One wrong field; `code` is looked up as `field.<code>` in the catalogues."""
        return cls([FieldError(pointer, code, params)])


@dataclass(eq=False)
class NotFound(Problem):
    """Nothing with this id is visible to the caller."""

    code: ClassVar[str] = "request.not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    what: str


@dataclass(eq=False)
class MethodNotAllowed(Problem):
    """The address exists, but not with this HTTP method; the header `Allow` names those it takes."""

    code: ClassVar[str] = "request.method_not_allowed"
    kind: ClassVar[Kind] = Kind.NOT_ALLOWED


@dataclass(eq=False)
class Unauthenticated(Problem):
    """No valid access token came with the request."""

    code: ClassVar[str] = "access.unauthenticated"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED


@dataclass(eq=False)
class StepUpRequired(Problem):
    """A dangerous act, and the person's last code from the phone is too old for it."""

    code: ClassVar[str] = "access.step_up_required"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    max_age_s: int

    def params(self) -> Mapping[str, Any]:
        """The age also in minutes, as the texts say it."""
        return {"max_age_s": self.max_age_s, "max_age_min": self.max_age_s // 60}


@dataclass(eq=False)
class SecondFactorDemanded(Problem):
    """A dangerous act in an account that wants an authenticator app for such, by a member who has none in force."""

    code: ClassVar[str] = "access.second_factor_demanded"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix_url: ClassVar[str | None] = "/me/second-factor"
    demanded_by: str


@dataclass(eq=False)
class PersonRequired(Problem):
    """An API key asked for what only a person may do."""

    code: ClassVar[str] = "access.person_required"
    kind: ClassVar[Kind] = Kind.FORBIDDEN


@dataclass(eq=False)
class MissingPermission(Problem):
    """The caller is a member, but without the right that this act needs."""

    code: ClassVar[str] = "access.missing_permission"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    permission: str
    holders: list[str]

    def wish(self) -> Mapping[str, Any]:
        return {"permissions": [self.permission]}


@dataclass(eq=False)
class MissingScope(Problem):
    """The caller has the right, but not for this location."""

    code: ClassVar[str] = "access.missing_scope"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    location_id: str
    holders: list[str]

    def wish(self) -> Mapping[str, Any]:
        return {"all_locations": True} if self.location_id == EVERYWHERE else {"location_ids": [self.location_id]}


@dataclass(eq=False)
class StaleVersion(Problem):
    """The subject changed since the caller read it; `If-Match` named an older version."""

    code: ClassVar[str] = "request.stale_version"
    kind: ClassVar[Kind] = Kind.STALE
    current_version: int


@dataclass(eq=False)
class IdempotencyKeyReused(Problem):
    """The same Idempotency-Key came with another body."""

    code: ClassVar[str] = "request.idempotency_key_reused"
    kind: ClassVar[Kind] = Kind.REFUSED


@dataclass(eq=False)
class BodyTooLarge(Problem):
    """The request body is over the limit of this door."""

    code: ClassVar[str] = "request.body_too_large"
    kind: ClassVar[Kind] = Kind.PAYLOAD_TOO_LARGE
    limit_bytes: int


@dataclass(eq=False)
class TemporarilyUnavailable(Problem):
    """A part this service needs (its database) does not answer now."""

    code: ClassVar[str] = "request.unavailable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    part: str = "database"

    @property
    def retry_after_s(self) -> int:
        return 2


@dataclass(eq=False)
class Failed(Problem):
    """A bug; the trace id of the answer finds it in the logs."""

    code: ClassVar[str] = "request.failed"
    kind: ClassVar[Kind] = Kind.FAILED
