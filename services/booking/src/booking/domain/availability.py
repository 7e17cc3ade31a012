"""When can a visit begin, and if not then, why not: one calculation with two readings.

Each rule leaves some starts open, and so does each stretch of busy time. A start is offered when nothing stands
against at least one possible person, for every service of the visit; its reasons are what stands against it. Offers
and reasons are read from the same sets of starts, so a start is offered exactly when it has no reason against it.

Services of one visit follow each other without a pause. A service must lie in working time and outside of breaks; its
buffers only have to be free of other bookings, they may reach past the working hours. Between two services of the
same visit no buffer is kept by the same person: the client has not left the chair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from .calendar import Busy, BusyTimes, Closed, Need, Part, Person, Resource, Service, Terms
from .fit import Fit, Layer, starts_without
from .intervals import (
    NEVER_AFTER,
    NEVER_BEFORE,
    Interval,
    common,
    complement,
    contains,
    merged,
    shifted,
)
from .reasons import Code

__all__ = [
    "Busy",
    "BusyTimes",
    "Closed",
    "Need",
    "Offers",
    "Part",
    "Person",
    "Question",
    "Reason",
    "Resource",
    "Service",
    "Terms",
]


T = TypeVar("T")
OF_NOBODY = frozenset({Code.RESOURCE_BUSY})
"""What stands against a service whoever does it."""


@dataclass(frozen=True)
class Reason:
    """Why a start is not offered; without a person it stands for everybody, without a part for the whole visit."""

    code: Code
    part: int | None = None
    person_id: UUID | None = None


@dataclass(frozen=True)
class Offers:
    """Offered starts: those that one person can serve alone, by person, and those that take several people."""

    alone: Mapping[UUID, Sequence[int]]
    together: Sequence[int] = ()

    @property
    def people(self) -> tuple[UUID, ...]:
        """Those who can do the whole visit alone at some of the starts."""
        return tuple(self.alone)

    def masks(self) -> dict[int, int]:
        """Every offered start in order, with a bit for each of `people` who can then do the whole visit alone."""
        found = dict.fromkeys(sorted(set(self.together).union(*self.alone.values())), 0)
        for number, starts in enumerate(self.alone.values()):
            bit = 1 << number
            for start in starts:
                found[start] |= bit
        return found

    def by_start(self) -> dict[int, list[UUID]]:
        """Every offered start in order, with the people who can do the whole visit alone."""
        people = self.people
        return {start: chosen(people, mask) for start, mask in self.masks().items()}


def chosen(people: Sequence[T], mask: int) -> list[T]:
    """Those whose bit is set."""
    found = []
    while mask:
        lowest = mask & -mask
        found.append(people[lowest.bit_length() - 1])
        mask -= lowest
    return found


@dataclass(frozen=True)
class Question:
    """A visit of several services in order, in one location."""

    parts: tuple[Part, ...]
    terms: Terms
    closed: tuple[Closed, ...] = ()
    resources: Mapping[UUID, Resource] = field(default_factory=dict)
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
                found.extend(
                    Reason(code, number, None if code in OF_NOBODY else person_id)
                    for person_id, codes in against
                    for code in codes
                )
        return list(dict.fromkeys(found))

    def offers(self, window: Interval) -> dict[int, list[UUID]]:
        """Every offered start in the window, in order, with the people who can do the whole visit alone."""
        return self.offered(window).by_start()

    def offered(self, window: Interval) -> Offers:
        """The same, person by person."""
        if any(not fits for fits in self._fits) or not self._is_online:
            return Offers({})
        possible = common([window], complement(merged(i for _, starts in self._general for i in starts)))
        if len(self.parts) == 1:
            return Offers({fit.person.id: _all_starts(fit, possible) for fit in self._fits[0]})
        for fits, offset in zip(self._fits[1:], self._offsets[1:], strict=True):
            someone = merged(interval for fit in fits for interval in fit.allowed)
            possible = common(possible, shifted(someone, -offset))
        firsts = self._fits[0]
        return Offers(
            {fit.person.id: _all_starts(fit, self._alone(fit.person.id, possible)) for fit in firsts},
            sorted({start for fit in firsts for start in _all_starts(fit, possible)}),
        )

    @property
    def _is_online(self) -> bool:
        return not self.terms.is_public or all(part.service.is_online for part in self.parts)

    @cached_property
    def _general(self) -> list[Layer]:
        return [
            (Code.LEAD_TIME, [(NEVER_BEFORE, self.terms.earliest)]),
            (Code.BOOKING_WINDOW, [(self.terms.latest, NEVER_AFTER)]),
            (Code.CLIENT_LIMIT, merged(self.terms.client_full)),
        ]

    @cached_property
    def _fits(self) -> list[list[Fit]]:
        return [
            [
                Fit(
                    person,
                    part.service,
                    self.terms,
                    self.closed,
                    is_first=number == 0,
                    seats=part.seats,
                    blocked=blocked,
                )
                for person in part.people
            ]
            for number, part in enumerate(self.parts)
            for blocked in [self._without_resources(part.service)]
        ]

    def _without_resources(self, service: Service) -> list[Interval]:
        """The starts at which a room or a device for the service is missing."""
        return merged(
            interval
            for need in service.needs
            for interval in starts_without(self.resources[need.resource_id], need.units, service)
        )

    def _alone(self, person_id: UUID, possible: list[Interval]) -> list[Interval]:
        """The starts at which this person could go on with all later parts; without such parts all of them."""
        for fits, offset in zip(self._fits[1:], self._offsets[1:], strict=True):
            own = [interval for fit in fits if fit.person.id == person_id for interval in fit.allowed]
            possible = common(possible, shifted(own, -offset))
        return possible


def _all_starts(fit: Fit, possible: list[Interval]) -> list[int]:
    return [start for interval in possible for start in fit.starts(interval)]
