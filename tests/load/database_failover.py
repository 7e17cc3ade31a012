"""Bookings while the database fails over to its replica: `python -m tests.load.database_failover`.

Two PostgreSQL servers, the second synchronous, and an address that names both. Two clients book without a pause.
First the primary is killed with -9; its replica is promoted, the old one is built anew and follows. Then the new
primary falls silent (SIGSTOP: its machine is gone, no connection is refused), and the other one is promoted. Bars: a
booking is acknowledged at most 30 s after the promotion was asked for; every acknowledged booking stands, is planned
for, and stands once; whoever waits is told "later" with Retry-After, and nobody anything else.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.load.figures import kept
from tests.support.people import Visitor, open_salon
from tests.support.replicas import Mirrored, mirrored_product
from tests.support.restarts import Seen, book_through
from tests.support.waiting import eventually

BAR_S = 30.0
NOTICED_S = 5.0
"""What an operator or a machine needs at least to decide; the clients' patience is tried meanwhile."""


@dataclass
class Failover:
    """How one of them went, in seconds."""

    how: str
    promoted_s: float = 0.0
    resumed_s: float = 0.0
    """From asking for the promotion to the first acknowledged booking."""
    gap_s: float = 0.0
    """From the end of the primary to that booking."""
    all_on_s: float = 0.0
    """Until twenty bookings were acknowledged again."""


@dataclass
class Drill:
    """Both failovers."""

    mirrored: Mirrored
    seen: list[Failover] = field(default_factory=list)

    async def run(self, seen: Seen) -> None:
        """Fail over, mend, fail over."""
        await self.fail(seen, "killed", self.mirrored.primary.kill)
        old, new = self.mirrored.replica, self.mirrored.primary
        await asyncio.to_thread(old.follow, new)
        await self.fail(seen, "silent", self.mirrored.primary.freeze)
        await asyncio.to_thread(self.mirrored.replica.kill)

    async def fail(self, seen: Seen, how: str, end: Callable[[], None]) -> None:
        """End the primary and promote the other."""
        await self.booked(seen, len(seen.booked_at) + 20)
        failover, ended = Failover(how), time.monotonic()
        self.seen.append(failover)
        await asyncio.to_thread(end)
        await asyncio.sleep(NOTICED_S)
        asked, before = time.monotonic(), len(seen.booked_at)
        await asyncio.to_thread(self.mirrored.fail_over)
        failover.promoted_s = time.monotonic() - asked
        await self.booked(seen, before + 1)
        failover.resumed_s = seen.booked_at[before] - asked
        failover.gap_s = seen.booked_at[before] - ended
        await self.booked(seen, before + 20)
        failover.all_on_s = seen.booked_at[before + 19] - asked

    async def booked(self, seen: Seen, number: int) -> None:
        """Wait until so many bookings were acknowledged."""

        async def reached() -> bool:
            return len(seen.booked_at) >= number

        await eventually(reached, within_s=180, step_s=0.05)


async def drill(mirrored: Mirrored) -> tuple[Drill, Seen]:
    """One salon and two clients."""
    owner, *clients = (Visitor(mirrored.stack) for _ in range(3))
    salon = await open_salon(owner, duration_min=5)
    for client in clients:
        await client.sign_in()
    run = Drill(mirrored)
    try:
        return run, await book_through(mirrored, salon, (clients[0], clients[1]), run.run, pause_s=0.05)
    finally:
        for person in (owner, *clients):
            await person.close()


def main() -> None:
    """Drill and print."""
    with tempfile.TemporaryDirectory() as folder, mirrored_product(Path(folder)) as mirrored:
        run, seen = asyncio.run(drill(mirrored))
    for one in run.seen:
        print(
            f"primary {one.how}: promoted in {one.promoted_s:.1f} s; first booking {one.resumed_s:.1f} s after that "
            f"was asked for, twenty after {one.all_on_s:.1f} s; bar {BAR_S:.0f} s {kept(one.resumed_s <= BAR_S)}; "
            f"{one.gap_s:.1f} s after the end"
        )
    lost, more = len(set(seen.booked) - seen.stored), len(seen.stored - set(seen.booked))
    print(f"{len(seen.booked)} bookings acknowledged, {lost} lost, {more} more than acknowledged, all planned for")
    print(f"answers: {dict(seen.answers)}")
    for text in seen.strange[:3]:
        print(text)
    print(kept(seen.is_whole and all(one.resumed_s <= BAR_S for one in run.seen)))


if __name__ == "__main__":
    main()
