"""A new plan laid over the decisions that are there: what stays, what moves, what falls away.

What was handed to a provider is never decided again. Repeats and events out of order end in the same rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from .facts import Act, Decision, DecisionKey, Kind, Standing
from .reasons import Reason

WAITING = frozenset({"planned", "held"})
UNDECIDED = WAITING | {"suppressed", "cancelled"}
"""States in which nobody was told anything yet, so that a new plan may change them."""
_NOT_TO_BE_TOLD = frozenset({Reason.OWN_ACTION, Reason.SILENCED_BY_STAFF})
_OF_THE_MOMENT = frozenset({Reason.TOO_LATE, Reason.QUIET_HOURS})


@dataclass(frozen=True)
class Existing:
    """A decision as it stands."""

    id: UUID
    key: DecisionKey
    state: str
    reason: str | None
    planned_at: datetime
    booking_version: int
    was: Standing | None = None
    act: Act | None = None

    @property
    def is_waiting_news(self) -> bool:
        """News that nobody has been told yet: the rules of today hold for it."""
        return self.state in WAITING and self.act is not None


@dataclass
class Changes:
    """What has to be written."""

    add: list[Decision] = field(default_factory=list)
    change: list[tuple[UUID, Decision]] = field(default_factory=list)
    drop: list[tuple[UUID, Reason]] = field(default_factory=list)


def merge(
    existing: Iterable[Existing], decisions: Iterable[Decision], now: datetime, *, act: Kind | None, overtaken: Reason
) -> Changes:
    """How to get from what is there to what was decided.

    `act` is the news that the decisions are about, if any; `overtaken` is why decisions that are no longer called for
    lose their ground: the booking is cancelled, the visit has begun, or just another plan.
    """
    there = {decision.key: decision for decision in existing}
    wanted = {decision.key: decision for decision in decisions}
    changes = Changes()
    for key, decision in wanted.items():
        old = there.get(key)
        if old is None:
            changes.add.append(decision)
        elif _may_change(old, decision, now):
            changes.change.append((old.id, decision))
    for key, old in there.items():
        if key not in wanted and falls_away(old, act, overtaken):
            changes.drop.append((old.id, overtaken))
    return changes


def late_news(decisions: Iterable[Decision], overtaken: Reason) -> list[Decision]:
    """Decisions about an act that newer ones have overtaken: recorded, and never sent."""
    return [
        decision if decision.reason else Decision(**{**vars(decision), "reason": overtaken})
        for decision in decisions
        if not decision.kind.is_reminder
    ]


def untold(existing: Iterable[Existing], version: int) -> dict[UUID, Standing]:
    """By recipient, what they still believe because the last move before `version` never reached them.

    Two moves within the seconds of undoing make one message, from where the visit was known to be to where it is.
    """
    moves = [old for old in existing if old.key.kind == Kind.RESCHEDULED and old.booking_version < version]
    believed: dict[UUID, Standing] = {}
    for old in sorted(moves, key=lambda move: move.booking_version):
        if old.state in UNDECIDED and old.reason not in _NOT_TO_BE_TOLD and old.was is not None:
            believed[old.key.recipient_id] = old.was
        else:
            believed.pop(old.key.recipient_id, None)
    return believed


def _may_change(old: Existing, decision: Decision, now: datetime) -> bool:
    if old.state not in UNDECIDED:
        return False
    if not decision.kind.is_reminder and old.state not in WAITING:
        return False  # news that were settled once, at the act itself, stay so
    if old.state in WAITING and old.planned_at <= now and decision.reason in _OF_THE_MOMENT:
        return False  # it is due and about to go: that its moment has passed is no reason against it
    return not (old.state == "suppressed" and old.reason == decision.reason and old.planned_at == decision.planned_at)


@dataclass(frozen=True)
class Difference:
    """What changes do to the messages that are still to go."""

    moved: int = 0
    added: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    """By the reason against them."""
    kept: int = 0

    def __add__(self, other: Difference) -> Difference:
        return Difference(
            self.moved + other.moved,
            self.added + other.added,
            self.dropped + other.dropped,
            self.kept + other.kept,
        )


def difference(existing: Iterable[Existing], changes: Changes) -> Difference:
    """Count what `changes` will have done once they are written."""
    waiting = {old.id: old for old in existing if old.state in WAITING}
    moved, added, gone = 0, sum(1 for decision in changes.add if decision.reason is None), Counter[str]()
    for row_id, decision in changes.change:
        old = waiting.get(row_id)
        if old is None:
            added += decision.reason is None
        elif decision.reason is not None:
            gone[decision.reason] += 1
        else:
            moved += decision.planned_at != old.planned_at
    for row_id, reason in changes.drop:
        if row_id in waiting:
            gone[reason] += 1
    return Difference(moved, added, gone, len(waiting) - moved - gone.total())


def falls_away(old: Existing, act: Kind | None, overtaken: Reason) -> bool:
    """Whether a decision that the new plan does not name has lost its ground."""
    is_cancelled = overtaken is Reason.BOOKING_CANCELLED
    if old.key.kind == Kind.WRITTEN:  # what a person wanted to say, no plan takes back
        return False
    if old.key.kind == Kind.CANCELLED:
        return old.state in WAITING and not is_cancelled
    if old.key.kind == Kind.PREPAYMENT:  # it names no time, so a move leaves it as it is
        return old.state in WAITING and is_cancelled
    if Kind(old.key.kind).is_reminder:
        return old.state in WAITING or (old.state == "suppressed" and overtaken is Reason.REPLACED)
    return old.state in WAITING and (is_cancelled or act is Kind.RESCHEDULED)
