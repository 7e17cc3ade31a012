"""Book a visit that repeats: conflicts are known before anything is saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from booking.domain.recurrence import Recurrence, dates
from booking.domain.wall_clock import WallClock, day_of, minute_of, moment_of
from booking.errors import SeriesConflict, SlotNotOffered, SlotTaken
from booking.stored_schedules import WEEKDAYS
from booking.tables_of_places import SeriesRow
from booking.usecases.bookings.create_booking import Order, create_booking
from booking.usecases.bookings.places import Wish
from contracts.http.series import MOST_VISITS, Repeat
from kit.db import Tx
from kit.errors import InvalidInput
from kit.ids import new_id


@dataclass
class SeriesVisit:
    """One date of a series: the booking that has it, or what stands against it."""

    starts_at: datetime
    is_possible: bool = False
    booking_id: UUID | None = None
    is_shown_only: bool = False
    reasons: list[dict[str, Any]] = field(default_factory=list)
    alternatives: list[dict[str, Any]] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """As the API says it."""
        return {
            "starts_at": self.starts_at.isoformat(),
            "possible": self.is_possible,
            "booking_id": str(self.booking_id) if self.booking_id and not self.is_shown_only else None,
            "reasons": self.reasons,
            "alternatives": self.alternatives,
        }

    def booked(self, booking_id: UUID) -> SeriesVisit:
        """The same date with the booking that has it."""
        self.is_possible, self.booking_id = True, booking_id
        return self

    def refused(self, problem: SlotTaken | SlotNotOffered) -> SeriesVisit:
        """The same date with what stands against it."""
        self.reasons = list(getattr(problem, "reasons", [])) or [{"code": problem.code, "text": ""}]
        self.alternatives = list(problem.alternatives)
        return self


async def book_series(
    tx: Tx,
    wish: Wish,
    order: Order,
    repeat: Repeat,
    now: datetime,
    *,
    zone: str,
    skip_conflicts: bool,
    is_dry_run: bool,
) -> tuple[UUID | None, list[SeriesVisit]]:
    """Book every date of the series; the booking window of clients does not bound it.

    Raises `SeriesConflict` with all dates when one cannot be had and none may be skipped; nothing is booked then.
    """
    series_id = new_id()
    found: list[SeriesVisit] = []
    async with tx.begin_nested() as savepoint:
        tx.add(
            SeriesRow(
                account_id=wish.account.account_id,
                id=series_id,
                rule=repeat.model_dump(mode="json", exclude_none=True),
                created_by=order.actor.id,
                created_at=now,
            )
        )
        await tx.flush()
        for starts_at in moments(wish.starts_at, recurrence_of(repeat), zone):
            date_of_series = SeriesVisit(starts_at.astimezone(ZoneInfo(zone)))
            found.append(await _book(tx, replace(wish, starts_at=starts_at), order, series_id, now, date_of_series))
        told = [one.told() for one in found]
        if is_dry_run:
            await savepoint.rollback()
            tx.expunge_all()
            for one in found:
                one.is_shown_only = True
            return None, found
    if any(not one.is_possible for one in found) and (not skip_conflicts or not any(one.is_possible for one in found)):
        raise SeriesConflict(told)
    return series_id, found


def recurrence_of(repeat: Repeat) -> Recurrence:
    """The rule as the domain knows it."""
    return Recurrence(
        repeat.unit == "week",
        repeat.every,
        frozenset(WEEKDAYS.index(day) for day in repeat.weekdays),
        repeat.count,
        repeat.until,
    )


def moments(first: datetime, rule: Recurrence, zone: str) -> list[datetime]:
    """The beginnings of a series: the same time on the wall on every date. Raises `InvalidInput` for a single one."""
    clock = WallClock(ZoneInfo(zone))
    minute = minute_of(first)
    day = day_of(minute, clock.zone)
    at = _on_the_wall(first, clock.zone)
    days: list[date] = dates(day, rule, MOST_VISITS + 1)
    if len(days) < 2:
        raise InvalidInput.of("/repeat/until", "series_too_short")
    if len(days) > MOST_VISITS:
        raise InvalidInput.of("/repeat/until", "series_too_long", max=MOST_VISITS)
    return [first, *(moment_of(clock.minute(one, at)) for one in days[1:])]


def _on_the_wall(moment: datetime, zone: ZoneInfo) -> int:
    local = moment.astimezone(zone)
    return local.hour * 60 + local.minute


async def _book(
    tx: Tx, wish: Wish, order: Order, series_id: UUID, now: datetime, of_series: SeriesVisit
) -> SeriesVisit:
    try:
        async with tx.begin_nested():
            visit = await create_booking(tx, wish, replace(order, series_id=series_id), now)
    except (SlotTaken, SlotNotOffered) as problem:
        return of_series.refused(problem)
    return of_series.booked(visit.booking.id)


Shift = Callable[[datetime], datetime]


def shift_of(before: datetime, after: datetime, zone: ZoneInfo) -> Shift:
    """By how many days, and to which time on the wall, a series is moved when one of its visits is."""
    clock = WallClock(zone)
    days = (after.astimezone(zone).date() - before.astimezone(zone).date()).days
    minutes = _on_the_wall(after, zone) - _on_the_wall(before, zone)

    def shifted(moment: datetime) -> datetime:
        day = moment.astimezone(zone).date() + timedelta(days=days)
        at = _on_the_wall(moment, zone) + minutes
        whole, at = divmod(at, 24 * 60)
        return moment_of(clock.minute(day + timedelta(days=whole), at))

    return shifted
