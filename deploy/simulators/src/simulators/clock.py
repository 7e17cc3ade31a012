"""The providers' time: it can be stretched, stopped, and pushed forward by a test."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta


class Clock:
    """Now, as the providers see it."""

    def __init__(self, scale: float) -> None:
        self._scale = scale
        self._pushed = timedelta()
        self._stopped_at: datetime | None = None
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        return (self._stopped_at or datetime.now(UTC)) + self._pushed

    def push(self, seconds: float) -> None:
        """Let `seconds` pass at once: states move on, windows and shifts grow old."""
        self._pushed += timedelta(seconds=seconds)
        self._wake()

    def stop(self) -> None:
        """From now on time passes by pushes only."""
        self._stopped_at = self._stopped_at or datetime.now(UTC)
        self._wake()

    def reset(self) -> None:
        """Show the true time again."""
        self._pushed, self._stopped_at = timedelta(), None
        self._wake()

    def stretched(self, seconds: float) -> timedelta:
        """`seconds` of the provider's work, at the configured pace."""
        return timedelta(seconds=seconds * self._scale)

    async def sleep_until(self, moment: datetime) -> None:
        """Return once `moment` is reached, also when it was reached by a push."""
        while (left := (moment - self.now()).total_seconds()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), None if self._stopped_at else left)

    def _wake(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()
