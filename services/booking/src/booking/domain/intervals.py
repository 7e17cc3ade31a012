"""Sets of minutes as sorted lists of half-open, disjoint intervals.

A minute is an integer: whole minutes since 1970-01-01T00:00Z.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

Interval = tuple[int, int]

NEVER_BEFORE = -(1 << 40)
NEVER_AFTER = 1 << 40
ALWAYS: list[Interval] = [(NEVER_BEFORE, NEVER_AFTER)]
"""All of time."""


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The union of any intervals, empty ones left out."""
    union: list[Interval] = []
    last_start = last_end = 0
    for start, end in sorted(intervals):
        if end <= start:
            continue
        if union and start <= last_end:
            if end > last_end:
                last_end = end
                union[-1] = (last_start, end)
        else:
            last_start, last_end = start, end
            union.append((start, end))
    return union


def complement(of: list[Interval]) -> list[Interval]:
    """All of time outside of a set."""
    gaps: list[Interval] = []
    at = NEVER_BEFORE
    for start, end in of:
        if at < start:
            gaps.append((at, start))
        at = end
    if at < NEVER_AFTER:
        gaps.append((at, NEVER_AFTER))
    return gaps


def common(one: list[Interval], other: list[Interval]) -> list[Interval]:
    """The minutes that are in both sets."""
    both: list[Interval] = []
    i = j = 0
    while i < len(one) and j < len(other):
        start = max(one[i][0], other[j][0])
        end = min(one[i][1], other[j][1])
        if start < end:
            both.append((start, end))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return both


def without(base: list[Interval], cut: list[Interval]) -> list[Interval]:
    """The minutes of `base` that are not in `cut`."""
    return common(base, complement(cut))


def shifted(intervals: list[Interval], by: int) -> list[Interval]:
    """Every minute moved by `by`."""
    return [(start + by, end + by) for start, end in intervals]


def contains(intervals: list[Interval], minute: int) -> bool:
    """Whether one minute is in the set."""
    at = bisect_right(intervals, (minute, NEVER_AFTER))
    return at > 0 and minute < intervals[at - 1][1]


def covers(intervals: list[Interval], wanted: Interval) -> bool:
    """Whether the whole of `wanted` is in the set."""
    at = bisect_right(intervals, (wanted[0], NEVER_AFTER))
    return at > 0 and wanted[1] <= intervals[at - 1][1]


def starts_that_touch(minutes: list[Interval], duration: int) -> list[Interval]:
    """The starts at which something of `duration` minutes would touch the set."""
    return [(start - duration + 1, end) for start, end in minutes]
