"""Who is calling: a person with a session or an API key, and either of them inside one account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from .context import Granter
from .errors import MissingPermission, MissingScope, PersonRequired, SecondFactorDemanded, StepUpRequired

STEP_UP_AGE = timedelta(minutes=15)
"""How long ago a person may have entered a code from the own phone and still do a dangerous act."""


EXPORT_AGE = timedelta(hours=12)
"""The same for taking many records out: once in a working day."""


@dataclass(frozen=True)
class ApiKey:
    """A program of one account, with the rights that were chosen when its key was made."""

    account_id: UUID
    name: str
    permissions: frozenset[str]
    location_ids: frozenset[UUID] | None

    @classmethod
    def from_claim(cls, claim: Mapping[str, Any]) -> ApiKey:
        """As an access token carries it."""
        places = claim["location_ids"]
        return cls(
            UUID(claim["account_id"]),
            str(claim["name"]),
            frozenset(map(str, claim["permissions"])),
            None if places is None else frozenset(map(UUID, places)),
        )

    def as_claim(self) -> dict[str, Any]:
        """For an access token."""
        return {
            "account_id": str(self.account_id),
            "name": self.name,
            "permissions": sorted(self.permissions),
            "location_ids": None if self.location_ids is None else sorted(map(str, self.location_ids)),
        }


@dataclass(frozen=True)
class Caller:
    """Whoever an access token speaks for; of an API key both ids are the key's and there is no phone."""

    user_id: UUID
    session_id: UUID
    phone_e164: str
    confirmed_at: datetime | None = None
    """When the person last entered a code from the own phone in this session."""
    api_key: ApiKey | None = None
    has_second_factor: bool = False
    """Whether codes of an authenticator app were asked of the person when the token was made."""

    def require_person(self) -> None:
        """Raise `PersonRequired` for an API key."""
        if self.api_key is not None:
            raise PersonRequired

    def require_fresh(self, age: timedelta = STEP_UP_AGE, *, programs: bool = False) -> None:
        """Let a dangerous act happen only soon after a code was entered.

        Raises `StepUpRequired` for a person whose last code is older than `age`, and `PersonRequired` for an API key,
        unless `programs` may do it: whoever made the key had entered a code.
        """
        if self.api_key is not None and programs:
            return
        self.require_person()
        if self.confirmed_at is None or datetime.now(UTC) - self.confirmed_at > age:
            raise StepUpRequired(int(age.total_seconds()))


@dataclass(frozen=True)
class Member:
    """The caller inside one account."""

    caller: Caller
    account_id: UUID
    name: str
    role: str
    permissions: frozenset[str]
    location_ids: frozenset[UUID] | None
    staff_member_id: UUID | None
    granters: tuple[Granter, ...] = ()
    second_factor_demanded_by: str | None = None
    """Who has set that the account's members need an authenticator app for dangerous acts; none where nobody has."""

    @property
    def holders(self) -> tuple[str, ...]:
        """Names of those who may edit rights."""
        return tuple(granter.name for granter in self.granters)

    def holders_of(self, permission: str) -> list[str]:
        """Names of those who can give the right: they may edit rights and hold it themselves."""
        return [granter.name for granter in self.granters if permission in granter.permissions]

    def holders_at(self, location_id: UUID) -> list[str]:
        """Names of those who can open the location to others: they may edit rights and work there themselves."""
        covering = (g for g in self.granters if g.location_ids is None or location_id in g.location_ids)
        return [granter.name for granter in covering]

    def may(self, permission: str) -> bool:
        """Whether the member holds the right."""
        return permission in self.permissions

    def require(self, permission: str, *, location_id: UUID | None = None) -> None:
        """Raise `MissingPermission` or `MissingScope`, naming who can grant it."""
        if permission not in self.permissions:
            raise MissingPermission(permission, self.holders_of(permission))
        if location_id is not None and not self.covers(location_id):
            raise MissingScope(str(location_id), self.holders_at(location_id))

    def require_fresh(self, age: timedelta = STEP_UP_AGE, *, programs: bool = False) -> None:
        """As of the caller: for dangerous acts, after the right itself was asked for.

        Raises `SecondFactorDemanded` too: where no app is set up, a fresh code is none that the account would trust.
        """
        self.require_second_factor()
        self.caller.require_fresh(age, programs=programs)

    def require_second_factor(self) -> None:
        """Raise `SecondFactorDemanded` for a person without one in an account that demands it."""
        if self.second_factor_demanded_by is None or self.caller.api_key is not None:
            return
        if not self.caller.has_second_factor:
            raise SecondFactorDemanded(self.second_factor_demanded_by)

    def covers(self, location_id: UUID) -> bool:
        """Whether the member's scope includes the location."""
        return self.location_ids is None or location_id in self.location_ids
