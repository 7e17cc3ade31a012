"""When can a visit begin, and if not then, why not: one calculation with two readings.

Each rule is a layer: a reason code with the starts that it forbids; so is each stretch of busy time, which only then
gets its name. A start is offered when nothing of at least one possible person holds it, for every service of the
visit; its reasons are what holds it. Offers and reasons are read from the same sets of starts, so a start is offered
exactly when it has no reason against it.

Services of one visit follow each other without a pause. A service must lie in working time and outside of breaks; its
buffers only have to be free of other bookings, they may reach past the working hours. Between two services of the
same visit no buffer is kept by the same person: the client has not left the chair.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from .intervals import (
    ALWAYS,
    NEVER_AFTER,
    NEVER_BEFORE,
    Interval,
    common,
    complement,
    contains,
    merged,
    shifted,
    starts_that_touch,
)
from .reasons import Code
from .schedules import WorkingTime


class Busy(NamedTuple):
    """Time of a person that is gone: `[start, end)` with buffers, the service itself without them."""

    start: int
    end: int
    service_start: int
    service_end: int
    is_held: bool


@dataclass(frozen=True)
class Service:
    """What is to be done; times in minutes."""

    id: UUID
    duration_min: int
    buffer_before_min: int = 0
    buffer_after_min: int = 0
    is_online: bool = True


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
    busy: tuple[Busy, ...] = ()
    time_off: tuple[Interval, ...] = ()
    accepts_bookings: bool = True
    is_deleted: bool = False


@dataclass(frozen=True)
class Part:
    """One service of the visit and the people who might do it."""

    service: Service
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Terms:
    """The rules that hold for whoever asks. `earliest` and `latest` bound the start, `[earliest, latest)`."""

    grid_min: int
    earliest: int
    latest: int
    is_public: bool
    """The public sees neither hours kept for staff nor services that are not online."""


@dataclass(frozen=True)
class Reason:
    """Why a start is not offered; without a person it stands for everybody, without a part for the whole visit."""

    code: Code
    part: int | None = None
    person_id: UUID | None = None


Layer = tuple[Code, list[Interval]]


@dataclass(frozen=True)
class Question:
    """A visit of several services in order, in one location."""

    parts: tuple[Part, ...]
    terms: Terms
    closed: tuple[Closed, ...] = ()
    _offsets: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        offsets, at = [], 0
        for part in self.parts:
            offsets.append(at)
            at += part.service.duration_min
        object.__setattr__(self, "_offsets", tuple(offsets))

    @property
    def duration_min(self) -> int:
        """How long the visit takes."""
        return sum(part.service.duration_min for part in self.parts)

    def spans(self, start: int) -> list[Interval]:
        """When each service would be done, buffers not counted."""
        return [
            (start + offset, start + offset + part.service.duration_min)
            for part, offset in zip(self.parts, self._offsets, strict=True)
        ]

    def fitting(self, start: int, *, forgiving: frozenset[Code] = frozenset()) -> list[list[UUID]]:
        """For each part, the people who could do it when the visit begins at `start`, some codes forgiven."""
        return [
            [fit.person.id for fit in fits if forgiving.issuperset(fit.codes(start + offset))]
            for fits, offset in zip(self._fits, self._offsets, strict=True)
        ]

    def codes_against(self, start: int, people: Sequence[UUID]) -> list[Code]:
        """What stands against a start with these people, part by part; each code once."""
        found = [code for code, starts in self._general if contains(starts, start)]
        for part, fits, offset, person_id in zip(self.parts, self._fits, self._offsets, people, strict=True):
            if self.terms.is_public and not part.service.is_online:
                found.append(Code.SERVICE_OFFLINE)
            found.extend(code for fit in fits if fit.person.id == person_id for code in fit.codes(start + offset))
        return list(dict.fromkeys(found))

    def reasons(self, start: int) -> list[Reason]:
        """What stands against a start; nothing exactly when it is offered."""
        found = [Reason(code) for code, starts in self._general if contains(starts, start)]
        for number, (part, fits, offset) in enumerate(zip(self.parts, self._fits, self._offsets, strict=True)):
            if self.terms.is_public and not part.service.is_online:
                found.append(Reason(Code.SERVICE_OFFLINE, number))
            if not fits:
                found.append(Reason(Code.STAFF_DOES_NOT_OFFER_SERVICE, number))
            against = [(fit.person.id, fit.codes(start + offset)) for fit in fits]
            if all(codes for _, codes in against):
                found.extend(Reason(code, number, person_id) for person_id, codes in against for code in codes)
        return found

    def offers(self, window: Interval) -> dict[int, list[UUID]]:
        """Every offered start in the window, in order, with the people who can do the whole visit alone."""
        if any(not fits for fits in self._fits) or not self._is_online:
            return {}
        possible = common([window], complement(merged(i for _, starts in self._general for i in starts)))
        for fits, offset in zip(self._fits[1:], self._offsets[1:], strict=True):
            someone = merged(interval for fit in fits for interval in fit.allowed)
            possible = common(possible, shifted(someone, -offset))
        found: dict[int, list[UUID]] = defaultdict(list)
        for first in self._fits[0]:
            alone = self._alone(first.person.id, possible)
            for start in first.starts(alone):
                found[start].append(first.person.id)
            if alone is not possible:
                for start in first.starts(possible):
                    found[start]  # offered, if only with several people
        return dict(sorted(found.items()))

    @property
    def _is_online(self) -> bool:
        return not self.terms.is_public or all(part.service.is_online for part in self.parts)

    @cached_property
    def _general(self) -> list[Layer]:
        return [
            (Code.LEAD_TIME, [(NEVER_BEFORE, self.terms.earliest)]),
            (Code.BOOKING_WINDOW, [(self.terms.latest, NEVER_AFTER)]),
        ]

    @cached_property
    def _fits(self) -> list[list[Fit]]:
        return [
            [Fit(person, part.service, self.terms, self.closed, is_first=number == 0) for person in part.people]
            for number, part in enumerate(self.parts)
        ]

    def _alone(self, person_id: UUID, possible: list[Interval]) -> list[Interval]:
        """The starts at which this person could go on with all later parts; without such parts all of them."""
        for fits, offset in zip(self._fits[1:], self._offsets[1:], strict=True):
            own = [interval for fit in fits if fit.person.id == person_id for interval in fit.allowed]
            possible = common(possible, shifted(own, -offset))
        return possible


class Fit:
    """One person doing one service: the layers that stand against it."""

    def __init__(
        self, person: Person, service: Service, terms: Terms, closed: Sequence[Closed], *, is_first: bool
    ) -> None:
        self.person = person
        self._service = service
        self._grid_min = terms.grid_min if is_first else 1
        self._layers = list(_layers(person, service, closed, is_public=terms.is_public))

    @cached_property
    def allowed(self) -> list[Interval]:
        """The starts that nothing forbids; the grid does not count here."""
        rules = [interval for _, starts in self._layers for interval in starts]
        return complement(merged(rules + self._clashes))

    @cached_property
    def _clashes(self) -> list[Interval]:
        """For each busy time, the starts at which the service with its buffers would touch it."""
        reach = self._service.duration_min + self._service.buffer_after_min - 1
        before = self._service.buffer_before_min
        return [(busy.start - reach, busy.end + before) for busy in self.person.busy]

    def _clash_code(self, busy: Busy, start: int) -> Code:
        """What a clash is called: the time itself is gone, too little is left before it, or only buffers touch."""
        if start >= busy.service_end or start + self._service.duration_min <= busy.service_start:
            return Code.BUFFER
        if busy.is_held:
            return Code.HELD
        return Code.TAKEN if start >= busy.service_start else Code.TOO_SHORT_GAP

    def starts(self, possible: list[Interval]) -> Iterator[int]:
        """The allowed starts on the grid within `possible`."""
        grid = self._grid_min
        free = common(self.allowed, possible)
        first_free = 0
        for shift in self.person.working.shifts if self.person.working else ():
            while first_free < len(free) and free[first_free][1] <= shift.start:
                first_free += 1
            at = first_free
            while at < len(free) and free[at][0] < shift.end:
                first = max(free[at][0], shift.start)
                yield from range(first + (shift.start - first) % grid, min(free[at][1], shift.end), grid)
                at += 1

    def codes(self, start: int) -> list[Code]:
        """What stands against that start, each code once."""
        found = [code for code, starts in self._layers if any(s <= start < e for s, e in starts)]
        clashes = zip(self.person.busy, self._clashes, strict=True)
        found += [self._clash_code(busy, start) for busy, (first, end) in clashes if first <= start < end]
        if not self._is_on_grid(start):
            found.append(Code.GRID)
        return list(dict.fromkeys(found))

    def _is_on_grid(self, start: int) -> bool:
        """Outside of working time there is no grid; that is another reason's business."""
        for shift in self.person.working.shifts if self.person.working else ():
            if shift.start <= start < shift.end:
                return (start - shift.start) % self._grid_min == 0
        return True


def _layers(person: Person, service: Service, closed: Sequence[Closed], *, is_public: bool) -> Iterator[Layer]:
    if person.is_deleted:
        yield Code.STAFF_DELETED, ALWAYS
    if not person.accepts_bookings:
        yield Code.STAFF_NOT_BOOKABLE, ALWAYS
    if service.id not in person.service_ids:
        yield Code.STAFF_DOES_NOT_OFFER_SERVICE, ALWAYS
    duration = service.duration_min
    for day in closed:
        yield day.code, starts_that_touch([day.interval], duration)
    yield Code.TIME_OFF, starts_that_touch(list(person.time_off), duration)
    if person.working is None:
        yield Code.NO_SCHEDULE, ALWAYS
    else:
        yield Code.OUTSIDE_SCHEDULE, starts_that_touch(complement(person.working.covered()), duration)
        yield Code.BREAK, starts_that_touch(list(person.working.breaks), duration)
        if is_public:
            kept = [(shift.start, shift.end) for shift in person.working.shifts if shift.manual_only]
            yield Code.MANUAL_ONLY, starts_that_touch(kept, duration)
