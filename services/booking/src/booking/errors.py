"""Everything that booking may refuse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from kit.errors import Kind, Problem


@dataclass(eq=False)
class SlotTaken(Problem):
    """Somebody else has that time; `alternatives` are the nearest starts that are still offered."""

    code: ClassVar[str] = "booking.slot_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    alternatives: list[dict[str, Any]] = field(default_factory=list)


@dataclass(eq=False)
class SlotNotOffered(Problem):
    """The start breaks a rule; `reasons` say which. `overridable`: staff with the right may do it all the same."""

    code: ClassVar[str] = "booking.slot_not_offered"
    kind: ClassVar[Kind] = Kind.REFUSED
    reasons: list[dict[str, Any]]
    overridable: bool
    alternatives: list[dict[str, Any]] = field(default_factory=list)


@dataclass(eq=False)
class HoldExpired(Problem):
    """The time was kept for a while, and that while is over."""

    code: ClassVar[str] = "booking.hold_expired"
    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(eq=False)
class ScheduleConflict(Problem):
    """A change of working time would hit bookings; nothing was saved."""

    code: ClassVar[str] = "booking.schedule_conflict"
    kind: ClassVar[Kind] = Kind.CONFLICT
    conflicts: list[dict[str, Any]]
    choices: list[str]

    @property
    def count(self) -> int:
        """How many bookings would be hit."""
        return len(self.conflicts)


@dataclass(eq=False)
class CutoffPassed(Problem):
    """It is too late for the client to change this visit; `until` was the last moment, in the location's time."""

    code: ClassVar[str] = "booking.cutoff_passed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    until: str
    phone: str


@dataclass(eq=False)
class WrongState(Problem):
    """The booking has gone too far for this act."""

    code: ClassVar[str] = "booking.wrong_state"
    kind: ClassVar[Kind] = Kind.CONFLICT
    action: str
    state: str


@dataclass(eq=False)
class DayAlreadyClosed(Problem):
    """That date is in the list of closed days already."""

    code: ClassVar[str] = "booking.day_already_closed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    date: str


@dataclass(eq=False)
class PhoneHasCard(Problem):
    """There is a card with this phone; one phone has one card."""

    code: ClassVar[str] = "booking.phone_has_card"
    kind: ClassVar[Kind] = Kind.CONFLICT
    client_id: str


PROBLEMS: tuple[type[Problem], ...] = (
    SlotTaken,
    SlotNotOffered,
    HoldExpired,
    ScheduleConflict,
    CutoffPassed,
    WrongState,
    DayAlreadyClosed,
    PhoneHasCard,
)
"""All of them, for the catalogues of texts and the help pages."""
