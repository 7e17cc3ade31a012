"""Who acts, as the history of a booking keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from contracts.booking import Source
from kit.access import Caller, Member


@dataclass(frozen=True)
class Actor:
    """A client, a member of the staff, or the product itself."""

    kind: Literal["client", "staff", "system"]
    id: UUID | None
    name: str | None
    source: Source | None

    @classmethod
    def member(cls, member: Member) -> Actor:
        """Somebody of the staff."""
        source: Source = "call_centre" if member.role == "operator" else "staff"
        return cls("staff", member.caller.user_id, member.name, source)

    @classmethod
    def client(cls, caller: Caller | None) -> Actor:
        """A client on the booking page."""
        return cls("client", caller.user_id if caller else None, None, "site")


SYSTEM = Actor("system", None, None, None)
