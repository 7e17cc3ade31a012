"""Take the time of the people who serve: the database decides between rivals, in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import Range, insert

from booking.domain.assignment import Load, assign, busy_times
from booking.domain.intervals import Interval
from booking.domain.wall_clock import day_of, moment_of
from booking.queries.place import Place
from booking.tables import BookingItemRow, BusyTime, HoldRow
from kit.db import Tx
from kit.ids import new_id

from .places import Wish, find_place, refusal

ATTEMPTS = 10
"""How often another person is tried when rivals were quicker; past that the time counts as taken."""


@dataclass(frozen=True)
class TakenItem:
    """One service with its person and time, now theirs."""

    id: UUID
    busy_time_id: UUID
    service_id: UUID
    service_name: str
    staff_member_id: UUID
    starts_at: datetime
    ends_at: datetime
    buffer_before_min: int
    buffer_after_min: int
    list_price: int

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
    """What a hold or a booking now has. `assigned_by`: asked for by name, or given by fairness."""

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
    for _ in range(ATTEMPTS):
        place = await find_place(tx, wish, now)
        await _forget_expired(tx, wish.account.account_id, place.people.expired_hold_ids, now)
        fitting = place.question.fitting(wish.start, forgiving=wish.forgiving)
        by_name = all(item.staff_member_id for item in wish.items)
        loads = {} if by_name else await _loads(tx, place, wish, {p for people in fitting for p in people})
        people = assign(fitting, loads)
        if people is None:
            break
        rows = _rows(wish, place, people, ids, hold, booking_id)
        if await _insert(tx, rows):
            overridden = place.question.codes_against(wish.start, people) if wish.override else []
            items = _items(place, people, ids, rows)
            return TakenTime(place, items, [str(code) for code in overridden], "name" if by_name else "fairness")
    raise refusal(place, wish)


def _rows(
    wish: Wish,
    place: Place,
    people: Sequence[UUID],
    ids: Sequence[UUID],
    hold: tuple[UUID, datetime] | None,
    booking_id: UUID | None,
) -> list[dict[str, Any]]:
    spans = place.question.spans(wish.start)
    times = busy_times(place.question.parts, spans, people)
    return [
        {
            "account_id": wish.account.account_id,
            "id": new_id(),
            "staff_member_id": person,
            "during": Range(moment_of(busy.start), moment_of(busy.end)),
            "starts_at": moment_of(busy.service_start),
            "ends_at": moment_of(busy.service_end),
            "hold_id": hold[0] if hold else None,
            "hold_expires_at": hold[1] if hold else None,
            "booking_id": booking_id,
            "booking_item_id": None if hold else item_id,
        }
        for person, busy, item_id in zip(people, times, ids, strict=True)
    ]


async def _insert(tx: Tx, rows: list[dict[str, Any]]) -> bool:
    """All rows or none. The same order for everybody, so that rivals for several people do not block each other."""
    ordered = sorted(rows, key=lambda row: (row["staff_member_id"], row["starts_at"]))
    statement = insert(BusyTime).values(ordered).on_conflict_do_nothing().returning(BusyTime.id)
    won = (await tx.scalars(statement)).all()
    if len(won) == len(rows):
        return True
    if won:
        await tx.execute(delete(BusyTime).where(BusyTime.account_id == rows[0]["account_id"], BusyTime.id.in_(won)))
    return False


def _items(
    place: Place, people: Sequence[UUID], ids: Sequence[UUID], rows: Sequence[dict[str, Any]]
) -> list[TakenItem]:
    parts = place.question.parts
    return [
        TakenItem(
            id=item_id,
            busy_time_id=row["id"],
            service_id=part.service.id,
            service_name=place.services[part.service.id].name,
            staff_member_id=person,
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            buffer_before_min=part.service.buffer_before_min,
            buffer_after_min=part.service.buffer_after_min,
            list_price=place.services[part.service.id].price,
        )
        for part, person, item_id, row in zip(parts, people, ids, rows, strict=True)
    ]


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


async def _last_assigned(tx: Tx, account_id: UUID, people: set[UUID]) -> dict[UUID, int]:
    """The moment (in milliseconds, from the ids) of each person's newest booking."""
    found: dict[UUID, int] = {}
    for person_id in people:
        newest = await tx.scalar(
            select(BookingItemRow.id)
            .where(BookingItemRow.account_id == account_id, BookingItemRow.staff_member_id == person_id)
            .order_by(BookingItemRow.id.desc())
            .limit(1)
        )
        if newest is not None:
            found[person_id] = newest.int >> 80
    return found


async def lock_people(tx: Tx, account_id: UUID, people: Iterable[UUID]) -> None:
    """Queue up for these people's time, in one order for everybody: moves never block each other in a circle."""
    for person_id in sorted(set(people)):
        key = func.hashtextextended(f"{account_id}{person_id}", 0)
        await tx.execute(select(func.pg_advisory_xact_lock(key)))


async def give_back(tx: Tx, account_id: UUID, booking_id: UUID) -> None:
    """Free the time of a booking at once."""
    await tx.execute(delete(BusyTime).where(BusyTime.account_id == account_id, BusyTime.booking_id == booking_id))
