"""How fast a provider lets one customer send."""

import time


class Pace:
    """A moving second per customer; real time, because a rate is about the machine and not about days."""

    def __init__(self) -> None:
        self._lately: dict[str, tuple[float, float]] = {}

    def lets_through(self, account: str, sends: int, per_second: float) -> bool:
        """Whether so many sends may pass now; a rate of 0 lets everything through."""
        if not per_second:
            return True
        now = time.monotonic()
        room, seen_at = self._lately.get(account, (float(per_second), now))
        room = min(float(per_second), room + (now - seen_at) * per_second)
        if room < sends:
            self._lately[account] = (room, now)
            return False
        self._lately[account] = (room - sends, now)
        return True
