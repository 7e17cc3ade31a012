"""Carry out a change of the rules together with what becomes of the bookings it hits: all of it, or nothing.

A dry run does the same inside a savepoint and takes it back, so what it shows is what would happen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSessionTransaction

from booking.errors import NothingFree, ScheduleConflict, SlotNotOffered, SlotTaken, WrongState
from booking.queries.calendar_lock import lock_calendar
from booking.queries.visits import Visit, visit_of
from booking.tables import AccountCopy
from booking.usecases.actors import Actor
from booking.usecases.bookings.cancel_booking import cancel_booking
from booking.usecases.bookings.record_act import record_act
from booking.usecases.bookings.reschedule_booking import reschedule_booking
from booking.usecases.waitlist.call import call_waitlist
from kit.db import Tx

from .alternatives import Alternative, alternatives_of

T = TypeVar("T")
Kind = Literal["keep", "move", "cancel"]
CHOICES: tuple[Kind, ...] = ("keep", "move", "cancel")


@dataclass(frozen=True)
class Choice:
    """What shall become of one booking; a move without a time goes to the nearest free one."""

    kind: Kind
    starts_at: datetime | None = None
    staff_member_id: UUID | None = None


@dataclass(frozen=True)
class Decision:
    """What the caller has decided. `seen` is the mark of the list they have looked at, when they say so."""

    default: Kind | None = None
    by_booking: Mapping[UUID, Choice] = field(default_factory=dict)
    seen: str | None = None
    is_dry_run: bool = False

    def choice(self, visit: Visit) -> Choice | None:
        """The choice for a booking, its own or the one for all."""
        own = self.by_booking.get(visit.booking.id)
        return own or (Choice(self.default) if self.default else None)


@dataclass(frozen=True)
class Change(Generic[T]):
    """A change that was prepared: the bookings it hits, and how it is saved. `reason` goes to those it cancels.

    Where none of them can go anywhere else, `can_move` is false.
    """

    hits: Sequence[Visit]
    save: Callable[[], Awaitable[T]]
    reason: str | None = None
    can_move: bool = True


@dataclass(frozen=True)
class Outcome:
    """What became of a booking."""

    booking_id: UUID
    choice: Kind
    starts_at: datetime
    staff_member_ids: list[UUID]


@dataclass(frozen=True)
class Effect(Generic[T]):
    """What a change did, or in a dry run would do; `result` is none when nothing was saved."""

    result: T | None
    conflicts: list[dict[str, Any]]
    seen: str
    outcome: list[Outcome] = field(default_factory=list)


@dataclass(frozen=True)
class Desk:
    """Who changes what, and how bookings are shown and permitted to them."""

    account: AccountCopy
    actor: Actor
    show: Callable[[Visit, list[Alternative]], dict[str, Any]]
    permit: Callable[[Kind, Visit], None]


async def carry_out(
    tx: Tx, desk: Desk, prepare: Callable[[], Awaitable[Change[T]]], decision: Decision, now: datetime
) -> Effect[T]:
    """Save the change and do to each booking what was chosen.

    Raises `ScheduleConflict` when a booking has no choice or the list is not the one that was seen, `NothingFree`
    when one cannot be moved; then nothing was changed.
    """
    await lock_calendar(tx, desk.account.account_id, alone=True)
    change = await prepare()
    hits = [visit.booking.id for visit in change.hits]
    seen = mark(change.hits)
    async with tx.begin_nested() as savepoint:
        result = await change.save()
        await tx.flush()
        conflicts = [
            desk.show(visit, await alternatives_of(tx, desk.account, visit, now) if change.can_move else [])
            for visit in change.hits
        ]
        if decision.is_dry_run:
            await _take_back(tx, savepoint)
            return Effect(None, conflicts, seen)
    undecided = [visit for visit in change.hits if decision.choice(visit) is None]
    if undecided or decision.seen not in (None, seen):
        raise ScheduleConflict(conflicts, [one for one in CHOICES if one != "move" or change.can_move], seen)
    outcome: list[Outcome] = []
    for booking_id in hits:
        visit = await visit_of(tx, desk.account.account_id, booking_id, lock=True)
        choice = decision.choice(visit)
        assert choice is not None
        desk.permit(choice.kind, visit)
        if choice.kind == "move" and not change.can_move:
            raise NothingFree(str(booking_id))
        await settle_visit(tx, desk, visit, choice, change.reason, now)
        outcome.append(Outcome(booking_id, choice.kind, visit.local(visit.booking.starts_at), visit.staff_member_ids))
    await call_waitlist(tx, desk.account.account_id)
    return Effect(result, conflicts, seen, outcome)


def mark(hits: Sequence[Visit]) -> str:
    """A mark of the bookings as they are now: another booking, or another version of one, gives another mark."""
    told = ",".join(sorted(f"{visit.booking.id}:{visit.booking.version}" for visit in hits))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


async def _take_back(tx: Tx, savepoint: AsyncSessionTransaction) -> None:
    await savepoint.rollback()
    tx.expunge_all()  # what was read inside the savepoint is not so


async def settle_visit(tx: Tx, desk: Desk, visit: Visit, choice: Choice, reason: str | None, now: datetime) -> None:
    """Do to one booking what was chosen; raises `NothingFree` when it cannot be moved."""
    account = desk.account
    match choice.kind:
        case "keep":
            record_act(tx, account.account_id, visit.booking.id, "kept", desk.actor, now, reason=reason)
        case "cancel":
            await cancel_booking(tx, visit, desk.actor, now, reason=reason)
        case "move":
            await _move(tx, desk, visit, choice, now)


async def _move(tx: Tx, desk: Desk, visit: Visit, choice: Choice, now: datetime) -> None:
    starts_at, person = choice.starts_at, choice.staff_member_id
    if starts_at is None:
        nearest = await alternatives_of(tx, desk.account, visit, now, most=1)
        if not nearest:
            raise NothingFree(str(visit.booking.id))
        starts_at, person = nearest[0].starts_at, nearest[0].staff_member_ids[0]
    try:
        await reschedule_booking(tx, desk.account, visit, desk.actor, now, starts_at=starts_at, staff_member_id=person)
    except (SlotTaken, SlotNotOffered, WrongState):
        raise NothingFree(str(visit.booking.id)) from None
