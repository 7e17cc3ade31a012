"""The day as columns: what stands where, in steps of five minutes from the first hour shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.http.booking import BookingAnswer, CalendarAnswer, CalendarColumn, Span
from gateway.pages.formats import day_long

STEP_MIN = 5
_SHORT_MIN = 30
_SHORTEST_GAP_MIN = 15
_USUAL_HOURS = (9, 18)
GONE = frozenset({"cancelled_by_client", "cancelled_by_staff", "expired"})
"""States of bookings that take no time any more."""


@dataclass(frozen=True)
class Mark:
    """Something in a column: a booking, free time, or time that is not worked. `at` and `steps` are its place."""

    kind: str
    at: int
    steps: int
    starts_at: datetime
    ends_at: datetime
    booking: BookingAnswer | None = None
    services: str = ""

    @property
    def is_short(self) -> bool:
        return self.steps * STEP_MIN <= _SHORT_MIN


@dataclass(frozen=True)
class Lane:
    """One person's day."""

    staff_member_id: UUID
    name: str
    number: int
    marks: list[Mark]
    is_working: bool
    count: int
    day: date


@dataclass(frozen=True)
class Board:
    """A day of one location or of all."""

    hours: list[int]
    lanes: list[Lane]
    zone: str


def board_of(calendar: CalendarAnswer, day: date, now: datetime) -> Board:
    """Free time that has passed is not offered any more."""
    zone = ZoneInfo(calendar.time_zone)
    first, last = hours_of(calendar, day, zone)
    frame = _Frame(datetime.combine(day, time(first), zone), (last - first) * 60)
    lanes = [_lane(column, number, frame, now) for number, column in enumerate(calendar.columns)]
    return Board(list(range(first, last)), lanes, calendar.time_zone)


def week_of(calendar: CalendarAnswer, staff_member_id: UUID, days: list[date], now: datetime) -> Board:
    """The days of one person side by side; a lane's name is then its day."""
    zone = ZoneInfo(calendar.time_zone)
    found = [(number, one) for number, one in enumerate(calendar.columns) if one.staff_member_id == staff_member_id]
    if not found:
        return Board([], [], calendar.time_zone)
    number, column = found[0]
    alone = calendar.model_copy(update={"columns": [column]})
    hours = [hours_of(alone, day, zone) for day in days]
    first, last = min(first for first, _ in hours), max(last for _, last in hours)
    lanes = []
    for day in days:
        frame = _Frame(datetime.combine(day, time(first), zone), (last - first) * 60)
        lanes.append(replace(_lane(column, number, frame, now), name=day_long(day), day=day))
    return Board(list(range(first, last)), lanes, calendar.time_zone)


@dataclass(frozen=True)
class _Frame:
    """What is shown of the day: its first moment and its length."""

    start: datetime
    minutes: int

    def minute(self, moment: datetime) -> int:
        """Minutes on the wall clock from the first one shown, kept within the frame."""
        local = moment.astimezone(self.start.tzinfo)
        days = (local.date() - self.start.date()).days
        found = days * 24 * 60 + (local.hour - self.start.hour) * 60 + local.minute
        return min(max(found, 0), self.minutes)

    def mark(self, kind: str, since: datetime, until: datetime, **more: object) -> Mark | None:
        """Its place, or none where nothing of it is shown."""
        at, end = self.minute(since) // STEP_MIN, -(-self.minute(until) // STEP_MIN)
        return Mark(kind, at, end - at, since, until, **more) if end > at else None  # type: ignore[arg-type]


def hours_of(calendar: CalendarAnswer, day: date, zone: ZoneInfo) -> tuple[int, int]:
    """Whole hours that cover everything of the day."""
    spans = [(span.starts_at, span.ends_at) for column in calendar.columns for span in column.working]
    spans += [
        (item.starts_at, item.ends_at)
        for column in calendar.columns
        for booking in column.bookings
        for item in booking.items
        if booking.state not in GONE
    ]
    local = [(since.astimezone(zone), until.astimezone(zone)) for since, until in spans]
    local = [(since, until) for since, until in local if since.date() == day]
    if not local:
        return _USUAL_HOURS
    first = min(since.hour for since, _ in local)
    last = max(24 if until.date() > day else until.hour + (1 if until.minute else 0) for _, until in local)
    return first, max(last, first + 1)


def _lane(column: CalendarColumn, number: int, frame: _Frame, now: datetime) -> Lane:
    marks = [*_booked(column, frame), *_free(column, frame, now), *_shut(column.working, frame)]
    return Lane(
        staff_member_id=column.staff_member_id,
        name=column.staff_member_name,
        number=number,
        marks=sorted(marks, key=lambda mark: (mark.at, mark.kind)),
        is_working=any(frame.mark("worked", span.starts_at, span.ends_at) for span in column.working),
        day=frame.start.date(),
        count=sum(mark.kind == "booking" for mark in marks),
    )


def _booked(column: CalendarColumn, frame: _Frame) -> list[Mark]:
    found = []
    for booking in column.bookings:
        if booking.state in GONE:
            continue
        mine = [item for item in booking.items if item.staff_member_id == column.staff_member_id]
        if not mine:
            continue
        services = ", ".join(item.service_name for item in mine)
        since, until = mine[0].starts_at, mine[-1].ends_at
        found.append(frame.mark("booking", since, until, booking=booking, services=services))
    return [mark for mark in found if mark is not None]


def _free(column: CalendarColumn, frame: _Frame, now: datetime) -> list[Mark]:
    found = []
    for span in column.free:
        since = max(span.starts_at, _next_quarter(now))
        if span.ends_at - since >= timedelta(minutes=_SHORTEST_GAP_MIN):
            found.append(frame.mark("gap", since, span.ends_at))
    return [mark for mark in found if mark is not None]


def _shut(working: list[Span], frame: _Frame) -> list[Mark]:
    """Time in the frame that is not worked."""
    found, since = [], frame.start
    end = frame.start + timedelta(minutes=frame.minutes)
    for span in sorted(working, key=lambda span: span.starts_at):
        if span.starts_at > since:
            found.append(frame.mark("shut", since, span.starts_at))
        since = max(since, span.ends_at)
    if since < end:
        found.append(frame.mark("shut", since, end))
    return [mark for mark in found if mark is not None]


def _next_quarter(now: datetime) -> datetime:
    minute = -(-now.minute // 15) * 15
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(minutes=minute)
