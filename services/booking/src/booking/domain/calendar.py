"""What a calculation of availability is told: people, services, resources, rules. Times are minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple
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


_START, _END, _SERVICE_ID = itemgetter(0), itemgetter(1), itemgetter(5)


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
    """A staff member as the calculation sees them; `working` is none without a schedule.

    `busy` is in order of time and free of overlaps.
    """

    id: UUID
    service_ids: frozenset[UUID]
    working: WorkingTime | None
    busy: tuple[Busy, ...] = ()
    time_off: tuple[Interval, ...] = ()
    accepts_bookings: bool = True
    is_deleted: bool = False

    @cached_property
    def groups(self) -> Sequence[Busy]:
        """The busy times that others may join."""
        return [busy for busy in self.busy if busy.service_id] if any(map(_SERVICE_ID, self.busy)) else ()

    @cached_property
    def edges(self) -> tuple[Sequence[int], Sequence[int]]:
        """Where free time begins and where it ends: the ends of busy times, and the beginnings of the next ones."""
        return (
            (NEVER_BEFORE, *map(_END, self.busy)),
            (*map(_START, self.busy), NEVER_AFTER),
        )


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
