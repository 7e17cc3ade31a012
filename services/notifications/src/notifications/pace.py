"""How fast one account at a provider is called: so many a second, and not at all while the provider asks for rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

BURST_S = 0.25
"""How much of a second's allowance may go at once after a quiet time."""


@dataclass
class _Allowance:
    room: float
    seen_at: float
    rests_until: float = 0.0


class Pace:
    """Of this process; where several send, each is told its share of the rate."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._burst = max(1.0, per_second * BURST_S)
        self._clock = clock
        self._of: dict[Hashable, _Allowance] = {}

    def wait_s(self, lane: Hashable) -> float:
        """Seconds until the lane may be used; 0 takes one call out of the allowance."""
        now = self._clock()
        allowance = self._of.setdefault(lane, _Allowance(self._burst, now))
        if allowance.rests_until > now:
            return allowance.rests_until - now
        allowance.room = min(self._burst, allowance.room + (now - allowance.seen_at) * self._per_second)
        allowance.seen_at = now
        if allowance.room < 1:
            return (1 - allowance.room) / self._per_second
        allowance.room -= 1
        if len(self._of) > 10_000:
            self._forget(now)
        return 0.0

    def rest(self, lane: Hashable, seconds: float) -> None:
        """The provider wants no calls for so long."""
        now = self._clock()
        allowance = self._of.setdefault(lane, _Allowance(self._burst, now))
        allowance.rests_until = max(allowance.rests_until, now + seconds)
        allowance.room = 0.0

    def _forget(self, now: float) -> None:
        self._of = {lane: kept for lane, kept in self._of.items() if max(kept.seen_at, kept.rests_until) > now - 60}
