"""Members of an account and their rights."""

from uuid import UUID

from pydantic import AwareDatetime, Field, StrictBool

from contracts.http.base import Answer, Body, Line

from .persons import Phone, RoleKey


class MemberBody(Body):
    """POST /api/v1/accounts/{account}/members."""

    phone: Phone
    name: Line
    role: RoleKey = "master"
    location_ids: tuple[UUID, ...] | None = Field(
        default=None, min_length=1, max_length=200, description="None: every location."
    )
    accepts_bookings: StrictBool = False
    permissions: dict[str, StrictBool] = Field(default={}, max_length=100, description="Personal changes of the role.")
    permission_expiries: dict[str, AwareDatetime] = Field(
        default={}, max_length=100, description="When single rights granted in `permissions` end by themselves."
    )
    ends_at: AwareDatetime | None = Field(default=None, description="When the whole membership ends by itself.")
    confirmed: StrictBool | None = Field(
        default=None,
        description="Dangerous rights beyond the role are given only with true; false: those of the role too.",
    )


class MemberChangeBody(Body):
    """PATCH /api/v1/accounts/{account}/members/{id}; only what is named changes.

    In `permissions` true grants, false takes away, null goes back to what the role says.
    """

    name: Line = ""
    role: RoleKey = "master"
    location_ids: tuple[UUID, ...] | None = Field(default=None, min_length=1, max_length=200)
    accepts_bookings: StrictBool = False
    permissions: dict[str, StrictBool | None] = Field(default={}, max_length=100)
    permission_expiries: dict[str, AwareDatetime | None] = Field(
        default={}, max_length=100, description="When single personal grants end by themselves; null: never."
    )
    ends_at: AwareDatetime | None = Field(default=None, description="When the whole membership ends; null: never.")
    confirmed: StrictBool | None = Field(
        default=None, description="Dangerous rights are given only with true, else refused with their reasons."
    )


class MemberAnswer(Answer):
    """A member of the account."""

    id: UUID
    version: int
    account_id: UUID
    user_id: UUID
    staff_member_id: UUID | None = Field(description="The column of the calendar; none for who never took bookings.")
    name: str
    phone: str = Field(description="Masked for whoever may not edit staff.")
    role: RoleKey
    permissions: tuple[str, ...] = Field(description="Effective keys, sorted.")
    permission_changes: dict[str, bool] = Field(description="Where this person differs from the role.")
    permission_expiries: dict[str, AwareDatetime] = Field(default={}, description="When single grants end.")
    ends_at: AwareDatetime | None = Field(default=None, description="When the membership ends by itself.")
    location_ids: tuple[UUID, ...] | None
    accepts_bookings: bool
    is_active: bool
    added_at: AwareDatetime
    removed_at: AwareDatetime | None


class MembersAnswer(Answer):
    """GET /api/v1/accounts/{account}/members, by name."""

    items: tuple[MemberAnswer, ...]
    next_cursor: str | None = None


class PermissionAnswer(Answer):
    """One right, in the caller's language."""

    key: str
    name: str
    dangerous: bool
    why: str | None = Field(description="What can go wrong; only for dangerous rights.")
    held: bool = Field(description="Whether the caller holds it, and so may grant it.")


class RoleAnswer(Answer):
    """A preset of rights."""

    key: RoleKey
    name: str
    permissions: tuple[str, ...]


class PermissionsAnswer(Answer):
    """GET /api/v1/accounts/{account}/permissions."""

    items: tuple[PermissionAnswer, ...]
    roles: tuple[RoleAnswer, ...]
    next_cursor: None = None
