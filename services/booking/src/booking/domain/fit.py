"""One person doing one service: what stands against each start.

Rules and busy time are kept as the starts that they leave open. The same sets answer "which starts" and "why not this
one", so the two can never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from .calendar import Busy, Closed, Person, Resource, Service, Terms
from .intervals import (
    ALWAYS,
    NEVER_AFTER,
    Interval,
    common,
    complement,
    contains,
    merged,
    starts_that_touch,
    without,
)
from .reasons import Code

BEYOND = (NEVER_AFTER, NEVER_AFTER, NEVER_AFTER)
Layer = tuple[Code, list[Interval]]


class Fit:
    """The starts at which `person` can do `service` for so many `seats`, and the reasons against all others."""

    def __init__(
        self,
        person: Person,
        service: Service,
        terms: Terms,
        closed: Sequence[Closed],
        *,
        is_first: bool,
        seats: int = 1,
        blocked: Sequence[Interval] = (),
    ) -> None:
        self.person = person
        self._service = service
        self._closed = closed
        self._is_public = terms.is_public
        self._grid_min = terms.grid_min if is_first else 1
        self._seats = seats
        self._blocked = list(blocked)
        self._shifts = person.working.shifts if person.working else ()

    @cached_property
    def allowed(self) -> list[Interval]:
        """The starts that nothing forbids; the grid does not count here."""
        free = common(self._open, self._free_gaps)
        if not self._sessions:
            return free
        return merged([*without(free, [(start, start + 1) for start in sorted(self._sessions)]), *self._joined])

    def starts(self, possible: Interval) -> list[int]:
        """The allowed starts within `possible`: on the grid, or together with a group that has room."""
        since, until = possible
        grid, found = self._grid_min, list[int]()
        add, add_one = found.extend, found.append
        windows = iter(self._clipped(since, until))
        anchor, first, last = next(windows, BEYOND)
        pairs, before, reach = self._pauses
        least = before + reach
        for end, begin in pairs:
            if begin - end <= least:
                continue
            low, high = end + before, begin - reach
            while last <= low:
                anchor, first, last = next(windows, BEYOND)
            if low < first:
                low = first
            while last < high:  # the pause goes on beyond this stretch
                add(range(low + (anchor - low) % grid, last, grid))
                anchor, first, last = next(windows, BEYOND)
                low = first
            if low < high:
                low += (anchor - low) % grid
                if high - low > grid:
                    add(range(low, high, grid))
                elif low < high:
                    add_one(low)
        if not self._sessions:
            return found
        return sorted(
            {start for start in found if start not in self._sessions}
            | {start for start, _ in self._joined if since <= start < until}
        )

    def codes(self, start: int) -> list[Code]:
        """What stands against that start, each code once."""
        found = [code for code, starts in self._layers if any(s <= start < e for s, e in starts)]
        room = self._sessions.get(start)
        if room is not None:
            return found if room else [*found, Code.CAPACITY_FULL]
        if contains(self._blocked, start):
            found.append(Code.RESOURCE_BUSY)
        taken = self.person.busy.touching(start - self._service.buffer_before_min, start + self._reach + 1)
        found += [self._clash_code(busy, start) for busy in taken]
        if not self._is_on_grid(start):
            found.append(Code.GRID)
        return list(dict.fromkeys(found))

    @cached_property
    def _sessions(self) -> dict[int, bool]:
        """Where a group of this service exists already: its beginning, and whether there is room in it."""
        return {
            busy.service_start: self._service.capacity - busy.seats >= self._seats
            for busy in self.person.busy.groups
            if busy.service_id == self._service.id
            and busy.service_end - busy.service_start == self._service.duration_min
        }

    @cached_property
    def _joined(self) -> list[Interval]:
        """The starts of groups that have room, each an interval of one minute."""
        return [(start, start + 1) for start, room in self._sessions.items() if room and contains(self._open, start)]

    def _clipped(self, since: int, until: int) -> list[tuple[int, int, int]]:
        """The stretches of open starts within `[since, until)`."""
        windows = self._windows
        if not windows or (since <= windows[0][1] and windows[-1][2] <= until):
            return windows
        windows = [window for window in windows if window[2] > since and window[1] < until]
        if windows:
            anchor, first, last = windows[0]
            windows[0] = anchor, max(first, since), last
            anchor, first, last = windows[-1]
            windows[-1] = anchor, first, min(last, until)
        return windows

    @cached_property
    def _windows(self) -> list[tuple[int, int, int]]:
        """The open starts stretch by stretch, each with the minute from which the grid is counted."""
        if self._refusals or not self.person.working:
            return []
        shifts, covered = self._shifts, self.person.working.covered
        if not self._rules and len(shifts) == len(covered):
            last = self._service.duration_min - 1
            return [(start, start, end - last) for start, end in covered if end - start > last]
        return [
            (shift.start, low, high) for shift in shifts for low, high in common(self._open, [(shift.start, shift.end)])
        ]

    @cached_property
    def _free_gaps(self) -> list[Interval]:
        """The starts at which neither the person nor a resource is missing."""
        pairs, before, reach = self._pauses
        return [(end + before, begin - reach) for end, begin in pairs if begin - end > before + reach]

    @property
    def _pauses(self) -> tuple[Iterable[Interval], int, int]:
        """The pauses between what is in the way, how long after the beginning of one and how long before its end
        starts are possible."""
        if self._blocked:
            return without(self._gaps, self._blocked), 0, 0
        return zip(*self.person.edges, strict=True), self._service.buffer_before_min, self._reach

    @cached_property
    def _open(self) -> list[Interval]:
        """The starts that no rule forbids."""
        if self._refusals:
            return []
        if not self._rules:
            return self._in_schedule
        return without(self._in_schedule, merged(interval for _, starts in self._rules for interval in starts))

    @property
    def _reach(self) -> int:
        """How many minutes before busy time a start is too late."""
        return self._service.duration_min + self._service.buffer_after_min - 1

    @property
    def _gaps(self) -> list[Interval]:
        """The starts at which the service with its buffers touches no busy time."""
        before, reach = self._service.buffer_before_min, self._reach
        ends, begins = self.person.edges
        return [
            (end + before, begin - reach)
            for end, begin in zip(ends, begins, strict=True)
            if begin - end > before + reach
        ]

    def _clash_code(self, busy: Busy, start: int) -> Code:
        """What a clash is called: the time itself is gone, too little is left before it, or only buffers touch."""
        if start >= busy.service_end or start + self._service.duration_min <= busy.service_start:
            return Code.BUFFER
        if busy.is_held:
            return Code.HELD
        return Code.TAKEN if start >= busy.service_start else Code.TOO_SHORT_GAP

    def _is_on_grid(self, start: int) -> bool:
        """Outside of working time there is no grid; that is another reason's business."""
        for shift in self._shifts:
            if shift.start <= start < shift.end:
                return (start - shift.start) % self._grid_min == 0
        return True

    @cached_property
    def _in_schedule(self) -> list[Interval]:
        """The starts at which the whole service lies in working hours."""
        if self.person.working is None:
            return []
        last = self._service.duration_min - 1
        return [(start, end - last) for start, end in self.person.working.covered if end - start > last]

    @cached_property
    def _rules(self) -> list[Layer]:
        """What forbids some starts."""
        duration, person = self._service.duration_min, self.person
        rules: list[Layer] = [(day.code, starts_that_touch([day.interval], duration)) for day in self._closed]
        if person.time_off:
            rules.append((Code.TIME_OFF, starts_that_touch(list(person.time_off), duration)))
        if person.working and person.working.breaks:
            rules.append((Code.BREAK, starts_that_touch(list(person.working.breaks), duration)))
        if self._is_public and person.working and person.working.kept:
            rules.append((Code.MANUAL_ONLY, starts_that_touch(person.working.kept, duration)))
        return rules

    @cached_property
    def _layers(self) -> list[Layer]:
        """Every rule by its code, those that forbid everything first."""
        refusals: list[Layer] = [(code, ALWAYS) for code in self._refusals]
        if self.person.working is None:
            return [*refusals, *self._rules]
        return [*refusals, *self._rules, (Code.OUTSIDE_SCHEDULE, complement(self._in_schedule))]

    @cached_property
    def _refusals(self) -> list[Code]:
        """What forbids every start."""
        found, person = list[Code](), self.person
        if person.is_deleted:
            found.append(Code.STAFF_DELETED)
        if not person.accepts_bookings:
            found.append(Code.STAFF_NOT_BOOKABLE)
        if self._service.id not in person.service_ids:
            found.append(Code.STAFF_DOES_NOT_OFFER_SERVICE)
        if person.working is None:
            found.append(Code.NO_SCHEDULE)
        return found


def starts_without(resource: Resource, units: int, service: Service) -> list[Interval]:
    """The starts at which fewer than `units` of a resource are free for the whole of the service with its buffers."""
    reach, before = service.duration_min + service.buffer_after_min - 1, service.buffer_before_min
    if units > resource.units:
        return ALWAYS
    changes: list[tuple[int, int]] = []
    for times in resource.busy:
        for start, end in merged((start - reach, end + before) for start, end in times):
            changes += [(start, -1), (end, 1)]
    blocked: list[Interval] = []
    free, since = resource.units, 0
    for minute, change in sorted(changes):
        if free >= units > free + change:
            since = minute
        elif free < units <= free + change:
            blocked.append((since, minute))
        free += change
    return merged(blocked)
