"""What a calculation of availability is told: people, services, resources, rules. Times are minutes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from .intervals import NEVER_AFTER, NEVER_BEFORE, Interval
from .reasons import Code
from .schedules import WorkingTime


class Busy(NamedTuple):
    """Time of a person that is gone: `[start, end)` with buffers, the service itself without them.

    Of a group `service_id` says what it came for and `seats` how many of its seats are taken.
    """

    start: int
    end: int
    service_start: int
    service_end: int
    is_held: bool
    service_id: UUID | None = None
    seats: int = 1


@dataclass(frozen=True)
class BusyTimes:
    """The busy times of one person in order and free of overlaps, column by column as they are stored.

    Free time lies between two of the columns, and a month of ten people has thousands of times: one of them is put
    together only where somebody looks at it.
    """

    starts: Sequence[int] = ()
    ends: Sequence[int] = ()
    service_starts: Sequence[int] = ()
    service_ends: Sequence[int] = ()
    is_held: Sequence[bool] = ()
    service_ids: Sequence[UUID | None] = ()
    seats: Sequence[int] = ()

    @classmethod
    def of(cls, times: Iterable[Busy]) -> BusyTimes:
        """Times that are in order already."""
        return cls(*zip(*times, strict=True))

    def __iter__(self) -> Iterator[Busy]:
        return map(Busy, *self._columns)

    def touching(self, since: int, until: int) -> Iterator[Busy]:
        """Those that have a minute in `[since, until)`."""
        some = slice(bisect_right(self.ends, since), bisect_left(self.starts, until))
        return map(Busy, *(column[some] for column in self._columns))

    @property
    def groups(self) -> Sequence[Busy]:
        """The times that others may join."""
        return [busy for busy in self if busy.service_id] if any(self.service_ids) else ()

    @property
    def _columns(self) -> tuple[Sequence[Any], ...]:
        return (
            self.starts,
            self.ends,
            self.service_starts,
            self.service_ends,
            self.is_held,
            self.service_ids,
            self.seats,
        )


class Need(NamedTuple):
    """So many units of a resource."""

    resource_id: UUID
    units: int


@dataclass(frozen=True)
class Service:
    """What is to be done; times in minutes. More than one client at once where `capacity` is above one."""

    id: UUID
    duration_min: int
    buffer_before_min: int = 0
    buffer_after_min: int = 0
    is_online: bool = True
    capacity: int = 1
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True)
class Resource:
    """A room or device: how many there are, and the busy times of each unit that has any."""

    id: UUID
    units: int
    busy: tuple[tuple[Interval, ...], ...] = ()


@dataclass(frozen=True)
class Closed:
    """Days on which the location does not work."""

    interval: Interval
    code: Code


@dataclass(frozen=True)
class Person:
    """A staff member as the calculation sees them; `working` is none without a schedule."""

    id: UUID
    service_ids: frozenset[UUID]
    working: WorkingTime | None
    busy: BusyTimes = BusyTimes()
    time_off: tuple[Interval, ...] = ()
    accepts_bookings: bool = True
    is_deleted: bool = False

    @cached_property
    def edges(self) -> tuple[Sequence[int], Sequence[int]]:
        """Where free time begins and where it ends: the ends of busy times, and the beginnings of the next ones."""
        return (NEVER_BEFORE, *self.busy.ends), (*self.busy.starts, NEVER_AFTER)


@dataclass(frozen=True)
class Part:
    """One service of the visit, for so many `seats`, and the people who might do it."""

    service: Service
    people: tuple[Person, ...]
    seats: int = 1


@dataclass(frozen=True)
class Terms:
    """The rules that hold for whoever asks. `earliest` and `latest` bound the start, `[earliest, latest)`."""

    grid_min: int
    earliest: int
    latest: int
    is_public: bool
    """The public sees neither hours kept for staff nor services that are not online."""
    client_full: tuple[Interval, ...] = ()
    """Starts that the client may not have for having enough visits already."""
