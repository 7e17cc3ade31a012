"""Take the time of the people who serve: the database decides between rivals, in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import delete, func, select, text

from booking.domain.assignment import Load, assign
from booking.domain.intervals import Interval
from booking.domain.wall_clock import day_of, moment_of
from booking.queries.calendar_lock import lock_calendar
from booking.queries.place import Place
from booking.tables import HoldRow
from kit.db import Tx
from kit.ids import new_id

from .limit_client import lock_client
from .places import Wish, find_place, refusal
from .rows_of_time import Claim, claim_time

ATTEMPTS = 10
"""How often another person is tried when rivals were quicker; past that the time counts as taken."""


@dataclass(frozen=True)
class TakenItem:
    """One service with its person and time, now theirs."""

    id: UUID
    time_ids: list[UUID]
    service_id: UUID
    service_name: str
    staff_member_id: UUID
    starts_at: datetime
    ends_at: datetime
    buffer_before_min: int
    buffer_after_min: int
    list_price: int
    """For all seats together."""
    seats: int = 1

    def stored(self) -> dict[str, Any]:
        """As a hold keeps it."""
        return _TAKEN_ITEM.dump_python(self, mode="json")  # type: ignore[no-any-return]

    @classmethod
    def restored(cls, stored: dict[str, Any]) -> TakenItem:
        """As a hold kept it."""
        return _TAKEN_ITEM.validate_python(stored)


_TAKEN_ITEM = TypeAdapter(TakenItem)


@dataclass(frozen=True)
class TakenTime:
    """What a hold or a booking now has. `assigned_by` says how it came to these people."""

    place: Place
    items: list[TakenItem]
    overridden: list[str]
    assigned_by: str

    @property
    def starts_at(self) -> datetime:
        """The beginning of the visit."""
        return self.items[0].starts_at

    @property
    def ends_at(self) -> datetime:
        """The end of the visit."""
        return self.items[-1].ends_at


async def take_time(
    tx: Tx,
    wish: Wish,
    now: datetime,
    *,
    hold: tuple[UUID, datetime] | None = None,
    booking_id: UUID | None = None,
    item_ids: Sequence[UUID] | None = None,
) -> TakenTime:
    """Take it for a hold (id and expiry) or for a booking; raises the refusal when it cannot be had.

    Whoever else wants the same time waits for this transaction and then finds it gone.
    """
    ids = list(item_ids or [new_id() for _ in wish.items])
    owners = [_owner(hold, booking_id, item_id) for item_id in ids]
    await lock_calendar(tx, wish.account.account_id)
    await lock_client(tx, wish.account, wish.booker)
    for _ in range(ATTEMPTS):
        place = await find_place(tx, wish, now)
        await _forget_expired(tx, wish.account.account_id, place.people.expired_hold_ids, now)
        fitting = place.question.fitting(wish.start, forgiving=wish.forgiving)
        by_name = all(item.staff_member_id for item in wish.items)
        loads = {} if by_name else await _loads(tx, place, wish, {p for people in fitting for p in people})
        people = assign(fitting, loads)
        if people is None:
            break
        rows = await claim_time(tx, Claim(wish.account.account_id, place, wish.start, people, owners))
        if rows is not None:
            overridden = place.question.codes_against(wish.start, people) if wish.override else []
            items = _items(place, wish.start, people, ids, rows)
            return TakenTime(place, items, [str(code) for code in overridden], _assigned_by(wish, fitting))
    raise refusal(place, wish)


def _assigned_by(wish: Wish, fitting: Sequence[Sequence[UUID]]) -> str:
    """How it came to these people: by name, by fairness among several who could, or nobody else could."""
    if all(item.staff_member_id for item in wish.items):
        return "name"
    return "fairness" if any(len(people) > 1 for people in fitting) else "nobody_else"


def _owner(hold: tuple[UUID, datetime] | None, booking_id: UUID | None, item_id: UUID) -> dict[str, Any]:
    return {
        "hold_id": hold[0] if hold else None,
        "hold_expires_at": hold[1] if hold else None,
        "booking_id": booking_id,
        "booking_item_id": None if hold else item_id,
    }


def _items(
    place: Place,
    start: int,
    people: Sequence[UUID],
    ids: Sequence[UUID],
    rows: tuple[list[list[UUID]], list[list[UUID]]],
) -> list[TakenItem]:
    found: list[TakenItem] = []
    question = place.question
    for number, (part, (since, until)) in enumerate(zip(question.parts, question.spans(start), strict=True)):
        service = place.services[part.service.id]
        found.append(
            TakenItem(
                id=ids[number],
                time_ids=[row_id for kind in rows for row_id in kind[number]],
                service_id=part.service.id,
                service_name=service.name,
                staff_member_id=people[number],
                starts_at=moment_of(since),
                ends_at=moment_of(until),
                buffer_before_min=part.service.buffer_before_min,
                buffer_after_min=part.service.buffer_after_min,
                seats=part.seats,
                list_price=service.price * part.seats,
            )
        )
    return found


async def _forget_expired(tx: Tx, account_id: UUID, holds: Iterable[UUID], now: datetime) -> None:
    """Expired holds in the way are gone before the time is asked for."""
    ids = list(holds)
    if ids:
        await tx.execute(
            delete(HoldRow).where(HoldRow.account_id == account_id, HoldRow.id.in_(ids), HoldRow.expires_at <= now)
        )


async def _loads(tx: Tx, place: Place, wish: Wish, people: set[UUID]) -> dict[UUID, Load]:
    """What each of these people has on the day of the visit, and when they last were given a booking."""
    if len(people) < 2:
        return {}
    clock = place.days.clock
    day = day_of(wish.start, clock.zone)
    window: Interval = (clock.start_of(day), clock.end_of(day))
    latest = await _last_assigned(tx, wish.account.account_id, people)
    return {
        person_id: Load(
            sum(
                max(0, min(busy.service_end, window[1]) - max(busy.service_start, window[0]))
                for busy in place.people.by_id[person_id].busy
            ),
            latest.get(person_id),
        )
        for person_id in people
    }


NEWEST = text(
    """
    SELECT person, (SELECT id FROM booking_item WHERE account_id = :account_id AND staff_member_id = person
                    ORDER BY id DESC LIMIT 1) AS newest
    FROM unnest(CAST(:people AS uuid[])) AS person
    """
)


async def _last_assigned(tx: Tx, account_id: UUID, people: set[UUID]) -> dict[UUID, int]:
    """The moment (in milliseconds, from the ids) of each person's newest booking."""
    rows = await tx.execute(NEWEST, {"account_id": account_id, "people": list(people)})
    return {row.person: row.newest.int >> 80 for row in rows if row.newest is not None}


async def lock_people(tx: Tx, account_id: UUID, people: Iterable[UUID]) -> None:
    """Queue up for these people's time, in one order for everybody: moves never block each other in a circle."""
    for person_id in sorted(set(people)):
        key = func.hashtextextended(f"{account_id}{person_id}", 0)
        await tx.execute(select(func.pg_advisory_xact_lock(key)))
